"""Success before and after each step: what rules compare that look at changes. Pure."""

import itertools
from collections.abc import Callable, Sequence

from annotate.rules.base import Case, Decision, is_labelled, labelled_steps
from annotate.rules.prefix_rates import PrefixRates, read_rates
from annotate.rules.prefix_verdicts import (
    BY_OUTCOME,
    Marks,
    decide_by_prefixes,
    outcomes_of,
    undecided,
)
from schemas import LabelVerdict, Solution, ValueKind

Judge = Callable[[float, float], tuple[float, bool]]
"""From success before and after a step, both in [0, 1], to its value and whether it is right."""


def decide_by_changes(
    case: Case, source: str | None, judge: Judge, value_kind: ValueKind
) -> Sequence[Decision]:
    """Return one decision for each solution: the first step that is not right is the first error.

    Steps behind it are INCORRECT too, by observation or inference. It takes the rate of the bare
    problem and of every prefix: where one was not asked the solution is NOT_CHECKED, and where all
    rollouts of one were censored, or the problem is never solved, UNKNOWN.

    Args:
        case: A problem with its evidence.
        source: Name of the policy whose rollouts count; None where prefixes were asked of one only.
        judge: The rule's own comparison.
        value_kind: What its value means.

    Raises:
        InvalidArgumentError: If `source` is None and prefixes were asked of several.
    """
    rates = read_rates(case, source)
    found = []
    for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True):
        values = step_values(solution, rates, outcome)
        if isinstance(values, LabelVerdict):
            found.append(undecided(solution, values))
            continue
        told = iter(judge(*pair) for pair in itertools.pairwise(values))
        verdicts: list[LabelVerdict | None] = []
        shown: list[float | None] = []
        for step in solution.steps:
            value, right = next(told) if is_labelled(step) else (None, None)
            shown.append(value)
            verdicts.append(None if right is None else _verdict(right=right))
        marks = Marks(verdicts=tuple(verdicts), values=tuple(shown))
        found.append(decide_by_prefixes(solution, marks, value_kind=value_kind))
    return found


def step_values(
    solution: Solution, rates: PrefixRates, outcome: LabelVerdict
) -> list[float] | LabelVerdict:
    """Return [n_labelled + 1] success of the bare problem and after each step, or why not.

    After the last step it is 1 or 0, by the outcome.
    """
    if outcome not in BY_OUTCOME:
        return outcome
    asked = rates.of(solution)
    told = [rates.root, *(asked[step] for step in labelled_steps(solution)[:-1])]
    values = [rate.value for rate in told if rate is not None]
    if len(values) < len(told):
        return LabelVerdict.NOT_CHECKED
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known[0]:
        return LabelVerdict.UNKNOWN
    return [*known, BY_OUTCOME[outcome]]


def _verdict(*, right: bool) -> LabelVerdict:
    return LabelVerdict.CORRECT if right else LabelVerdict.INCORRECT
