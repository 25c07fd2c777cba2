"""Truth: first errors that label sets are scored against, by content. Pure once read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from annotate.reports.agreement import settle
from annotate.reports.first_error_scores import Mark
from annotate.reports.gaps import Gap
from annotate.reports.label_set import mark_of_view
from annotate.reports.queries import run_query
from schemas import FirstErrorVerdict, Labelling, NamedValue


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """One row of a truth."""

    content_id: str
    """Hash of the question and the stripped steps, see `schemas.Solution`."""
    mark: Mark
    """The first error; UNDECIDED where the row says nothing of one."""
    groups: Mapping[str, str]
    """What it may be grouped by: names to values."""
    suspect: bool = False
    """Whether the truth itself doubts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """First errors held to be true, one per content."""

    rows: Mapping[str, TruthRow]
    """What is held to be true, by content id, in order of appearance."""
    left_out: Mapping[Gap, int]
    """Rows left out, by kind: with `rows` they make up all that was read."""


def collect_truth(rows: Iterable[TruthRow]) -> Truth:
    """Return the truth that rows state: suspect, unlabelled and contradictory ones are left out.

    A content that occurs several times with the same first error counts once, under the groups of
    its first occurrence.
    """
    usable: list[TruthRow] = []
    suspect = unlabelled = 0
    for row in rows:
        if row.suspect:
            suspect += 1
        elif row.mark.verdict is FirstErrorVerdict.UNDECIDED:
            unlabelled += 1
        else:
            usable.append(row)
    kept, counts = settle(((row.content_id, row) for row in usable), lambda row: row.mark)
    counts |= {Gap.UNLABELLED: unlabelled, Gap.SUSPECT: suspect}
    return Truth(rows=kept, left_out={gap: n for gap, n in counts.items() if n})


def read_truth(con: duckdb.DuckDBPyConnection, labelling: Labelling) -> Truth:
    """Return one labelling of a run as a truth; solutions that it leaves undecided are left out.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    rows = run_query(con, "truth", _Decided, labelling_id=labelling.labelling_id)
    return collect_truth(
        TruthRow(
            content_id=row.content_id,
            mark=mark_of_view(row.first_error),
            groups=groups_of(
                row.meta or (),
                domain=row.domain,
                generator=row.generator,
                input_name=row.input_name,
            ),
        )
        for row in rows
    )


def groups_of(meta: Iterable[NamedValue], **known: str | None) -> dict[str, str]:
    """Return what a row may be grouped by: its short fields, and those known by our names.

    Args:
        meta: Fields as the source names them.
        known: Values under our names (`domain`, `generator`, `input_name`), which win; null ones
            are left out.
    """
    groups = {field.name: field.value for field in meta}
    groups.update({name: value for name, value in known.items() if value is not None})
    return groups


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A row of `truth.sql`."""

    content_id: str
    """Hash of the question and the steps."""
    first_error: int | None
    """0-based, -1 or null, as in the view."""
    domain: str | None
    """Subject of the problem."""
    generator: str | None
    """Who wrote the solution, at its first occurrence."""
    input_name: str | None
    """File of the first occurrence."""
    meta: tuple[NamedValue, ...] | None
    """Other fields of the first occurrence."""
