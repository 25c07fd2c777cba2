"""Fit of a rate model to the counts of solutions whose first errors nobody knows. Pure.

Shapes: K courses of a solution, G points of the grid of rates.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from annotate.rules.observed import Observed
from annotate.search import (
    DRIFT,
    RECOVERY,
    SUCCESS,
    Courses,
    Kind,
    RateModel,
    counts_likelihood,
    courses_of,
    log_prior,
    rollouts_likelihood,
)
from annotate.search.rate_model import Floats

CHOICES: Final[Mapping[str, tuple[float | None, ...]]] = {
    "wrong_spread": (1.0, 3.0, 10.0, 40.0, None),
    "sound_spread": (4.0, 10.0, 30.0, 100.0, None),
    "decay": (0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0),
    "misjudged": (0.003, 0.03, 0.1, 0.2),
    "behind_two": (0.01, 0.05, 0.15),
}
"""Values tried of each parameter that has no closed form, in this order."""
SWEEPS: Final = 2
"""Times that every such parameter is tried."""
QUICK, WHOLE = 10, 40
"""Rounds of expectation and maximisation: while trying, and at the end."""
QUICK_CELLS, WHOLE_CELLS = 3_000_000, 6_000_000
"""Courses by h and r of all solutions that are summed over, the same: long ones have many."""
LEAST_GAIN: Final = 0.5
"""Nats of likelihood that another value must add."""
LEAST_MASS: Final = 1e-6
"""Rates that a bare problem's rollouts make less likely than this are left out of its sums."""
KINDS: Final[Mapping[Kind, str]] = {Kind.RETRACTED: "retracted", Kind.FOLLOWED: "followed"}
"""Shares of the model by what became of first errors."""
MOST_WITH_TWO: Final = 0.9
"""Share of first errors that may be taken back or followed by another."""
PRIOR_SOLUTIONS: Final = 4.0
"""Solutions that the shipped shares count for, so that none becomes 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One wrong solution under fixed spreads and decay."""

    courses: Courses
    possible: Mapping[Kind, npt.NDArray[np.bool_]]
    """[K] Whether the course's first error could have been of a kind."""
    likely: npt.NDArray[np.int64]
    """[L] Points of the grid that its problem's rollouts allow."""
    likelihood: Floats
    """[K, L] of its rollouts and its problem's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model with how well it fits."""

    model: RateModel
    """The model."""
    log_likelihood: float
    """Of all counts when its last round began, in nats."""


def fit_rates(observed: Sequence[Observed], start: RateModel) -> Fitted:
    """Return the model under which the counts are likeliest.

    First errors and rates are summed over, so no truth is needed: expectation and maximisation for
    the shares, one value after the other for the rest. Solutions with every prefix asked tell
    most; where a search chose the prefixes by their outcomes the likelihood is the same, for what
    is chosen depends on nothing that is not told.

    Right solutions take no part: what fits them best is that most hold an error which is always
    mended, and that is no different from none. So `hidden` stays what it was.

    That errors are followed by others is held only where it adds as many nats as two parameters
    must for that many solutions (Schwarz 1978): the share and what success is left behind them.

    Args:
        observed: Solutions, those with prefixes asked and those without.
        start: Where to begin, and what a few solutions' weight of shares are taken from.

    Source: empirical Bayes; Dempster, Laird and Rubin 1977.
    Cost: no model calls; seconds for some hundred solutions.
    """
    wrong = [one for one in observed if one.ends_wrong]
    few = _within(wrong, QUICK_CELLS)
    best = _maximise(few, start, start, QUICK)
    for _, (name, values) in itertools.product(range(SWEEPS), CHOICES.items()):
        changes: list[dict[str, Any]] = [  # one of the fields of CHOICES
            {name: value} for value in values if value != getattr(best.model, name)
        ]
        # As many rounds for what is there: each of them adds likelihood by itself.
        stay, *others = (
            _maximise(few, replace(best.model, **changed), start, QUICK)
            for changed in ({}, *changes)
        )
        other = max(others, key=lambda one: one.log_likelihood)
        best = other if other.log_likelihood > stay.log_likelihood + LEAST_GAIN else stay
    some = _within(wrong, WHOLE_CELLS)
    whole = _maximise(some, best.model, start, WHOLE)
    # Nearly as likely, a model without second errors is the better one: theirs look like recovery.
    plain = _maximise(some, replace(best.model, followed=0.0), replace(start, followed=0.0), WHOLE)
    return whole if whole.log_likelihood > plain.log_likelihood + np.log(len(some)) else plain


def _within(observed: Sequence[Observed], cells: int) -> Sequence[Observed]:
    """Return the first solutions whose courses and rates make up so many numbers, at least one."""
    sizes = (
        len(courses_of(one.n_steps, ends_wrong=True).first) * len(SUCCESS) * len(RECOVERY)
        for one in observed
    )
    reached = itertools.accumulate(sizes)
    return observed[: max(1, sum(total <= cells for total in reached))]


def _maximise(
    observed: Sequence[Observed], model: RateModel, start: RateModel, rounds: int
) -> Fitted:
    """Return the shares under which the counts are likeliest, all else of the model fixed.

    Retractions, which make up most courses and say little of the rest, come in at the end only.
    """
    told = [_tell(one, model, retractions=rounds == WHOLE) for one in observed]
    log_likelihood = 0.0
    courses = {one.courses.n_steps: one.courses for one in told}
    for _ in range(rounds):
        shares = _Shares(start)
        priors = {
            n: log_prior(model, each, ends_wrong=True) + model.log_shares
            for n, each in courses.items()
        }
        log_likelihood = sum(_expect(one, priors[one.courses.n_steps], shares) for one in told)
        model = shares.maximised(model)
    return Fitted(model=model, log_likelihood=log_likelihood)


def _tell(one: Observed, model: RateModel, *, retractions: bool) -> _Told:
    courses = courses_of(one.n_steps, ends_wrong=True, retractions=retractions)
    root = counts_likelihood(model.grid[0], model.sound_spread, *one.root)
    likely = np.flatnonzero(root > root.max() + np.log(LEAST_MASS))
    prefixes = rollouts_likelihood(model, courses, one.successes, one.failures)
    return _Told(
        courses=courses,
        possible={kind: (courses.options(kind) > 0)[courses.first] for kind in KINDS},
        likely=likely,
        likelihood=(prefixes + root)[:, likely],
    )


class _Shares:
    """Expected solutions of each kind. Mutable: sums over solutions."""

    def __init__(self, start: RateModel) -> None:
        """Begin with what the starting model counts for."""
        self.rates = PRIOR_SOLUTIONS * np.exp(start.log_shares)
        self.kinds = {kind: PRIOR_SOLUTIONS * getattr(start, name) for kind, name in KINDS.items()}
        self.possible = dict.fromkeys(KINDS, PRIOR_SOLUTIONS)

    def maximised(self, model: RateModel) -> RateModel:
        """Return the model with the shares that these sums say."""
        cube = self.rates.reshape(len(SUCCESS), len(RECOVERY), len(DRIFT))
        kinds = {name: self.kinds[kind] / self.possible[kind] for kind, name in KINDS.items()}
        most = MOST_WITH_TWO / max(sum(kinds.values()), MOST_WITH_TWO)
        kinds = {name: share * most for name, share in kinds.items()}
        return replace(
            model,
            success=_normal(cube.sum(axis=(1, 2))),
            recovery=_normal(cube.sum(axis=(0, 2))),
            drift=_normal(cube.sum(axis=(0, 1))),
            **kinds,
        )


def _expect(one: _Told, prior: Floats, shares: _Shares) -> float:
    """Add a solution to the sums, given its [K, G] log prior; return its log likelihood."""
    log = one.likelihood + prior[:, one.likely]
    top = log.max()
    weights = np.exp(log - top)
    total = weights.sum()
    weights /= total
    by_course = weights.sum(axis=1)
    errs = one.courses.first < one.courses.n_steps
    shares.rates[one.likely] += weights.sum(axis=0)
    for kind in KINDS:
        shares.kinds[kind] += float(by_course[errs & (one.courses.kind == kind)].sum())
        shares.possible[kind] += float(by_course[errs & one.possible[kind]].sum())
    return float(top + np.log(total))


def _normal(sums: Floats) -> tuple[float, ...]:
    return tuple(float(share) for share in sums / sums.sum())
