"""Pages: queries worth knowing, one chain step by step with its truth, and how to go on."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from annotate.reports import solution_page, view_solution
from annotate.storage import query
from annotate.worlds.stories import StepError
from examples.demo.truth import CheckedChain

QUERIES = {
    "After which steps does the model no more reach the answer, though it did before?": """
        WITH rates AS (FROM evidence SELECT DISTINCT solution_id, step_index,
                       successes / trials AS after WHERE scope = 'PREFIX' AND trials > 0)
        SELECT solution_id[:16] AS chain, step_index AS step, before, after,
               rtrim(text, chr(10)) AS text
        FROM (SELECT *, lag(after) OVER (PARTITION BY solution_id ORDER BY step_index) AS before
              FROM rates) JOIN steps USING (solution_id, step_index)
        WHERE after = 0 ORDER BY before DESC NULLS LAST, chain, step LIMIT 5
    """,
    "How often do two methods name the same first error, where both decide?": """
        SELECT a.method AS one, b.method AS other, count(*) AS both_decide,
               round(100 * avg((a.first_error = b.first_error)::INT), 1) AS percent_equal
        FROM first_errors a JOIN first_errors b USING (solution_id)
        WHERE a.method < b.method AND a.first_error IS NOT NULL AND b.first_error IS NOT NULL
        GROUP BY ALL ORDER BY ALL
    """,
    "What was gathered, and what did it cost? A prefix that two methods share is drawn once.": """
        SELECT strategy, scope, source_kind AS kind, count(*) AS observations,
               sum(trials) AS rollouts_counted, sum(tokens) AS tokens_counted
        FROM evidence JOIN gatherings USING (gathering_id)
        GROUP BY ALL ORDER BY tokens_counted DESC, strategy, kind, scope
    """,
}
"""SQL over the views of a run, by the question that it answers."""

_WORTH_SHOWING = """
    SELECT s.solution_id, f.first_error
    FROM solutions AS s JOIN first_errors AS f USING (solution_id)
    WHERE s.outcome = 'INCORRECT' AND f.first_error IS NOT NULL
    ORDER BY f.rule = 'consensus' DESC, f.first_error >= 1 DESC, abs(s.n_steps - 5), s.solution_id
"""


def show_queries(con: duckdb.DuckDBPyConnection, console: Console, run: str) -> None:
    """Print each query as it would be typed, and its result."""
    for question, sql in QUERIES.items():
        console.rule(f"[bold]{question}", align="left")
        console.print(f'waymark query {run} "{" ".join(sql.split())}"', markup=False, style="dim")
        found = query(con, sql)
        table = Table(*found.columns, box=SIMPLE_HEAD)
        for row in found.rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        console.print(table)


def show_chain(
    con: duckdb.DuckDBPyConnection, console: Console, chains: Mapping[str, CheckedChain]
) -> str | None:
    """Print a wrong chain with its evidence and its truth; return its id, None if there is none.

    One is preferred of which a judge and rollouts agree on the first error, past the first step.
    """
    found: list[tuple[str, int]] = con.execute(_WORTH_SHOWING).fetchall()
    exact = [key for key, at in found if chains[key].mark.step_index == at]
    chosen = next(iter(exact or [key for key, _ in found]), None)
    if chosen is None:
        return None
    console.print(solution_page(view_solution(con, chosen)))
    table = Table("step", "truth", "", box=SIMPLE_HEAD, title="The exact checker's verdict")
    for index, truth in enumerate(chains[chosen].truths):
        error = "" if truth.error is StepError.NONE else f" {truth.error.name}"
        table.add_row(str(index), f"{truth.verdict.name}{error}", truth.detail)
    console.print(table)
    return chosen


def go_on(run: str, truth: str, chain: str | None) -> tuple[str, ...]:
    """Return commands to go on with."""
    beside = Path(run).with_name("train.jsonl")
    return (
        f"waymark query {run}                                    # a SQL shell",
        *(() if chain is None else (f"waymark show {run} {chain}",)),
        f"waymark evaluate {run}:success_rate {run}:consensus --truth {truth}",
        f"waymark relabel {run} --rule 'half_root(fraction=0.5)'   # another rule, no model",
        f"waymark export {run} --rule scan --format qwen_prm --out {beside}",
    )
