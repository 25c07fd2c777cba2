"""Labelled solutions of a run, streamed in order of their id with flat memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Protocol, TypeVar

import duckdb

from annotate.exports.format import Skipped, SkipReason
from annotate.exports.queries import run_query
from annotate.exports.row import ExportEvidence, ExportRow, ExportStep
from schemas import FirstErrorVerdict, Labelling, Message, NamedValue, Outcome, Semantics

CHUNK_SIZE = 16384
"""Solutions whose rows are held in Arrow's form at a time: some 50 MB of ordinary text."""

_ID_TAIL = 8
"""Last digits of the solution id, which tell apart solutions that share an id of the input.

The first ones do not: they are the problem's.
"""


def read_rows(
    con: duckdb.DuckDBPyConnection, labelling: Labelling, *, chunk_size: int = CHUNK_SIZE
) -> Iterator[ExportRow | Skipped]:
    """Yield each solution of the run under one labelling, in order of `solution_id`.

    A solution of which the labelling says nothing is `Skipped`.

    Args:
        con: Connection with the views of a run.
        labelling: The labelling.
        chunk_size: Solutions read at a time (>= 1); the rows do not depend on it.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    starts = [row.solution_id for row in run_query(con, "chunk_starts", _Start, size=chunk_size)]
    for start, end in pairwise([*starts, None]):
        if start is not None:
            yield from _chunk(con, labelling, start, end)


def _chunk(
    con: duckdb.DuckDBPyConnection, labelling: Labelling, start: str, end: str | None
) -> Iterator[ExportRow | Skipped]:
    chosen = labelling.labelling_id
    heads = list(run_query(con, "solutions", _Head, start=start, end=end, labelling_id=chosen))
    steps = run_query(con, "steps", ExportStep, start=start, end=end, labelling_id=chosen)
    gatherings = list(labelling.gathering_ids)
    evidence = run_query(
        con, "evidence", ExportEvidence, start=start, end=end, gathering_ids=gatherings
    )
    ids = [head.solution_id for head in heads]
    for head, own_steps, own_evidence in zip(
        heads, _align(ids, steps), _align(ids, evidence), strict=True
    ):
        yield _row(head, own_steps, own_evidence, labelling)


class _OfSolution(Protocol):
    """A row about one solution."""

    @property
    def solution_id(self) -> str:
        """The solution."""


T = TypeVar("T", bound=_OfSolution)


def _align(ids: Iterable[str], rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield the rows of each id; both come in ascending order, rows of other ids are dropped."""
    groups = groupby(rows, key=lambda row: row.solution_id)
    key, group = next(groups, (None, iter(())))
    for solution_id in ids:
        while key is not None and key < solution_id:
            key, group = next(groups, (None, iter(())))
        yield list(group) if key == solution_id else []


def _row(
    head: "_Head", steps: list[ExportStep], evidence: list[ExportEvidence], labelling: Labelling
) -> ExportRow | Skipped:
    if head.first_error is None:
        return Skipped(reason=SkipReason.NOT_LABELLED)
    stated = [step.semantics for step in steps if step.semantics is not None]
    return ExportRow(
        row_id=head.row_id,
        solution_id=head.solution_id,
        problem_id=head.problem_id,
        source_id=head.source_id,
        input_name=head.input_name,
        generator=head.generator,
        meta=head.meta or (),
        messages=head.messages,
        answers=head.answers,
        domain=head.domain,
        language=head.language,
        final_answer=head.final_answer,
        outcome=head.outcome,
        steps=tuple(steps),
        first_error=head.first_error,
        first_error_step=head.first_error_step,
        confidence=head.confidence,
        semantics=stated[0] if stated else Semantics.FIRST_ERROR,
        rule=labelling.rule,
        method=labelling.method,
        version=labelling.code_version,
        evidence=tuple(evidence),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """A row of `chunk_starts.sql`."""

    solution_id: str
    """First id of a chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """A row of `solutions.sql`: see `ExportRow` for the fields."""

    solution_id: str
    """The solution."""
    problem_id: str
    """Its problem."""
    source_id: str | None
    """The id in the input row."""
    is_shared: bool | None
    """Whether another solution has that id, too."""
    final_answer: str | None
    """The answer found."""
    outcome: Outcome | None
    """How it compares."""
    messages: tuple[Message, ...]
    """What is asked."""
    answers: tuple[str, ...]
    """Accepted answers."""
    domain: str | None
    """Subject."""
    language: str | None
    """BCP 47 tag."""
    input_name: str | None
    """File."""
    generator: str | None
    """Who wrote it."""
    meta: tuple[NamedValue, ...] | None
    """Other fields of the row."""
    first_error: FirstErrorVerdict | None
    """The decision; null where the labelling says nothing of the solution."""
    first_error_step: int | None
    """0-based step."""
    confidence: float | None
    """Probability of the decision."""

    @property
    def row_id(self) -> str:
        """An id that no other solution of the run has."""
        if self.source_id is None:
            return self.solution_id
        if self.is_shared:
            return f"{self.source_id}-{self.solution_id[-_ID_TAIL:]}"
        return self.source_id
