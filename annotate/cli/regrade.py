"""`waymark regrade`: today's checker on the completions of a run; lists what changes."""

from pathlib import Path

import click
from rich.table import Table

from annotate.cli.console import out, print_json, progress_on_terminal
from annotate.cli.options import json_option, load_plugins, plugin_option
from annotate.cli.running import run_job
from annotate.jobs import regrade
from annotate.outcomes import parse_outcome
from annotate.reports import plain


@click.command(name="regrade")
@click.argument("run")
@click.option(
    "--outcome", default="answer", show_default=True, metavar="HOW", help="As for `label`."
)
@click.option("--checker", default="answers", show_default=True, help="Checker of final answers.")
@plugin_option
@json_option
def command(
    *, run: str, outcome: str, checker: str, plugins: tuple[Path, ...], as_json: bool
) -> None:
    """Grade the completions that RUN holds by today's checker. No model is asked.

    Grades are added under the checker's version, beside the earlier ones. Labels stay as they were
    decided: a checker is part of a run's identity.
    """
    loaded = load_plugins(plugins)
    outcomes = parse_outcome(outcome, checker, loaded)
    with progress_on_terminal() as progress:
        report = run_job(regrade(run, outcomes, progress, plugins=loaded))
    flips = [
        {"before": before.name, "now": now.name, "completions": count}
        for (before, now), count in sorted(report.flips.items(), key=lambda item: -item[1])
    ]
    if as_json:
        shown = [plain(flip) for flip in report.shown]
        counts = {"graded": report.graded, "added": report.added}
        left = {"unknown_prefix": report.unknown_prefix}
        print_json({"checker": report.checker, **counts, **left, "flips": flips, "shown": shown})
        return
    console = out()
    console.print(
        f"{report.graded:,} completions graded by {report.checker}; {report.added:,} grades are "
        f"new, {sum(report.flips.values()):,} outcomes are others than before.",
        highlight=False,
    )
    if report.unknown_prefix:
        console.print(f"{report.unknown_prefix:,} were left out: their prefix is in no solution.")
    if not flips:
        return
    table = Table("rollout", "answer", "before", "now")
    for flip in report.shown:
        table.add_row(flip.rollout_id, flip.answer or "", flip.before.name, flip.now.name)
    console.print(table)
    for row in flips:
        console.print(f"{row['before']} -> {row['now']}: {row['completions']:,}", highlight=False)
