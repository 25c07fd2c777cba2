"""`waymark relabel`: another rule over stored evidence."""

from pathlib import Path

import click

from annotate.cli.console import out, print_json, progress_on_terminal
from annotate.cli.options import (
    executor_options,
    json_option,
    load_plugins,
    make_executor,
    plugin_option,
    resolved,
    shard_option,
)
from annotate.cli.running import run_job
from annotate.jobs import RelabelRequest, relabel
from annotate.reports import plain
from annotate.rules import RULES
from annotate.storage import RunFolder, connect, open_store


@click.command(name="relabel")
@click.argument("run")
@click.option(
    "--rule",
    required=True,
    help=f"How to decide: {', '.join(RULES)}; with arguments as stated(threshold=0.4).",
)
@executor_options
@plugin_option
@shard_option
@json_option
@click.pass_context
def command(  # noqa: PLR0913  # one parameter for each option
    ctx: click.Context,
    *,
    run: str,
    rule: str,
    executor: str,
    address: str | None,
    workers: int,
    plugins: tuple[Path, ...],
    shard_size: int | None,
    as_json: bool,
) -> None:
    """Decide every solution of RUN anew from the evidence it holds; earlier labels stay."""
    request = RelabelRequest(
        run=run,
        rule=rule,
        plugins=load_plugins(plugins),
        shard_size=shard_size,
        config=resolved(ctx),
    )
    with progress_on_terminal() as progress:
        report = run_job(relabel(request, make_executor(executor, address, workers), progress))
    with connect(RunFolder.open(open_store(run))) as con:
        held = con.execute("SELECT count(*) FROM stored.solutions").fetchone()
    coverage = {name.name: count for name, count in report.first_errors.items()}
    if as_json:
        print_json({"run": run, "rule": rule, "this_call": plain(report)})
        return
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(coverage.items()))
    out().print(
        f"{report.labelled:,} of {held[0] if held else 0:,} solutions decided by {rule}"
        f"{': ' + told if told else ' (all were decided before)'}.",
        markup=False,
        highlight=False,
    )
