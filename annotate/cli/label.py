"""`waymark label`: label solutions in a run folder, or a single one on the terminal."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from annotate.cli.console import out, print_json, progress_on_terminal, report_json
from annotate.cli.label_request import label_request
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
from annotate.executors import Inline
from annotate.jobs import LabelReport, LabelRequest, Silent, describe_rejection, dry_run, label
from annotate.methods import METHODS
from annotate.reports import (
    plain,
    solution_page,
    summarise,
    summary_tables,
    view_solution,
)
from annotate.storage import RunFolder, connect, open_store
from schemas import ConfigError

_NO_OUTCOME, _ALL_CUT = "NO_OUTCOME", "ALL_CUT"  # words of the screens


@click.command(name="label")
@click.argument("solutions", nargs=-1, metavar="[INPUTS]...")
@click.option("--out", "run", metavar="RUN", help="Run folder: a path, or a URL that fsspec knows.")
@click.option(
    "--method",
    multiple=True,
    default=("formal",),
    show_default=True,
    metavar="NAME",
    help=f"How to label: {', '.join(sorted(METHODS))}. Repeatable: methods share rollouts.",
)
@click.option(
    "--strategy",
    multiple=True,
    help="For experts: gather in this way instead of the method's. Repeatable, in order.",
)
@click.option("--rule", help="For experts: decide by this rule instead of the method's.")
@policy_options
@gathering_options
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
def command(ctx: click.Context, /, **settings: Any) -> None:  # noqa: ANN401  # as many types as options
    """Label INPUTS (files, folders, URLs) into a run folder; the same command resumes.

    INPUTS hold solutions to be labelled, or problems alone: methods that draw rollouts then sample
    solutions of them. With --problem and --solution, label one solution and print it step by step.
    """
    request = label_request(settings, config=resolved(ctx))
    as_json = bool(settings["as_json"])
    if settings["problem"] is not None or settings["solution"] is not None:
        if settings["dry_run"]:
            raise ConfigError("--dry-run reads files: leave it out with --problem.")
        _single(
            request,
            settings["problem"],
            settings["solution"],
            settings["answer"],
            as_json=as_json,
        )
        return
    if not request.inputs:
        raise ConfigError("nothing to label: name files, or give --problem and --solution.")
    if settings["dry_run"]:
        _dry_run(request, as_json=as_json)
        return
    if not request.out:
        raise ConfigError("--out is missing: name the run folder to write, as --out runs/first.")
    executor = make_executor(settings["executor"], settings["address"], settings["workers"])
    with progress_on_terminal() as progress:
        report = run_job(label(request, executor, progress))
    print_report(request.out, report, as_json=as_json)


def print_report(run: str, report: LabelReport, *, as_json: bool) -> None:
    """Print what a call did, and what the run holds now."""
    with connect(RunFolder.open(open_store(run))) as con:
        summary = summarise(con)
    if as_json:
        print_json({"run": run, "this_call": report_json(report), "summary": plain(summary)})
        return
    console = out()
    console.print(summary_tables(summary))
    done = report.done
    print_call(report)
    if not summary.problems and not summary.rejected:
        console.print("The inputs hold no rows.")
    elif summary.problems and not (summary.solutions or summary.evidence or done.unpaid):
        console.print(
            "No row held a solution that was recognised: name the field, as "
            "--map solution=YOUR_FIELD or --map steps=YOUR_FIELD, or name a method that samples "
            "solutions, as --method omegaprm."
        )
    console.print(f"Run folder: {run}", markup=False, highlight=False)
    console.print(f"Ask it: waymark query {run}", markup=False, highlight=False)


def print_call(report: LabelReport) -> None:
    """Print what a call drew, learned and left out."""
    console, done = out(), report.done
    for name, screens in _of_each(report, "screens"):
        told = ", ".join(f"{word} {n:,}" for word, n in sorted(screens.items()))
        console.print(f"Problems by screen{name}: {told}.", highlight=False)
    if report.bare:
        told = "1 problem has" if report.bare == 1 else f"{report.bare:,} problems have"
        console.print(f"{told} no solution, and no method here draws one.", highlight=False)
    if _ALL_CUT in done.screens:
        console.print(
            f"{_ALL_CUT}: each of their rollouts was cut off before it ended: raise "
            "--max-tokens-per-rollout, and use another --out."
        )
    if _NO_OUTCOME in done.screens:
        console.print(
            f"{_NO_OUTCOME}: nothing tells whether their rollouts succeed: give accepted answers, "
            "as --map answer=YOUR_FIELD, or name another --outcome (majority, tests, judge)."
        )
    if done.rollouts:
        console.print(
            f"Drawn in this call: {done.rollouts:,} completions, {done.tokens:,} tokens.",
            highlight=False,
        )
    _print_learned(console, report)
    if done.unpaid:
        told = ", ".join(f"{n:,} problems{name}" for name, n in _of_each(report, "unpaid"))
        console.print(
            f"The budget did not reach {told}: what was gathered is kept, and the same command "
            "with a larger --max-rollouts or --max-tokens goes on from there.",
            highlight=False,
        )
    if done.stopped:
        console.print(
            f"{done.stopped} checks were stopped or failed: UNKNOWN, not wrong; `evidence` has "
            "the reasons."
        )


def _print_learned(console: Console, report: LabelReport) -> None:
    """Say whose rates labels rest on, where a method learns of the run."""
    for name, n_solutions in _of_each(report, "learned_from", even_zero=True):
        if n_solutions:
            told = f"Rates and price{name} were fitted to {n_solutions:,} audited solutions."
        else:
            told = (
                f"Too few solutions were audited to fit rates{name}: the shipped ones were used. "
                "More problems, or a larger share of every_prefix, give it its own."
            )
        console.print(told, highlight=False)


def _of_each(report: LabelReport, count: str, *, even_zero: bool = False) -> list[tuple[str, Any]]:
    """Return a count of each method that has it, with words that name it where there are more."""
    of = " of {}" if len(report.methods) > 1 else ""
    counts = ((of.format(name), getattr(done, count)) for name, done in report.methods.items())
    return [(name, n) for name, n in counts if n or (even_zero and n is not None)]


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
        run_job(label(single, Inline(workers=1), Silent()))
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
