"""Labelled solutions to be exported, written by hand. No test in itself."""

import dataclasses
from collections.abc import Mapping, Sequence

from annotate.exports import FORMATS, ExportOptions, ExportRow, ExportStep, Skipped, SkipReason
from annotate.rules.base import first_error_of
from schemas import (
    Basis,
    Json,
    LabelVerdict,
    Message,
    NamedValue,
    Outcome,
    Part,
    Semantics,
    StepKind,
    ValueKind,
)

RIGHT, WRONG = LabelVerdict.CORRECT, LabelVerdict.INCORRECT
UNKNOWN, UNCHECKED = LabelVerdict.UNKNOWN, LabelVerdict.NOT_CHECKED
ASSUME = ExportOptions(assume_correct_before_error=True)
CONVERT = ExportOptions(convert_local=True)


def step(
    verdict: LabelVerdict | None, text: str, *, kind: StepKind = StepKind.RESPONSE
) -> ExportStep:
    """Return a step with its label; an observation has none."""
    return ExportStep(
        solution_id="s",
        kind=kind,
        text=text,
        verdict=verdict,
        value=0.5 if verdict is RIGHT else None,
        value_kind=ValueKind.SUCCESS_RATE if verdict is RIGHT else None,
        p_correct=0.25 if verdict is WRONG else None,
        basis=None if verdict is None else Basis.OBSERVED,
        weight=None if verdict is None else 1.0,
        semantics=None if verdict is None else Semantics.FIRST_ERROR,
    )


def question(*texts: str) -> tuple[Message, ...]:
    """Return messages of the user."""
    return tuple(Message(role="user", parts=(Part(text=text),)) for text in texts)


def make_row(steps: Sequence[ExportStep], **changes: object) -> ExportRow:
    """Return a solution of these steps, with the first error that their verdicts state."""
    found, index = first_error_of([s.verdict for s in steps])
    row = ExportRow(
        row_id="row-1",
        solution_id="s",
        problem_id="p",
        source_id="row-1",
        input_name="in.jsonl",
        generator="g",
        meta=(NamedValue(name="set", value="x"),),
        messages=question("What?"),
        answers=("7",),
        domain="sums",
        language=None,
        final_answer="7",
        outcome=Outcome.CORRECT,
        steps=tuple(steps),
        first_error=found,
        first_error_step=index,
        confidence=None,
        semantics=Semantics.FIRST_ERROR,
        rule="formal",
        method=None,
        version="0.1.0",
        evidence=(),
    )
    return dataclasses.replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def of(*verdicts: LabelVerdict | None, **changes: object) -> ExportRow:
    """Return a solution with these labels; None makes an observation."""
    steps = [
        step(v, f"t{i}", kind=StepKind.OBSERVATION if v is None else StepKind.RESPONSE)
        for i, v in enumerate(verdicts)
    ]
    return make_row(steps, **changes)


def export(
    name: str, row: ExportRow, options: ExportOptions | None = None
) -> Mapping[str, Json] | SkipReason:
    """Return what a format makes of a row, or why it is skipped."""
    made = FORMATS.get(name)().convert(row, options or ExportOptions())
    return made.reason if isinstance(made, Skipped) else made


def listed(value: Json) -> list[Json]:
    """Return a JSON list as such."""
    assert isinstance(value, list)
    return value
