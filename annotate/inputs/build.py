"""From a draft to problems, solutions and labels: cuts steps, makes ids, checks labels. Pure."""

from collections.abc import Iterator

from annotate.inputs.draft import Chain, Draft, RawLabels
from annotate.inputs.fault import BadRowError, Fault
from annotate.inputs.row import GivenLabels
from annotate.segment import Segmentation, cut
from schemas import (
    GIVEN_SEPARATOR,
    FirstErrorVerdict,
    LabelVerdict,
    Piece,
    Problem,
    RejectReason,
    Solution,
    make_problem,
    make_solution,
)

NO_ERROR = -1
"""How formats write that no step is wrong."""

Built = tuple[Solution, GivenLabels]


def build_problem(draft: Draft) -> Problem:
    """Return the problem of a row."""
    return make_problem(
        draft.messages,
        answers=draft.answers,
        answer_type=draft.answer_type,
        domain=draft.domain,
        language=draft.language,
    )


def build_solutions(
    draft: Draft, problem: Problem, segmentation: Segmentation
) -> Iterator[tuple[Chain, Built | Fault]]:
    """Yield each solution of a row with its labels, or why it is set aside."""
    for chain in draft.chains:
        if chain.fault is not None:
            yield chain, chain.fault
            continue
        try:
            solution = _solution(chain, problem, segmentation)
            yield chain, (solution, _labels(chain.labels, len(solution.steps)))
        except BadRowError as error:
            yield chain, error.fault


def _solution(chain: Chain, problem: Problem, segmentation: Segmentation) -> Solution:
    given = (chain.text,) if chain.steps is None else chain.steps
    if not any(text is not None and text.strip() for text in given):
        raise BadRowError(
            RejectReason.EMPTY_SOLUTION, f"{chain.field} holds no text.", field=chain.field
        )
    if chain.steps is None:
        return make_solution(problem, cut(chain.text or "", segmentation))
    pieces = tuple(Piece(text=text) for text in chain.steps)
    return make_solution(problem, pieces, separator=GIVEN_SEPARATOR)


def _labels(raw: RawLabels, n_steps: int) -> GivenLabels:
    _check_count(raw.verdicts, n_steps, raw.verdicts_field)
    _check_count(raw.scores, n_steps, raw.scores_field)
    verdicts = raw.verdicts or _verdicts_of_errors(_inside(raw, n_steps), n_steps)
    first = _first_error(verdicts) if raw.first_error is None else raw.first_error
    if first is not None and not NO_ERROR <= first < n_steps:
        raise _bad(
            f"{raw.first_error_field} is {first}, but the solution has {n_steps} steps: "
            f"expected -1 (no error) to {n_steps - 1}.",
            raw.first_error_field,
        )
    found = first is not None and first != NO_ERROR
    verdict = FirstErrorVerdict.FOUND if found else FirstErrorVerdict.NONE_FOUND
    return GivenLabels(
        first_error=None if first is None else verdict,
        first_error_step=first if found else None,
        step_verdicts=verdicts,
        step_scores=raw.scores,
        outcome=raw.outcome,
        suspect=raw.suspect,
    )


def _check_count(values: tuple[object, ...], n_steps: int, field: str) -> None:
    if values and len(values) != n_steps:
        raise _bad(
            f"{field} has {len(values)} values for {n_steps} steps, expected one per step.", field
        )


def _inside(raw: RawLabels, n_steps: int) -> tuple[int, ...]:
    """Return the listed wrong steps that the solution has.

    PRMBench lists some past the end of its own solutions: these are left out, unless all are.
    """
    inside = tuple(step for step in raw.error_steps if 0 <= step < n_steps)
    if raw.error_steps and not inside:
        shown = ", ".join(str(step) for step in raw.error_steps[:10])
        raise _bad(
            f"{raw.error_steps_field} names none of the {n_steps} steps: {shown}, counted from 0.",
            raw.error_steps_field,
        )
    return inside


def _bad(message: str, field: str) -> BadRowError:
    return BadRowError(RejectReason.BAD_LABEL, message, field=field)


def _verdicts_of_errors(errors: tuple[int, ...], n_steps: int) -> tuple[LabelVerdict, ...]:
    """Return what a list of wrong steps says of each: past the first, only of those listed."""
    if not errors:
        return ()
    verdicts = [LabelVerdict.CORRECT] * errors[0]
    verdicts += [LabelVerdict.NOT_CHECKED] * (n_steps - errors[0])
    for step in errors:
        verdicts[step] = LabelVerdict.INCORRECT
    return tuple(verdicts)


def _first_error(verdicts: tuple[LabelVerdict, ...]) -> int | None:
    """Return the first wrong step as far as labels tell: None where one before it has no label."""
    for index, verdict in enumerate(verdicts):
        if verdict is LabelVerdict.INCORRECT:
            return index
        if verdict is not LabelVerdict.CORRECT:
            return None
    return NO_ERROR if verdicts else None
