"""Reading cases from a run: problems with the solutions and evidence that were asked for.

Each call opens the run as it is committed at that moment. Memory holds the cases returned.
"""

from collections.abc import Sequence
from itertools import groupby

import duckdb
import pyarrow as pa

from annotate.rules import Case
from annotate.storage import RunFolder, connect
from schemas import PROBLEM_DIGITS, Evidence, Problem, Solution, Step, from_arrow

_END = "~"  # sorts after every hexadecimal digit


def read_cases(
    run: RunFolder, solution_ids: Sequence[str], gathering_ids: Sequence[str] = ()
) -> list[Case]:
    """Return the problems of the given solutions, each with those solutions and their evidence.

    Args:
        run: The run to read.
        solution_ids: Sorted solution ids, at least one.
        gathering_ids: Whose evidence to read; none reads no evidence.
    """
    with connect(run) as con:
        con.register("wanted", pa.table({"id": pa.array(solution_ids, pa.string())}))
        # A range beside the list: row groups outside it are not read at all.
        span = [solution_ids[0], solution_ids[-1]]
        steps = from_arrow(Step, _fetch(con, "steps", "solution_id, step_index", span))
        by_solution = {key: tuple(g) for key, g in groupby(steps, lambda step: step.solution_id)}
        rows = _fetch(con, "solutions", "solution_id", span)
        solutions = from_arrow(
            Solution, rows, steps=[by_solution[i] for i in rows["solution_id"].to_pylist()]
        )
        problems = {problem.problem_id: problem for problem in _problems(con, span)}
        evidence = _evidence(con, span, gathering_ids) if gathering_ids else []
    of_problem: dict[str, list[Evidence]] = {}
    for row in evidence:
        of_problem.setdefault(row.problem_id, []).append(row)
    return [
        Case(
            problem=problems[problem_id],
            solutions=tuple(group),
            evidence=tuple(of_problem.get(problem_id, ())),
        )
        for problem_id, group in groupby(
            sorted(solutions, key=lambda s: (s.problem_id, s.solution_id)),
            lambda solution: solution.problem_id,
        )
    ]


def _fetch(con: duckdb.DuckDBPyConnection, table: str, order: str, span: Sequence[str]) -> pa.Table:
    return con.sql(
        f"""
        SELECT t.* FROM stored.{table} AS t
        WHERE t.solution_id BETWEEN $1 AND $2 AND t.solution_id IN (FROM wanted)
        ORDER BY {order}
        """,  # noqa: S608  # names from this file only
        params=list(span),
    ).to_arrow_table()


def _problems(con: duckdb.DuckDBPyConnection, span: Sequence[str]) -> list[Problem]:
    found = con.sql(
        """
        SELECT p.* FROM stored.problems AS p
        WHERE p.problem_id BETWEEN $1 AND $2 AND p.problem_id IN (
            SELECT problem_id FROM stored.solutions WHERE solution_id IN (FROM wanted)
        )
        """,
        params=[span[0][:PROBLEM_DIGITS], span[1][:PROBLEM_DIGITS] + _END],
    ).to_arrow_table()
    return from_arrow(Problem, found)


def _evidence(
    con: duckdb.DuckDBPyConnection, span: Sequence[str], gathering_ids: Sequence[str]
) -> list[Evidence]:
    """Return what was observed of the solutions, and of their problems as such."""
    con.register("read", pa.table({"id": pa.array(gathering_ids, pa.string())}))
    found = con.sql(
        """
        SELECT e.* FROM stored.evidence AS e
        WHERE e.problem_id BETWEEN $1 AND $2 AND e.gathering_id IN (FROM read)
          AND (
            e.solution_id IN (FROM wanted)
            OR e.solution_id IS NULL AND e.problem_id IN (
                SELECT problem_id FROM stored.solutions WHERE solution_id IN (FROM wanted)
            )
          )
        ORDER BY gathering_id, problem_id, solution_id, step_index, prefix_id, source, ordinal
        """,
        params=[span[0][:PROBLEM_DIGITS], span[1][:PROBLEM_DIGITS] + _END],
    ).to_arrow_table()
    return from_arrow(Evidence, found)
