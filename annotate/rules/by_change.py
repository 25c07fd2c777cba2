"""ByChange: what rules share that compare success before and after each step. Pure."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, Decision, ReadsAsked, is_labelled, labelled_steps
from annotate.rules.prefix_rates import PrefixRates, read_shares
from annotate.rules.prefix_verdicts import (
    BY_OUTCOME,
    Marks,
    decide_by_prefixes,
    outcomes_of,
    undecided,
)
from schemas import Calibration, LabelVerdict, Solution, ValueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ByChange(ReadsAsked, ABC):
    """Decides each step by success before and after it; the first wrong one is the first error.

    Steps behind it are INCORRECT too, by observation or inference. Where no step of a solution with
    a wrong answer is, its steps are UNKNOWN: one of them is wrong. It takes the rate of the bare
    problem and of every prefix: where one was not asked the solution is NOT_CHECKED, and where all
    rollouts of one were censored, or the problem is never solved, UNKNOWN.
    """

    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    value_kind: ClassVar[ValueKind] = ValueKind.PROGRESS
    """What the value of a step means."""
    needs_rates: ClassVar[bool] = True
    """Counts that were drawn until the first success say nothing to it."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    @abstractmethod
    def judge(self, before: float, after: float) -> tuple[float, bool]:
        """Return the value of a step, and whether it is right.

        Args:
            before: Success before the step, in [0, 1].
            after: Success after it, in [0, 1].
        """

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        values = self.read(case)
        return [self._decide(*one) for one in zip(case.solutions, values, strict=True)]

    def read(self, case: Case) -> list[list[float] | LabelVerdict]:
        """Return [n_solutions] what is compared: see `step_values`.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        rates = read_shares(case, self.source)
        return [
            step_values(solution, rates, outcome)
            for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True)
        ]

    def _decide(self, solution: Solution, values: list[float] | LabelVerdict) -> Decision:
        if isinstance(values, LabelVerdict):
            return undecided(solution, values)
        told = iter(self.judge(*pair) for pair in itertools.pairwise(values))
        verdicts: list[LabelVerdict | None] = []
        shown: list[float | None] = []
        for step in solution.steps:
            value, right = next(told) if is_labelled(step) else (None, None)
            shown.append(value)
            verdicts.append(None if right is None else _verdict(right=right))
        right = values[-1] == BY_OUTCOME[LabelVerdict.CORRECT]
        if not right and LabelVerdict.INCORRECT not in verdicts:  # success ebbed away
            verdicts = [verdict and LabelVerdict.UNKNOWN for verdict in verdicts]
        marks = Marks(verdicts=tuple(verdicts), values=tuple(shown), ends_right=right)
        return decide_by_prefixes(solution, marks, value_kind=self.value_kind)


def step_values(
    solution: Solution, rates: PrefixRates, outcome: LabelVerdict
) -> list[float] | LabelVerdict:
    """Return [n_labelled + 1] success of the bare problem and after each step, or why not.

    After the last step it is 1 or 0, by the outcome.
    """
    if outcome not in BY_OUTCOME:
        return outcome
    asked = rates.of(solution)
    steps = labelled_steps(solution)[:-1]
    # Behind an empty first step the problem is still bare.
    told = [rates.root, *(asked[s] if solution.prefix(s + 1) else rates.root for s in steps)]
    values = [rate.value for rate in told if rate is not None]
    if len(values) < len(told):
        return LabelVerdict.NOT_CHECKED
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known[0]:
        return LabelVerdict.UNKNOWN
    return [*known, BY_OUTCOME[outcome]]


def _verdict(*, right: bool) -> LabelVerdict:
    return LabelVerdict.CORRECT if right else LabelVerdict.INCORRECT
