"""Reading cases from a run: problems with the solutions and evidence that were asked for.

Each call opens the run as it is committed at that moment. Memory holds the cases returned.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import duckdb
import pyarrow as pa

from annotate.rules import Case
from annotate.storage import RunFolder, connect
from schemas import PROBLEM_DIGITS, Evidence, Problem, Solution, Step, from_arrow

SHARD_SOLUTIONS = 1024
"""Solutions in a shard: some hundred milliseconds of checks, a few megabytes of rows."""

_BATCH = 10_000
_END = "~"  # sorts after every hexadecimal digit


def read_cases(
    run: RunFolder, solution_ids: Sequence[str], gathering_ids: Sequence[str] = ()
) -> list[Case]:
    """Return the problems of the given solutions, each with those solutions.

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


def unlabelled(
    run: RunFolder, labelling_id: str, *, size: int = SHARD_SOLUTIONS
) -> Iterator[tuple[str, ...]]:
    """Yield the solutions that a labelling has not decided yet, in shards of whole problems.

    A shard is closed at the first new problem once it holds `size` solutions, >= 1.
    """
    with connect(run) as con:
        ids = con.execute(
            """
            SELECT solution_id FROM stored.solutions
            ANTI JOIN (SELECT solution_id FROM stored.first_errors WHERE labelling_id = $1)
            USING (solution_id) ORDER BY solution_id
            """,
            [labelling_id],
        )
        shard: list[str] = []
        while batch := ids.fetchmany(_BATCH):
            for (solution_id,) in batch:
                full = len(shard) >= size
                if full and shard[-1][:PROBLEM_DIGITS] != solution_id[:PROBLEM_DIGITS]:
                    yield tuple(shard)
                    shard = []
                shard.append(solution_id)
        if shard:
            yield tuple(shard)


def count_unlabelled(run: RunFolder, labelling_id: str) -> int:
    """Return how many solutions a labelling has not decided yet."""
    with connect(run) as con:
        row = con.execute(
            """
            SELECT (SELECT count(*) FROM stored.solutions)
                 - (SELECT count(*) FROM stored.first_errors WHERE labelling_id = $1)
            """,
            [labelling_id],
        ).fetchone()
    return int(row[0]) if row else 0


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
    con.register("read", pa.table({"id": pa.array(gathering_ids, pa.string())}))
    found = con.sql(
        """
        SELECT e.* FROM stored.evidence AS e
        WHERE e.solution_id BETWEEN $1 AND $2 AND e.solution_id IN (FROM wanted)
          AND e.gathering_id IN (FROM read)
        ORDER BY solution_id, step_index, source, ordinal
        """,
        params=list(span),
    ).to_arrow_table()
    return from_arrow(Evidence, found)
