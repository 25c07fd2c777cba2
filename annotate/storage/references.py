"""References between a run's tables, and keys that must be unique: read-only checks in SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from schemas import TABLES, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Columns of one table whose values must occur in another's; nulls refer to nothing."""

    table: str
    """Table that refers."""
    columns: tuple[str, ...]
    """Names of the columns, the same in both."""
    target: str
    """Table that is referred to."""


def _from(table: str, target: str, *columns: str) -> Reference:
    return Reference(table=table, columns=columns, target=target)


REFERENCES = (
    _from("solutions", "problems", "problem_id"),
    _from("steps", "solutions", "solution_id"),
    _from("sources", "problems", "problem_id"),
    _from("sources", "solutions", "solution_id"),
    _from("rollouts", "problems", "problem_id"),
    _from("evidence", "gatherings", "gathering_id"),
    _from("evidence", "problems", "problem_id"),
    _from("evidence", "solutions", "solution_id"),
    _from("evidence", "steps", "solution_id", "step_index"),
    _from("gatherings", "calibrations", "calibration_id"),
    _from("labellings", "calibrations", "calibration_id"),
    _from("labels", "labellings", "labelling_id"),
    _from("labels", "steps", "solution_id", "step_index"),
    _from("first_errors", "labellings", "labelling_id"),
    _from("first_errors", "solutions", "solution_id"),
    _from("first_errors", "steps", "solution_id", "step_index"),
    _from("costs", "gatherings", "gathering_id"),
    _from("costs", "problems", "problem_id"),
    _from("costs", "solutions", "solution_id"),
)
"""Every reference by columns of one name; the others are in `_SPECIAL`."""

_SPECIAL = (
    (
        "labellings",
        "gatherings",
        """
        FROM (SELECT unnest(gathering_ids) AS gathering_id FROM stored.labellings) AS c
        ANTI JOIN stored.gatherings AS p ON p.gathering_id = c.gathering_id
        """,
    ),
    (
        "grades",
        "solutions or rollouts",
        """
        FROM (SELECT completion_id FROM stored.grades) AS c
        ANTI JOIN (
            SELECT solution_id AS id FROM stored.solutions
            UNION ALL SELECT rollout_id FROM stored.rollouts
        ) AS p ON p.id = c.completion_id
        """,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRows:
    """Rows of a table that break one rule."""

    table: str
    """The table."""
    target: str
    """The table they refer to in vain; the table itself where a key is not unique."""
    count: int
    """How many, at least 1."""
    example: str
    """The smallest of the values, as JSON."""


def dangling(con: duckdb.DuckDBPyConnection) -> Iterator[BrokenRows]:
    """Yield each reference that points nowhere, over the `stored` views of a connection."""
    for ref in REFERENCES:
        yield from _broken(con, ref.table, ref.target, _anti_join(ref))
    for table, target, source in _SPECIAL:
        yield from _broken(con, table, target, source)


def duplicates(con: duckdb.DuckDBPyConnection) -> Iterator[BrokenRows]:
    """Yield each table whose primary key is not unique."""
    for table in TABLES.values():
        yield from _broken(con, table.name, table.name, _repeated(table))


def _anti_join(ref: Reference) -> str:
    present = " AND ".join(f'"{column}" IS NOT NULL' for column in ref.columns)
    columns = ", ".join(f'"{column}"' for column in ref.columns)
    return (
        f"FROM (SELECT {columns} FROM stored.{ref.table} WHERE {present}) AS c "  # noqa: S608  # names of our own tables and columns
        f"ANTI JOIN stored.{ref.target} AS p USING ({columns})"
    )


def _repeated(table: Table) -> str:
    columns = ", ".join(f'"{column}"' for column in table.key)
    return f"FROM (SELECT {columns} FROM stored.{table.name} GROUP BY ALL HAVING count(*) > 1) AS c"  # noqa: S608  # names of our own tables and columns


def _broken(
    con: duckdb.DuckDBPyConnection, table: str, target: str, source: str
) -> Iterator[BrokenRows]:
    found = con.execute(f"SELECT count(*), min(to_json(c)::VARCHAR) {source}").fetchone()
    if found and found[0]:
        yield BrokenRows(table=table, target=target, count=found[0], example=found[1])
