"""Rule `outcome`: every step takes the outcome of the final answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import (
    RULES,
    Case,
    Decision,
    Need,
    ReadsAsked,
    RuleFacts,
    StepDecision,
    first_error_of,
    is_labelled,
    of_solution,
)
from schemas import (
    Basis,
    Calibration,
    Evidence,
    LabelVerdict,
    Outcome,
    Scope,
    Solution,
    ValueKind,
    Visibility,
)

_LABEL = {
    Outcome.CORRECT: LabelVerdict.CORRECT,
    Outcome.INCORRECT: LabelVerdict.INCORRECT,
    Outcome.NO_ANSWER: LabelVerdict.INCORRECT,
    Outcome.NOT_CHECKED: LabelVerdict.NOT_CHECKED,
}
"""The rest is censored: asked, undecided. No answer is a wrong one: it ended by itself."""

_VISIBILITY = {LabelVerdict.CORRECT: Visibility.VISIBLE_ERRORS_ONLY}
_VALUE = {LabelVerdict.CORRECT: 1.0, LabelVerdict.INCORRECT: 0.0}


@RULES.register("outcome")
@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule(ReadsAsked):
    """Copy the outcome of the solution to each of its steps.

    The cheapest baseline: whatever cannot beat it is not worth its rollouts.

    Where several gatherings decided the outcome and disagree, it is UNKNOWN.

    Source: FreePRM (Sun et al. 2025, arXiv:2506.03570), pseudo labels from outcomes.
    Differs from the paper: no buffer class, which belongs to the training loss.
    Cost: no model calls.
    """

    name: ClassVar[str] = "outcome"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step of a solution with a wrong answer",
        value="1 or 0, by the answer",
        needs=(Need.OUTCOMES,),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order."""
        del calibration
        evidence = of_solution(case.evidence)
        return [_copy(s, outcome_verdict(evidence.get(s.solution_id, []))) for s in case.solutions]


def outcome_verdict(rows: Sequence[Evidence]) -> LabelVerdict:
    """Return what the outcomes of one solution agree on; a censored one disagrees with none."""
    said = {
        _LABEL.get(row.outcome, LabelVerdict.UNKNOWN)
        for row in rows
        if row.outcome is not None and row.scope is Scope.SOLUTION
    }
    decided = said & {LabelVerdict.CORRECT, LabelVerdict.INCORRECT}
    if len(decided) == 1:
        return decided.pop()
    return LabelVerdict.UNKNOWN if said - {LabelVerdict.NOT_CHECKED} else LabelVerdict.NOT_CHECKED


def _copy(solution: Solution, verdict: LabelVerdict) -> Decision:
    value = _VALUE.get(verdict)
    label = StepDecision(
        verdict=verdict,
        value=value,
        value_kind=None if value is None else ValueKind.SUCCESS_RATE,
        basis=Basis.INFERRED,
    )
    steps = tuple(label if is_labelled(step) else None for step in solution.steps)
    found, index = first_error_of([step.verdict if step else None for step in steps])
    return Decision(
        solution_id=solution.solution_id,
        steps=steps,
        first_error=found,
        step_index=index,
        visibility=_VISIBILITY.get(verdict, Visibility.ALL_ERRORS),
    )
