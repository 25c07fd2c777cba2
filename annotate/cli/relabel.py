"""`waymark relabel`: other rules over stored evidence."""

from collections.abc import Mapping
from pathlib import Path

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

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
from annotate.jobs import RelabelReport, RelabelRequest, relabel, served_rules
from annotate.reports import plain
from annotate.rules import RULES
from schemas import ConfigError, InvalidArgumentError, StoreError

_ALL = "all"


@click.command(name="relabel")
@click.argument("run")
@click.option(
    "--rule",
    "rules",
    required=True,
    multiple=True,
    help=f"How to decide: {', '.join(RULES)}; with arguments as stated(threshold=0.4). Repeatable; "
    f"{_ALL}: each that the stored evidence serves, as it is by default.",
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
    rules: tuple[str, ...],
    executor: str,
    address: str | None,
    workers: int,
    plugins: tuple[Path, ...],
    shard_size: int | None,
    as_json: bool,
) -> None:
    """Decide every solution of RUN anew from the evidence it holds; earlier labels stay.

    Tells how many solutions each rule decides, how many it leaves open or cannot check, and why.
    """
    sources = load_plugins(plugins)
    chosen, left_out = _chosen(run, rules)
    reports: dict[str, RelabelReport] = {}
    with progress_on_terminal() as progress:
        for rule in chosen:
            request = RelabelRequest(
                run=run, rule=rule, plugins=sources, shard_size=shard_size, config=resolved(ctx)
            )
            try:
                reports[rule] = run_job(
                    relabel(request, make_executor(executor, address, workers), progress)
                )
            except (InvalidArgumentError, StoreError) as error:
                if _ALL not in rules:
                    raise
                left_out[rule] = str(error)
    if as_json:
        told = [_as_json(run, rule, report) for rule, report in reports.items()]
        alone = _ALL not in rules and len(told) == 1
        print_json(told[0] if alone else {"run": run, "rules": told, "left_out": left_out})
        return
    out().print(_table(reports))
    for rule, why in left_out.items():
        out().print(f"Not run: {rule} ({why}).", markup=False, highlight=False)


def _chosen(run: str, rules: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Return the rules to run, each once, and why others of `all` are left out.

    Raises:
        ConfigError: If `all` is named beside others.
    """
    if _ALL not in rules:
        return list(dict.fromkeys(rules)), {}
    if len(set(rules)) > 1:
        raise ConfigError(
            f"--rule {_ALL} stands for every rule as it is by default: name it alone, and rules "
            "with arguments in a call of their own."
        )
    missing = served_rules(run)
    left_out = {
        rule: f"needs {', '.join(need.value for need in needs)}"
        for rule, needs in missing.items()
        if needs
    }
    return [rule for rule in missing if rule not in left_out], left_out


def _as_json(run: str, rule: str, report: RelabelReport) -> Mapping[str, object]:
    return {
        "run": run,
        "rule": rule,
        "this_call": plain(report.done),
        "coverage": plain(report.coverage),
    }


def _table(reports: Mapping[str, RelabelReport]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_lines=False)
    table.add_column("rule", overflow="fold")
    for heading in ("new labels", "decided", "undecided", "not checked", "not read"):
        table.add_column(heading, justify="right")
    table.add_column("why not decided", overflow="fold")
    for rule, report in reports.items():
        told = report.coverage
        counts = (
            report.done.labelled,
            told.decided,
            told.undecided,
            told.not_checked,
            told.not_read,
        )
        why = "; ".join(f"{lack.value} {count:,}" for lack, count in told.why.items())
        table.add_row(escape(rule), *(f"{count:,}" for count in counts), why)
    return table
