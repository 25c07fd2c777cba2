"""`waymark label`: label solutions in a run folder, or a single one on the terminal."""

import asyncio
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from annotate.cli.console import out, print_json, progress_on_terminal
from annotate.cli.options import (
    executor_options,
    input_options,
    json_option,
    load_plugins,
    make_executor,
    plugin_option,
    read_options,
    resolved,
    shard_option,
)
from annotate.executors import Inline
from annotate.jobs import LabelReport, LabelRequest, Silent, describe_rejection, dry_run, label
from annotate.methods import METHODS, custom_method, get_method
from annotate.reports import (
    plain,
    solution_page,
    summarise,
    summary_tables,
    view_solution,
)
from annotate.storage import RunFolder, connect, open_store
from schemas import ConfigError


@click.command(name="label")
@click.argument("solutions", nargs=-1)
@click.option("--out", "run", metavar="RUN", help="Run folder: a path, or a URL that fsspec knows.")
@click.option(
    "--method",
    default="formal",
    show_default=True,
    metavar="NAME",
    help=f"How to label: {', '.join(sorted(METHODS))}.",
)
@click.option("--strategy", help="For experts: gather in this way instead of the method's.")
@click.option("--rule", help="For experts: decide by this rule instead of the method's.")
@input_options
@executor_options
@plugin_option
@shard_option
@click.option("--problem", help="A single problem's text, with --solution.")
@click.option("--solution", help="A single solution's text, with --problem.")
@click.option("--answer", multiple=True, help="Its accepted answer. Repeatable.")
@click.option("--dry-run", is_flag=True, help="Read the inputs, say what would be done, stop.")
@json_option
@click.pass_context
def command(  # noqa: PLR0913  # one parameter for each option
    ctx: click.Context,
    *,
    solutions: tuple[str, ...],
    run: str | None,
    method: str,
    strategy: str | None,
    rule: str | None,
    mapping: tuple[str, ...],
    segment: str,
    limit: int | None,
    strict: bool,
    executor: str,
    address: str | None,
    workers: int,
    plugins: tuple[Path, ...],
    problem: str | None,
    solution: str | None,
    answer: tuple[str, ...],
    dry_run: bool,
    shard_size: int,
    as_json: bool,
) -> None:
    """Label SOLUTIONS (files, folders, URLs) into a run folder; the same command resumes.

    With --problem and --solution, label one solution and print it step by step.
    """
    request = LabelRequest(
        inputs=solutions,
        out=run or "",
        method=custom_method(get_method(method), strategy=strategy, rule=rule),
        options=read_options(mapping, segment),
        limit=limit,
        strict=strict,
        plugins=load_plugins(plugins),
        shard_size=shard_size,
        config=resolved(ctx),
    )
    request.method.build_strategies()
    request.method.build_rule()
    if problem is not None or solution is not None:
        _single(request, problem, solution, answer, as_json=as_json)
        return
    if not solutions:
        raise ConfigError("nothing to label: name files, or give --problem and --solution.")
    if dry_run:
        _dry_run(request, as_json=as_json)
        return
    if run is None:
        raise ConfigError("--out is missing: name the run folder to write, as --out runs/first.")
    with progress_on_terminal() as progress:
        report = asyncio.run(label(request, make_executor(executor, address, workers), progress))
    _print_summary(run, report, as_json=as_json)


def _print_summary(run: str, report: LabelReport, *, as_json: bool) -> None:
    with connect(RunFolder.open(open_store(run))) as con:
        summary = summarise(con)
    if as_json:
        print_json({"run": run, "this_call": plain(report), "summary": plain(summary)})
        return
    console = out()
    console.print(summary_tables(summary))
    if report.stopped:
        console.print(
            f"{report.stopped} checks were stopped or failed: UNKNOWN, not wrong; `evidence` has "
            "the reasons."
        )
    if not summary.solutions:
        console.print(
            "No row held a solution that was recognised: name the field, as "
            "--map solution=YOUR_FIELD or --map steps=YOUR_FIELD."
        )
    console.print(f"Run folder: {run}", markup=False, highlight=False)
    console.print(f"Ask it: waymark query {run}", markup=False, highlight=False)


def _single(
    request: LabelRequest,
    problem: str | None,
    solution: str | None,
    answers: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Label one solution as a run of one row in a temporary folder: the same path as any other."""
    if problem is None or solution is None:
        raise ConfigError("--problem and --solution belong together: give both.")
    if request.inputs or request.out:
        raise ConfigError(
            "--problem labels one solution on the terminal: leave files and --out out."
        )
    with tempfile.TemporaryDirectory(prefix="waymark-") as folder:
        row = Path(folder, "solution.jsonl")
        fields = {"problem": problem, "solution": solution, "answer": list(answers) or None}
        row.write_text(json.dumps(fields), encoding="utf-8")
        single = replace(
            request, inputs=(str(row),), out=str(Path(folder, "run")), strict=True, limit=None
        )
        asyncio.run(label(single, Inline(workers=1), Silent()))
        with connect(RunFolder.open(open_store(single.out))) as con:
            ((solution_id,),) = con.execute("SELECT solution_id FROM solutions").fetchall()
            view = view_solution(con, solution_id)
    if as_json:
        print_json(plain(view))
    else:
        out().print(solution_page(view))


def _dry_run(request: LabelRequest, *, as_json: bool) -> None:
    with progress_on_terminal() as progress:
        report = dry_run(request, progress)
    if as_json:
        print_json(plain(report))
        return
    console = out()
    console.print(
        f"{report.solutions:,} solutions and {report.bare_problems:,} problems without one, "
        f"{report.steps:,} steps, in {len(report.files)} files.",
        highlight=False,
    )
    for rejection in report.first_rejected:
        console.print(describe_rejection(rejection), markup=False, highlight=False)
    for reason, count in report.rejected.items():
        console.print(f"rejected {count:,} {reason.name}", highlight=False)
    console.print(f"Would {report.would}. Nothing was written.", markup=False, highlight=False)
