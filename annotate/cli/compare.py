"""`waymark compare`: methods side by side in one run, against truth."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from annotate.cli.console import out, print_json, progress_on_terminal, report_json
from annotate.cli.label import print_call
from annotate.cli.label_request import label_request
from annotate.cli.labels_at import truth_at
from annotate.cli.options import (
    executor_options,
    gathering_options,
    input_options,
    json_option,
    make_executor,
    plugin_option,
    resolved,
    shard_option,
)
from annotate.cli.policy_options import policy_options
from annotate.cli.running import run_job
from annotate.jobs import LabelReport, label
from annotate.methods import METHODS
from annotate.reports import comparison_tables, plain, read_comparison
from annotate.storage import RunFolder, choose_compared, connect, open_store
from schemas import ConfigError, Json


@click.command(name="compare")
@click.argument("solutions", nargs=-1, metavar="[PROBLEMS]...")
@click.option(
    "--methods",
    multiple=True,
    metavar="A,B,C",
    help=f"What is compared, the first as the base of differences: {', '.join(sorted(METHODS))}. "
    "With --run also rules, or digits of labellings; all methods of the run by default.",
)
@click.option("--truth", required=True, help="File with the true first errors, or a run.")
@click.option("--out", "run", metavar="RUN", help="Run folder in which PROBLEMS are labelled.")
@click.option(
    "--run", "existing", metavar="RUN", help="Compare what this run holds, and ask nothing."
)
@policy_options
@gathering_options
@input_options
@executor_options
@plugin_option
@shard_option
@json_option
@click.pass_context
def command(ctx: click.Context, /, **settings: Any) -> None:  # noqa: ANN401  # as many types as options
    """Label PROBLEMS by several methods in one run folder, and compare them against truth.

    PROBLEMS are what `waymark label` takes. Methods share completions; each is charged for all that
    it asks for. Compared are solutions that all methods labelled and the truth holds: give PROBLEMS
    with solutions of which the first errors are known. The same command resumes, and asks nothing
    twice.
    """
    names = tuple(
        dict.fromkeys(
            name.strip()
            for entry in settings["methods"]
            for name in entry.split(",")
            if name.strip()
        )
    )
    run = _run(settings, names)
    # Read before anything is paid for.
    truth = truth_at(settings["truth"], settings["mapping"], settings["segment"])
    report = None
    if settings["solutions"]:
        report = _label(settings, names, resolved(ctx))
    with connect(RunFolder.open(open_store(run))) as con:
        comparison = read_comparison(con, choose_compared(con, names), truth)
    if settings["as_json"]:
        done = None if report is None else report_json(report)
        print_json({"run": run, "this_call": done, "comparison": plain(comparison)})
        return
    if report is not None:
        print_call(report)
    out().print(comparison_tables(comparison), highlight=False)


def _run(settings: Mapping[str, Any], names: tuple[str, ...]) -> str:  # Any: values of options
    """Return the run folder that is compared.

    Raises:
        ConfigError: If it is not said what is to be compared, or where it is to be labelled.
    """
    existing, new = settings["existing"], settings["run"]
    if existing is not None:
        if settings["solutions"] or new is not None:
            raise ConfigError("--run compares what is there: leave PROBLEMS and --out out.")
        return str(existing)
    if not settings["solutions"]:
        raise ConfigError("nothing to compare: name PROBLEMS and --out RUN, or --run RUN.")
    if not new:
        raise ConfigError("--out is missing: name the run folder to write, as --out runs/compare.")
    if not names:
        raise ConfigError("--methods is missing: name them, as --methods omegaprm,scan,waymark.")
    return str(new)


def _label(
    settings: Mapping[str, Any],  # Any: values of options
    names: tuple[str, ...],
    config: Mapping[str, Json],
) -> LabelReport:
    """Label by all methods; what is there already is not asked again."""
    request = replace(
        label_request({**settings, "method": names, "strategy": (), "rule": None}, config=config),
        compared=True,
    )
    executor = make_executor(settings["executor"], settings["address"], settings["workers"])
    with progress_on_terminal() as progress:
        return run_job(label(request, executor, progress))
