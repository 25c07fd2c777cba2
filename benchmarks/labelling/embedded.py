"""Methods on the embedded policy's own chains, against the exact truth of the grammar.

    python -m benchmarks.labelling.embedded [--problems 1000] [--out FOLDER]

One run of the job `label`: every method labels the same sampled chains, at most two wrong and one
right of each mixed problem, and shares the ledger. Ours audits four problems in ten (every prefix,
16 rollouts), fits its rates to them, and is scored, as all are, on the other problems alone. A
wrong chain is one whose answer is wrong; right answers with wrong steps are left out here. `exact`
counts what is left undecided as missed; intervals are 95 %, from
drawing problems anew. Rollouts and tokens are those that a method counts on these chains, by
prefix, whoever drew them. The ceiling asks 48 rollouts of every prefix.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from annotate.storage import RunFolder, connect
from annotate.strategies.every_prefix import is_chosen
from benchmarks.labelling.label_run import Gathered, label_problems, methods_of
from benchmarks.labelling.measure import calibration_error
from examples.demo.truth import check_chains
from schemas import FirstErrorVerdict
from verifiers.spec import parse_spec

SCREEN = "screen(n=16, take_wrong=2, take_right=1, role='completer')"
"""The same for all, so that they label the same chains."""
AUDITED = 0.4
"""Share of problems that rates are fitted to, and that nothing is scored on."""
BUDGETS = (2, 4, 8, 16, 24)
"""Mean rollouts per wrong chain that ours is set to."""
GATHERED: dict[str, Gathered] = {
    "every prefix k=8, any success": (("every_prefix(k=8)",), "any_success"),
    "first failure k=8, any success": (("first_failure(k=8)",), "any_success"),
    "bisect k=8, any success": (("bisect(k=8)",), "any_success"),
    "bisect k=16, any success": (("bisect(k=16)",), "any_success"),
    "bisect k=8, half of root": (("bisect(k=8, threshold=0.5, root_k=16)",), "half_root"),
    "bisect k=16, half of root": (("bisect(k=16, threshold=0.5, root_k=16)",), "half_root"),
    **{
        f"waymark{without}, {budget} rollouts": (
            (
                *looks,
                f"every_prefix(k=16, right=False, share={AUDITED})",
                f"most_informative(rollouts={budget})",
            ),
            "posterior(confidence=0.0)",
        )
        for without, looks, budgets in (
            ("", ("ask_verifiers", "score_steps"), BUDGETS),
            (" without scores and findings", (), (8, 16, 24)),
        )
        for budget in budgets
    },
    "ceiling: every prefix k=48, half of root": (("every_prefix(k=48)",), "half_root"),
}
"""What is compared: ways of gathering behind the screen, and the rule."""
RESAMPLES = 1000
"""Draws of problems behind an interval."""
SQL = """
    SELECT f.solution_id, s.problem_id, f.first_error, f.confidence,
           coalesce(e.rollouts, 0) AS rollouts, coalesce(e.tokens, 0) AS tokens
    FROM first_errors AS f
    JOIN labellings AS l USING (labelling_id)
    JOIN solutions AS s USING (solution_id)
    LEFT JOIN (
        SELECT solution_id, sum(trials) AS rollouts, sum(tokens) AS tokens
        FROM evidence WHERE gathering_id = $2 AND scope = 'PREFIX' GROUP BY ALL
    ) AS e USING (solution_id)
    WHERE l.method = $1 AND s.outcome IN ('INCORRECT', 'NO_ANSWER')
"""
"""One row per wrong chain of a method: what it said, and what its last gathering asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a method said of one chain."""

    problem_id: str
    """Its problem."""
    exact: bool
    """Whether it named the first error."""
    confidence: float | None
    """What it believes of that; null where it says nothing."""
    rollouts: int
    """Rollouts of its prefixes."""
    tokens: int
    """Tokens of these."""


def read(found: RunFolder) -> dict[str, list[Said]]:
    """Return what each method said of the wrong chains of problems that were not audited."""
    said: dict[str, list[Said]] = defaultdict(list)
    with connect(found) as con:
        marks = {key: chain.mark for key, chain in check_chains(con).items()}
        for name, (gathers, _) in GATHERED.items():
            rows = con.execute(
                "SELECT unnest(gathering_ids) FROM labellings WHERE method = $1", [name]
            ).fetchall()
            last = con.execute(
                "SELECT gathering_id FROM gatherings WHERE list_contains($1, gathering_id) "
                "AND strategy = $2 ORDER BY calibration_id IS NULL LIMIT 1",
                [[gathering_id for (gathering_id,) in rows], parse_spec(gathers[-1]).name],
            ).fetchall()
            for row in con.execute(SQL, [name, last[0][0]]).fetchall():
                solution_id, problem_id, first_error, confidence, rollouts, tokens = row
                mark = marks[solution_id]
                known = mark.verdict is FirstErrorVerdict.FOUND
                if not known or is_chosen(problem_id, AUDITED):
                    continue
                said[name].append(
                    Said(
                        problem_id=problem_id,
                        exact=first_error == mark.step_index,
                        confidence=confidence,
                        rollouts=int(rollouts),
                        tokens=int(tokens),
                    )
                )
    return said


def interval(said: Sequence[Said]) -> tuple[float, float]:
    """Return the 95 % interval of the exact rate, from drawing problems anew."""
    by_problem: dict[str, list[float]] = defaultdict(list)
    for one in said:
        by_problem[one.problem_id].append(one.exact)
    sums = np.array([(sum(group), len(group)) for group in by_problem.values()])
    random = np.random.default_rng(0)
    drawn = random.integers(len(sums), size=(RESAMPLES, len(sums)))
    totals = sums[drawn].sum(axis=1)
    low, high = np.quantile(totals[:, 0] / totals[:, 1], [0.025, 0.975])
    return float(low), float(high)


def show(said: dict[str, list[Said]], console: Console) -> None:
    """Print the table."""
    table = Table(title=f"{len(next(iter(said.values())))} wrong chains, not audited")
    for name in ("method", "rollouts", "tokens", "exact %", "95 %", "calibration"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for name, found in said.items():
        low, high = interval(found)
        told = np.array([(o.confidence, o.exact) for o in found if o.confidence is not None], float)
        gap = calibration_error(*told.T) if len(told) else None
        table.add_row(
            name,
            f"{np.mean([one.rollouts for one in found]):.1f}",
            f"{np.mean([one.tokens for one in found]):,.0f}",
            f"{100 * np.mean([one.exact for one in found]):.1f}",
            f"{100 * low:.1f} to {100 * high:.1f}",
            "" if gap is None else f"{gap:.3f}",
        )
    console.print(table)


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=1000, help="fresh problems")
    parser.add_argument("--out", type=Path, help="folder to keep, and to go on with")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        methods = methods_of(
            {name: ((SCREEN, *gathers), rule) for name, (gathers, rule) in GATHERED.items()}
        )
        found = label_problems(folder, options.problems, methods)
        said = read(found)
    console = Console(width=None if Console().is_terminal else 110, highlight=False, markup=False)
    show(said, console)


if __name__ == "__main__":
    main()
