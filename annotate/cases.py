"""Reading cases from a run: problems with all their solutions, and the evidence asked for.

Each call opens the run as it is committed at that moment. Memory holds what is returned.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import duckdb
import pyarrow as pa

from annotate.rules import Case
from annotate.storage import RunFolder, connect
from schemas import (
    PROBLEM_DIGITS,
    Evidence,
    Grade,
    Problem,
    Rollout,
    Solution,
    Step,
    from_arrow,
)

T = TypeVar("T")

_END = "~"  # sorts after every hexadecimal digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What completions the run holds of some problems."""

    rollouts: tuple[Rollout, ...] = ()
    """Completions, by id."""
    grades: tuple[Grade, ...] = ()
    """Their outcomes, by every checker that was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the run holds of some problems."""

    cases: tuple[Case, ...]
    """The problems in order of id, each with its solutions and their evidence."""
    solution_ids: frozenset[str]
    """All their solutions that have a row, those too that are no business of the reader."""


def read_cases(
    run: RunFolder,
    problem_ids: Sequence[str],
    gathering_ids: Sequence[str] = (),
    *,
    samples_of: Sequence[str] = (),
) -> Stored:
    """Return problems with their solutions and evidence.

    Args:
        run: The run to read.
        problem_ids: Sorted, at least one.
        gathering_ids: Whose evidence to read; none reads no evidence.
        samples_of: Gathering ids. Where any are named, solutions are left out that came in no file
            and were sampled by other gatherings only.
    """
    with connect(run, stored_only=True) as con:
        span = _register(con, problem_ids)
        rows = _of_problems(con, "solutions", "solution_id", span)
        by_solution: defaultdict[str, list[Step]] = defaultdict(list)
        for step in from_arrow(Step, _steps(con, span)):
            by_solution[step.solution_id].append(step)
        solutions = from_arrow(
            Solution, rows, steps=[tuple(by_solution[i]) for i in rows["solution_id"].to_pylist()]
        )
        foreign = _foreign(con, span, samples_of) if samples_of else frozenset()
        problems = from_arrow(Problem, _problems(con, span))
        evidence = _evidence(con, span, gathering_ids) if gathering_ids else []
    own = [one for one in solutions if one.solution_id not in foreign]
    observed = _by_problem(evidence)
    solved = _by_problem(sorted(own, key=lambda s: (s.problem_id, s.solution_id)))
    return Stored(
        cases=tuple(
            Case(
                problem=problem,
                solutions=tuple(solved.get(problem.problem_id, ())),
                evidence=tuple(observed.get(problem.problem_id, ())),
            )
            for problem in problems
        ),
        solution_ids=frozenset(one.solution_id for one in solutions),
    )


def read_paid(run: RunFolder, problem_ids: Sequence[str]) -> Paid:
    """Return the completions that the run holds of some problems.

    Args:
        run: The run to read.
        problem_ids: Sorted, at least one.
    """
    files = run.state().files
    if not files["rollouts"] and not files["grades"]:
        return Paid()
    with connect(run, stored_only=True) as con:
        span = _register(con, problem_ids)
        rollouts = con.sql(
            "SELECT r.* FROM stored.rollouts AS r WHERE r.rollout_id BETWEEN $1 AND $2 "
            "AND r.problem_id IN (FROM wanted) ORDER BY rollout_id",
            params=span,
        ).to_arrow_table()
        grades = con.sql(
            "SELECT g.* FROM stored.grades AS g WHERE g.completion_id BETWEEN $1 AND $2 "
            "ORDER BY completion_id, checker, checker_version",
            params=span,
        ).to_arrow_table()
        return Paid(
            rollouts=tuple(from_arrow(Rollout, rollouts)), grades=tuple(from_arrow(Grade, grades))
        )


def _register(con: duckdb.DuckDBPyConnection, problem_ids: Sequence[str]) -> list[str]:
    """Make the ids known as `wanted`; return the range of keys that begin with theirs.

    A range beside the list: row groups outside it are not read at all.
    """
    con.register("wanted", pa.table({"id": pa.array(problem_ids, pa.string())}))
    return [problem_ids[0][:PROBLEM_DIGITS], problem_ids[-1][:PROBLEM_DIGITS] + _END]


def _of_problems(
    con: duckdb.DuckDBPyConnection, table: str, key: str, span: Sequence[str]
) -> pa.Table:
    return con.sql(
        f"""
        SELECT t.* FROM stored.{table} AS t
        WHERE t.{key} BETWEEN $1 AND $2 AND t.problem_id IN (FROM wanted)
        ORDER BY {key}
        """,  # noqa: S608  # names from this file only
        params=list(span),
    ).to_arrow_table()


def _problems(con: duckdb.DuckDBPyConnection, span: Sequence[str]) -> pa.Table:
    return _of_problems(con, "problems", "problem_id", span)


def _steps(con: duckdb.DuckDBPyConnection, span: Sequence[str]) -> pa.Table:
    return con.sql(
        """
        SELECT t.* FROM stored.steps AS t
        WHERE t.solution_id BETWEEN $1 AND $2 AND t.solution_id IN (
            SELECT solution_id FROM stored.solutions
            WHERE solution_id BETWEEN $1 AND $2 AND problem_id IN (FROM wanted)
        )
        ORDER BY solution_id, step_index
        """,
        params=list(span),
    ).to_arrow_table()


def _foreign(
    con: duckdb.DuckDBPyConnection, span: Sequence[str], gathering_ids: Sequence[str]
) -> frozenset[str]:
    """Return the solutions that only other gatherings sampled."""
    con.register("own", pa.table({"id": pa.array(gathering_ids, pa.string())}))
    rows = con.execute(
        """
        SELECT solution_id FROM stored.sources
        WHERE solution_id IN (
            -- Files of inputs hold no gathering at all: DuckDB passes over them.
            SELECT solution_id FROM stored.sources
            WHERE gathering_id IS NOT NULL AND solution_id BETWEEN $1 AND $2
        )
        GROUP BY solution_id
        HAVING NOT bool_or(gathering_id IS NULL OR gathering_id IN (FROM own))
        """,
        list(span),
    ).fetchall()
    return frozenset(solution_id for (solution_id,) in rows)


def _evidence(
    con: duckdb.DuckDBPyConnection, span: Sequence[str], gathering_ids: Sequence[str]
) -> list[Evidence]:
    con.register("read", pa.table({"id": pa.array(gathering_ids, pa.string())}))
    found = con.sql(
        """
        SELECT e.* FROM stored.evidence AS e
        WHERE e.problem_id BETWEEN $1 AND $2 AND e.problem_id IN (FROM wanted)
          AND e.gathering_id IN (FROM read)
        ORDER BY gathering_id, problem_id, solution_id, step_index, prefix_id, source, ordinal
        """,
        params=list(span),
    ).to_arrow_table()
    return from_arrow(Evidence, found)


def _by_problem(rows: Sequence[T]) -> dict[str, list[T]]:
    """Group rows that have a `problem_id`, keeping their order."""
    groups: dict[str, list[T]] = {}
    for row in rows:
        groups.setdefault(row.problem_id, []).append(row)  # type: ignore[attr-defined]  # of records with one
    return groups
