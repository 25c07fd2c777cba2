"""Verdicts on prefixes to labels with FIRST_ERROR semantics. Pure.

A prefix that passes vouches for all before it: whoever can still finish from there could finish
from every shorter one. A prefix that fails holds the first error, or an earlier step does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from annotate.rules.base import (
    Case,
    Decision,
    StepDecision,
    asked_steps,
    is_labelled,
    labelled_steps,
    of_solution,
)
from annotate.rules.outcome import outcome_verdict
from annotate.rules.prefix_rates import PrefixRates, Rate
from schemas import Basis, FirstErrorVerdict, LabelVerdict, Solution, ValueKind, Visibility

Judge = Callable[[Rate], tuple[LabelVerdict, float | None]]
"""What is held of a prefix with these rollouts, and the number behind it, null where there is none:
CORRECT where it still holds no error, INCORRECT where it holds one, UNKNOWN where it is open."""

BY_OUTCOME = {LabelVerdict.CORRECT: 1.0, LabelVerdict.INCORRECT: 0.0}
"""Success rate of the whole text: nothing is left to be drawn."""


def outcomes_of(case: Case) -> list[LabelVerdict]:
    """Return [n_solutions] what the outcome says of each solution of a case."""
    evidence = of_solution(case.evidence)
    return [outcome_verdict(evidence.get(s.solution_id, [])) for s in case.solutions]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is known of each prefix of a solution."""

    verdicts: tuple[LabelVerdict | None, ...]
    """[n_steps] CORRECT where the prefix up to the step passes, INCORRECT where it fails, UNKNOWN
    where it was asked and is open, NOT_CHECKED where it was not asked; null for a step that is
    never labelled."""
    values: tuple[float | None, ...]
    """[n_steps] The number behind each verdict, null where there is none."""
    ends_right: bool = False
    """Whether rollouts and a right outcome are all that is known: what the chain recovers from was
    not to be seen."""


def mark_prefixes(
    solution: Solution, rates: PrefixRates, outcome: LabelVerdict, judge: Judge
) -> Marks:
    """Return what rollouts say of each prefix, with the number behind it.

    Where no prefix of the solution was asked, a wrong outcome says nothing of its steps: all is
    NOT_CHECKED. A right one is itself a success from each of its prefixes, and counts where its
    problem has rollouts at all.

    Args:
        solution: The solution.
        rates: Rollouts of its problem.
        outcome: What its final answer says: it stands for the last step that takes a label.
        judge: What the rule makes of the rollouts from one prefix.
    """
    asked = rates.of(solution)
    labelled = labelled_steps(solution)
    marks = [(LabelVerdict.NOT_CHECKED, None) if rate is None else judge(rate) for rate in asked]
    right = outcome is LabelVerdict.CORRECT
    silent = bool(asked_steps(solution)) and all(rate is None for rate in asked)
    told = not silent or (right and bool(rates.rates))
    if told and labelled:
        marks[labelled[-1]] = outcome, BY_OUTCOME.get(outcome)
    return Marks(
        verdicts=tuple(mark[0] if i in labelled else None for i, mark in enumerate(marks)),
        values=tuple(value for _, value in marks),
        ends_right=told and right,
    )


def by_rate(passes: Callable[[float], bool]) -> Judge:
    """Return what judges a prefix by its success rate; one that is no rate is open.

    Args:
        passes: Whether a prefix with this rate, in [0, 1], still holds no error.
    """

    def judge(rate: Rate) -> tuple[LabelVerdict, float | None]:
        if rate.value is None:
            return LabelVerdict.UNKNOWN, None
        right = passes(rate.value)
        return LabelVerdict.CORRECT if right else LabelVerdict.INCORRECT, rate.value

    return judge


def decide_by_prefixes(
    solution: Solution,
    marks: Marks,
    *,
    value_kind: ValueKind = ValueKind.SUCCESS_RATE,
    resolution: float = 0.0,
) -> Decision:
    """Label a solution from what is known of its prefixes.

    Args:
        solution: The solution.
        marks: What is known.
        value_kind: What its values mean.
        resolution: Share of the text, in [0, 1], that the steps between the last prefix that passes
            and the first that fails may make up if they were not asked: the latter counts as the
            first error nevertheless.

    The first prefix that fails decides, also where a later one passes again: those behind it are
    INCORRECT by inference. It is the first error where every step before is right, or within
    `resolution`; a step between them that was asked and is open leaves the first error undecided.
    """
    sound, first = _bounds(marks.verdicts)
    steps: list[StepDecision | None] = []
    for index, (verdict, value) in enumerate(zip(marks.verdicts, marks.values, strict=True)):
        if verdict is None:
            steps.append(None)
            continue
        broken = first is not None and index > first
        vouched = index < sound and verdict is not LabelVerdict.CORRECT
        carried = LabelVerdict.INCORRECT if broken else LabelVerdict.CORRECT
        decision = StepDecision(
            verdict=carried if broken or vouched else verdict,
            value=value,
            value_kind=None if value is None else value_kind,
            basis=Basis.INFERRED if broken or vouched else Basis.OBSERVED,
        )
        steps.append(decision)
    found = _first_error(solution, marks.verdicts, resolution)
    return Decision(
        solution_id=solution.solution_id,
        steps=tuple(steps),
        first_error=found,
        step_index=first if found is FirstErrorVerdict.FOUND else None,
        visibility=visibility_of(ends_right=marks.ends_right),
    )


def visibility_of(*, ends_right: bool) -> Visibility:
    """Return which errors rollouts could have shown of a solution."""
    return Visibility.VISIBLE_ERRORS_ONLY if ends_right else Visibility.ALL_ERRORS


def vouched(marks: Marks) -> Marks:
    """Return the marks with every failure before the last prefix that passes taken back.

    Where a search goes on from a prefix that failed by bad luck, a longer one that passes shows
    that the shorter was sound: whoever can finish from there could have from before. What it costs:
    a recovery after an error vouches for the error too.
    """
    passing = [i for i, verdict in enumerate(marks.verdicts) if verdict is LabelVerdict.CORRECT]
    last = max(passing, default=-1)
    return replace(
        marks,
        verdicts=tuple(
            LabelVerdict.NOT_CHECKED if verdict is LabelVerdict.INCORRECT and i < last else verdict
            for i, verdict in enumerate(marks.verdicts)
        ),
    )


def undecided(solution: Solution, verdict: LabelVerdict) -> Decision:
    """Return a decision that says UNKNOWN or NOT_CHECKED of every step: the solution is dropped."""
    label = StepDecision(verdict=verdict)
    return Decision(
        solution_id=solution.solution_id,
        steps=tuple(label if is_labelled(step) else None for step in solution.steps),
        first_error=FirstErrorVerdict.UNDECIDED,
    )


def _bounds(verdicts: Sequence[LabelVerdict | None]) -> tuple[int, int | None]:
    """Return the last step that passes before any fails, -1 if none, and the first that fails."""
    first = next((i for i, v in enumerate(verdicts) if v is LabelVerdict.INCORRECT), None)
    passing = (i for i, v in enumerate(verdicts[:first]) if v is LabelVerdict.CORRECT)
    return max(passing, default=-1), first


def _first_error(
    solution: Solution, verdicts: Sequence[LabelVerdict | None], resolution: float
) -> FirstErrorVerdict:
    sound, first = _bounds(verdicts)
    gap = [verdict for verdict in verdicts[sound + 1 : first] if verdict is not None]
    if first is None:
        right = sound >= 0 and not gap
        return FirstErrorVerdict.NONE_FOUND if right else FirstErrorVerdict.UNDECIDED
    if not gap:
        return FirstErrorVerdict.FOUND
    between = sum(len(step.text) for step in solution.steps[sound + 1 : first])
    whole = sum(len(step.text) for step in solution.steps)
    near = LabelVerdict.UNKNOWN not in gap and between <= resolution * whole
    return FirstErrorVerdict.FOUND if near else FirstErrorVerdict.UNDECIDED
