"""Verdicts on single steps to labels, of FIRST_ERROR or of LOCAL semantics. Pure."""

from collections.abc import Sequence

from annotate.rules.base import Decision, StepDecision, first_error_of, is_labelled
from schemas import Basis, FindingVerdict, LabelVerdict, Semantics, Solution

_STRENGTH = {
    FindingVerdict.INCORRECT: 4,
    FindingVerdict.CORRECT: 3,
    FindingVerdict.NO_OBJECTION: 2,
    FindingVerdict.UNKNOWN: 1,
    FindingVerdict.NOT_APPLICABLE: 0,
}
"""Which verdict stands where several checks speak of one step: a refutation over all."""

_LABEL = {
    FindingVerdict.INCORRECT: LabelVerdict.INCORRECT,
    FindingVerdict.CORRECT: LabelVerdict.CORRECT,
    FindingVerdict.NO_OBJECTION: LabelVerdict.UNKNOWN,
    FindingVerdict.UNKNOWN: LabelVerdict.UNKNOWN,
    FindingVerdict.NOT_APPLICABLE: LabelVerdict.NOT_CHECKED,
}
"""No objection is no proof, so it decides nothing; what no check could read was not checked."""


def strongest(verdicts: Sequence[FindingVerdict]) -> FindingVerdict:
    """Return the verdict that stands; NOT_APPLICABLE where there is none."""
    return max(verdicts, key=_STRENGTH.__getitem__, default=FindingVerdict.NOT_APPLICABLE)


def decide_each(solution: Solution, verdicts: Sequence[FindingVerdict]) -> Decision:
    """Label each step of a solution by its own verdict, with LOCAL semantics.

    Args:
        solution: The solution.
        verdicts: [n_steps] What stands of each step.
    """
    labels = tuple(
        StepDecision(verdict=_LABEL[verdict]) if is_labelled(step) else None
        for step, verdict in zip(solution.steps, verdicts, strict=True)
    )
    found, index = first_error_of([label.verdict if label else None for label in labels])
    return Decision(
        solution_id=solution.solution_id,
        steps=labels,
        first_error=found,
        step_index=index,
        semantics=Semantics.LOCAL,
    )


def decide_in_order(
    solution: Solution, verdicts: Sequence[FindingVerdict], *, confidence: float | None = None
) -> Decision:
    """Label a solution from one verdict per step.

    Args:
        solution: The solution.
        verdicts: [n_steps] What stands of each step.
        confidence: Probability of the first error, where the source gives one.

    The first refuted step is the first error, and every later step is INCORRECT by inference: an
    error, once made, is in all that follows. Behind an undecided step none is CORRECT: that would
    say of the undecided one too that it holds no error.
    """
    labels: list[StepDecision | None] = []
    broken = open_ = False
    for step, verdict in zip(solution.steps, verdicts, strict=True):
        if not is_labelled(step):
            labels.append(None)
        elif broken:
            labels.append(
                StepDecision(verdict=LabelVerdict.INCORRECT, value=None, basis=Basis.INFERRED)
            )
        else:
            label = _LABEL[verdict]
            broken = label is LabelVerdict.INCORRECT
            if open_ and label is LabelVerdict.CORRECT:
                label = LabelVerdict.UNKNOWN
            open_ = open_ or label in {LabelVerdict.UNKNOWN, LabelVerdict.NOT_CHECKED}
            labels.append(StepDecision(verdict=label))
    found, index = first_error_of([label.verdict if label else None for label in labels])
    return Decision(
        solution_id=solution.solution_id,
        steps=tuple(labels),
        first_error=found,
        step_index=index,
        confidence=confidence,
    )
