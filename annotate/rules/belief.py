"""Belief: the posterior of a solution, all that is known of it told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotate.rules.base import Case, labelled_steps
from annotate.rules.claims import read_claims
from annotate.rules.leaning import lean, leaning_of
from annotate.rules.learned import Learned
from annotate.rules.observed import Observed, observe_case, read_signals
from annotate.rules.prefix_rates import asked_sources
from annotate.search import Posterior
from annotate.search.rate_model import Floats

_LEAST = 1e-12
_NOBODY: Mapping[str, Observed] = {}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Belief:
    """What is known and believed of one solution, by all completers that were asked."""

    observed: Observed
    """What the one with most rollouts of the problem saw, and what others than completers say."""
    posterior: Posterior
    """What follows from all of it."""
    asked: npt.NDArray[np.bool_]
    """[n_labelled - 1] Whether any completer was asked about a prefix."""
    root: tuple[int, int]
    """Successes and failures of the bare problem, of all completers together."""


def posterior_of(
    observed: Observed, learned: Learned, source: str, others: Mapping[str, Observed] = _NOBODY
) -> Posterior:
    """Return what is believed of a solution.

    Args:
        observed: What is known of the solution.
        learned: Rates of completers, and how far all other evidence is borne out.
        source: The completer; one that nothing was learned of has the shipped rates.
        others: The same solution as other completers saw it, by name.
    """
    leaning = leaning_of(observed, learned, source)
    for name, other in others.items():
        leaning = leaning + told_by(other, learned, name)
    return _believed(observed, learned, source, leaning)


def told_by(observed: Observed, learned: Learned, source: str) -> Floats:
    """Return [n_labelled + 1] log likelihood of one completer's rollouts by first error.

    Each completer has rates of its own: its rollouts are summed over them before they join those
    of another, as if independent given the first error.
    """
    nothing = np.zeros(observed.n_steps + 1)
    root = Posterior(
        learned.rates_of(source),
        n_steps=observed.n_steps,
        ends_wrong=observed.ends_wrong,
        root=observed.root,
    )
    after = _believed(observed, learned, source, nothing).first_error()
    before = np.maximum(root.first_error(), _LEAST)
    return np.asarray(np.log(np.maximum(after, _LEAST)) - np.log(before))


def leanings_of(case: Case, learned: Learned, source: str) -> dict[str, Floats]:
    """Return what all but one completer's rollouts says of each solution of a case, by id.

    [n_labelled + 1] log likelihood of each first error, the last for none. Other completers count
    where the outcome of the solution is among the evidence already.
    """
    elsewhere = {name: observe_case(case, name) for name in asked_sources(case) if name != source}
    found = {}
    for place, (solution, claims, signals) in enumerate(
        zip(case.solutions, read_claims(case), read_signals(case, source), strict=True)
    ):
        log = lean(claims, signals, len(labelled_steps(solution)), learned, source)
        for name, seen in elsewhere.items():
            if (one := seen[place]) is not None and _asked(one).any():
                log = log + told_by(one, learned, name)
        found[solution.solution_id] = log
    return found


def believe(case: Case, learned: Learned, source: str | None) -> list[Belief | None]:
    """Return [n_solutions] what is known and believed of each; null where its outcome is unknown.

    Args:
        case: A problem with its evidence.
        learned: What the run taught.
        source: The only completer whose rollouts count; None counts those of all.
    """
    names = asked_sources(case) if source is None else (source,)
    main = names[0] if names else None
    seen = {name: observe_case(case, name) for name in names[1:]}
    found: list[Belief | None] = []
    for place, observed in enumerate(observe_case(case, main)):
        if observed is None:
            found.append(None)
            continue
        others = {name: one for name, all_of in seen.items() if (one := all_of[place]) is not None}
        asked = {name: one for name, one in others.items() if _asked(one).any()}
        everyone = (observed, *others.values())
        found.append(
            Belief(
                observed=observed,
                posterior=posterior_of(observed, learned, main or "", asked),
                asked=np.logical_or.reduce([_asked(one) for one in everyone]),
                root=(sum(one.root[0] for one in everyone), sum(one.root[1] for one in everyone)),
            )
        )
    return found


def _asked(observed: Observed) -> npt.NDArray[np.bool_]:
    return np.asarray(observed.successes + observed.failures > 0)


def _believed(observed: Observed, learned: Learned, source: str, leaning: Floats) -> Posterior:
    posterior = Posterior(
        learned.rates_of(source),
        n_steps=observed.n_steps,
        ends_wrong=observed.ends_wrong,
        root=observed.root,
        leaning=leaning,
    )
    for prefix in np.flatnonzero(_asked(observed)):
        posterior.observe(
            int(prefix), int(observed.successes[prefix]), int(observed.failures[prefix])
        )
    return posterior
