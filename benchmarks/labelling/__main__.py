"""Methods that locate first errors, side by side on simulated worlds with known truth.

    python -m benchmarks.labelling [--solutions 5000] [--worlds "recovery 0.02" ...] [--json]

Each world is a kind of problems and errors (`annotate.worlds.rates`). From each problem that a
screen of 32 samples keeps comes one wrong solution. All methods see the same rollouts; strategies
and rules are those that ship. `rollouts` and `tokens` are means per wrong solution, the screen's
left out. `exact` counts what is left undecided as missed. `calibration` is the mean gap between
confidence and share of exact ones over ten groups of equal size; published rules state none.

Our rates are fitted to the audit of other problems of the same world (every prefix, 16 rollouts);
nothing is told. What the audit costs is printed. The `oracle` is told the rates of each solution.
`ahead` is our exact rate less the published one's, on the same solutions, at the largest of our
budgets that is no larger than what the published method spends, by tokens.
"""

import argparse
import json
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from annotate.worlds.rates import WORLDS
from benchmarks.labelling.measure import AUDIT_K, AUDITED, Row, measure


def show(rows: Sequence[Row], console: Console) -> None:
    """Print one world's table."""
    table = Table(title=rows[0].world)
    for name in ("method", "rollouts", "tokens", "exact %", "95 %", "calibration", "ours ahead"):
        table.add_column(name, justify="left" if name == "method" else "right")
    for row in rows:
        ahead = ""
        if row.ahead:
            gap, low, high = (100 * x for x in row.ahead)
            ahead = f"{gap:+.1f} [{low:+.1f}, {high:+.1f}]"
        table.add_row(
            row.method,
            f"{row.rollouts:.1f}",
            f"{row.tokens:,.0f}",
            f"{100 * row.exact:.1f}",
            f"{100 * row.low:.1f} to {100 * row.high:.1f}",
            "" if row.calibration is None else f"{row.calibration:.3f}",
            ahead,
        )
    console.print(table)


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = [world.name for world in WORLDS]
    parser.add_argument("--solutions", type=int, default=5000, help="wrong solutions per world")
    parser.add_argument("--worlds", nargs="+", default=names, choices=names, help="which worlds")
    parser.add_argument("--processes", type=int, default=2, help="processes")
    parser.add_argument("--audited", type=int, default=AUDITED, help="others, for the rates")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    console = Console(width=None if Console().is_terminal else 130, highlight=False, markup=False)
    found: list[Row] = []
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for world in WORLDS:
            if world.name not in options.worlds:
                continue
            begun = time.perf_counter()
            rows = measure(world, options.solutions, pool, n_audited=options.audited)
            found += rows
            if options.json:
                continue
            show(rows, console)
            prefixes = (world.min_steps + world.max_steps) / 2 - 1
            console.print(
                f"{options.solutions} wrong solutions, seed {world.seed}; "
                f"audit: {options.audited} others, "
                f"about {AUDIT_K * prefixes:.0f} rollouts each; {time.perf_counter() - begun:.0f} s"
            )
    if options.json:
        print(json.dumps([asdict(row) for row in found], indent=1))


if __name__ == "__main__":
    main()
