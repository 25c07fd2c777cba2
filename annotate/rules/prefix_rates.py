"""Success rates of prefixes, read from the rollouts of a case. Pure.

Rollouts belong to a text, not to a solution: whatever was asked of a prefix counts for every
solution that begins with it, and rows that hold the same rollouts count once.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from annotate.rules.base import Case, labelled_steps
from schemas import Evidence, InvalidArgumentError, Scope, Solution, SourceKind, prefix_id

STOPPED = "STOPPED_AT_SUCCESS"
"""Reason in a row of counts whose rollouts were drawn until the first success: no share of them is
the prefix's rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Rollouts from one prefix."""

    successes: int
    """Rollouts that reached an accepted answer, in [0, `trials`]."""
    trials: int
    """Rollouts whose outcome counts, >= 0: censored ones are left out."""
    stopped: bool = False
    """Whether they were drawn until the first success."""

    @property
    def value(self) -> float | None:
        """The share of successes, in [0, 1]; null where no rollout counts, or it is no rate."""
        return self.successes / self.trials if self.trials and not self.stopped else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixRates:
    """What one policy's rollouts say of the prefixes of a problem."""

    problem_id: str
    """The problem."""
    rates: Mapping[str, Rate]
    """By prefix id; the bare problem is the prefix without text."""

    @property
    def root(self) -> Rate | None:
        """The rate of the bare problem; null where nothing was drawn from it."""
        return self.rates.get(prefix_id(self.problem_id, ""))

    def of(self, solution: Solution) -> list[Rate | None]:
        """Return [n_steps] the rate of the prefix up to and including each step, null if not asked.

        Null also for what is never asked (`asked_steps`): a step that takes no label, the last that
        takes one, and an empty first step, behind which the problem is still bare. Any other empty
        step without a separator has the rate of the step before it, whose prefix is its own.
        """
        found: list[Rate | None] = [None] * len(solution.steps)
        if self.rates:
            for step in labelled_steps(solution)[:-1]:
                text = solution.prefix(step + 1)
                found[step] = self.rates.get(prefix_id(self.problem_id, text)) if text else None
        return found

    def hard(self) -> "PrefixRates":
        """Return 1 of 1 where any rollout succeeded, 0 of 1 where none did, 0 of 0 if none counts.

        Whether drawing stopped at the first success makes no difference to that.
        """
        hard = {
            key: Rate(successes=min(rate.successes, 1), trials=min(rate.trials, 1))
            for key, rate in self.rates.items()
        }
        return PrefixRates(problem_id=self.problem_id, rates=hard)


def read_shares(case: Case, source: str | None) -> PrefixRates:
    """Return the counts of a case by one policy that are rates: see `read_rates`.

    Those that were drawn until the first success are left out, as if nothing had been asked.

    Raises:
        InvalidArgumentError: If `source` is None and prefixes were asked of several.
    """
    chosen = asked_source(case, source)  # of all rows: those left out say whose rollouts count
    kept = tuple(row for row in case.evidence if row.reason != STOPPED)
    return read_rates(replace(case, evidence=kept), chosen)


def read_rates(case: Case, source: str | None) -> PrefixRates:
    """Return the counts of a case by one policy, rates or not.

    A likelihood may read all of them: given what was drawn before, whether to draw again depends on
    no rate, so the likelihood of rollouts in the order of their ordinals is the same under any rule
    of stopping, also where rates are Beta-distributed (`annotate.search.likelihood`).

    Args:
        case: A problem with its evidence.
        source: Name of the policy whose rollouts count; None takes the one that prefixes were
            asked of or, where none was, the only one that the bare problem was asked of.

    Raises:
        InvalidArgumentError: If `source` is None and prefixes were asked of several.
    """
    chosen = asked_source(case, source)
    rates: dict[str, Rate] = {}
    for row in _rollout_rows(case):
        if row.source != chosen or row.prefix_id is None or row.trials is None:
            continue
        rate = Rate(successes=row.successes or 0, trials=row.trials, stopped=row.reason == STOPPED)
        # Equal prefix and policy: the rollouts of the smaller row are among those of the larger.
        rates[row.prefix_id] = max(rates.get(row.prefix_id, rate), rate, key=_size)
    return PrefixRates(problem_id=case.problem.problem_id, rates=rates)


def asked_source(case: Case, source: str | None) -> str | None:
    """Return whose rollouts count, as `read_rates` takes them; None where there are none.

    Raises:
        InvalidArgumentError: If `source` is None and prefixes were asked of several.
    """
    if source is not None:
        return source
    rows = _rollout_rows(case)
    asked = {row.source for row in rows if row.scope is Scope.PREFIX}
    if len(asked) > 1:
        raise InvalidArgumentError(
            f"problem {case.problem.problem_id!r} holds rollouts of {sorted(asked)}: say whose "
            f'count, as in --rule "any_success(source={min(asked)!r})".'
        )
    named = asked or {row.source for row in rows}
    return named.pop() if len(named) == 1 else None


def asked_sources(case: Case) -> tuple[str, ...]:
    """Return whose rollouts of prefixes there are: the one with most of them first, then by name.

    Where no prefix was asked, whose rollouts of the bare problem there are.
    """
    rows = _rollout_rows(case)
    rows = [row for row in rows if row.scope is Scope.PREFIX] or rows
    most: dict[tuple[str, str | None], int] = {}  # the same rollouts count once
    for row in rows:
        key = row.source, row.prefix_id
        most[key] = max(most.get(key, 0), row.trials or 0)
    told: Counter[str] = Counter()
    for (name, _), trials in most.items():
        told[name] += trials
    return tuple(sorted(told, key=lambda name: (-told[name], name)))


def _rollout_rows(case: Case) -> list[Evidence]:
    return [row for row in case.evidence if row.source_kind is SourceKind.ROLLOUTS]


def _size(rate: Rate) -> tuple[int, int, bool]:
    return rate.trials, rate.successes, not rate.stopped
