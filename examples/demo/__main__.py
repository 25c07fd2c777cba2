"""Run the demo: draw problems, label them through Prefect and Ray, score, query, show."""

import argparse
import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from annotate.cli.console import PIPED_WIDTH
from annotate.storage import RunFolder, connect, open_store
from examples.demo.methods import demo_methods
from examples.demo.page import go_on, show_chain, show_queries
from examples.demo.problems import write_problems
from examples.demo.scores import score_caption, score_methods, score_table
from examples.demo.truth import check_chains, truth_of, write_truth
from flows.cli import QUIET
from flows.server import ADDRESS, own_server
from schemas import WaymarkError

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

# What ends the flow run is told by the demo itself, and its server keeps no log.
_QUIETER = {"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_TO_API_ENABLED": "false"}


def main() -> int:
    """Run the demo as the flags say; return the exit code."""
    flags = _flags()
    folder = Path(flags.out)
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    if not flags.resume:
        shutil.rmtree(folder, ignore_errors=True)
    problems, run = folder / "problems.jsonl", folder / "run"
    began = time.perf_counter()
    write_problems(problems, flags.problems)
    console.print(
        f"{flags.problems} fresh word problems in {problems}. A language model of 1.9 million "
        "parameters solves them,\ngoes on from its own steps and judges them, in a Prefect flow "
        "over Ray actors on this machine; nothing leaves it.\nPrefect and Ray take half a minute "
        "to start."
    )
    try:
        _label(str(problems), str(run), flags.policy)
    except KeyboardInterrupt:
        console.print(
            f"Stopped; what was drawn stays in {run}. Go on: python -m examples.demo --resume"
        )
        return INTERRUPTED
    except WaymarkError as error:
        console.print(f"error: {error}", markup=False)
        return 2
    _report(console, folder, run)
    console.print(f"\n{time.perf_counter() - began:,.0f} s in all.")
    return 0


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    parser.add_argument("--problems", type=int, default=200, help="how many")
    parser.add_argument("--policy", default="embedded", help="who is asked")
    parser.add_argument("--out", default="out/demo", help="folder, begun anew unless --resume")
    parser.add_argument("--resume", action="store_true", help="go on with what was stopped")
    return parser.parse_args()


def _label(problems: str, run: str, policy: str) -> None:
    """Run the flow with a Prefect home and server of its own, which end with it.

    Raises:
        KeyboardInterrupt: If it was interrupted.
        WaymarkError: As the job does.
    """
    with contextlib.ExitStack() as ending:
        home = tempfile.TemporaryDirectory(prefix="waymark-prefect-", ignore_cleanup_errors=True)
        os.environ |= QUIET | _QUIETER | {"PREFECT_HOME": ending.enter_context(home)}
        # In a session of its own: Ctrl-C must not end it before the flow has told it how it ended.
        os.environ[ADDRESS] = ending.enter_context(own_server())
        from prefect.exceptions import TerminationSignal  # noqa: PLC0415  # reads the environment

        from examples.demo.flow import demo_flow  # noqa: PLC0415  # imports Prefect

        try:
            asyncio.run(demo_flow(problems, run, policy))
        except (TerminationSignal, asyncio.CancelledError):
            raise KeyboardInterrupt from None


def _report(console: Console, folder: Path, run: Path) -> None:
    methods = demo_methods()
    truth = folder / "truth.jsonl"
    with connect(RunFolder.open(open_store(str(run)))) as con:
        chains = check_chains(con)
        write_truth(chains.values(), truth)
        console.rule("[bold]Against the exact truth", align="left")
        scored = score_methods(con, methods, truth_of(chains.values()))
        console.print(score_table(scored))
        console.print(score_caption(scored), highlight=False)
        for method in methods:
            console.print(f"{method.name}: {method.changed}.", style="dim", highlight=False)
        show_queries(con, console, str(run))
        console.rule("[bold]A wrong chain, step by step", align="left")
        shown = show_chain(con, console, chains)
    console.rule("[bold]Go on", align="left")
    for command in go_on(str(run), str(truth), shown):
        console.print(command, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
