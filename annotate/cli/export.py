"""`waymark export`: labels in the format of a trainer or benchmark."""

import click

from annotate.cli.console import print_json
from annotate.cli.options import json_option, rule_option
from annotate.exports import (
    FORMATS,
    PAIRS,
    STDOUT,
    ExportOptions,
    export_rows,
    read_rows,
    write_exported,
)
from annotate.jobs.pairs import stored_pairs
from annotate.reports import plain
from annotate.storage import RunFolder, choose_labelling, connect, open_store
from schemas import ConfigError, RegistryError, nearest


@click.command(name="export")
@click.argument("run")
@click.option(
    "--format", "form", required=True, metavar="NAME", help=f"One of {', '.join(FORMATS)}, {PAIRS}."
)
@click.option("--out", default=STDOUT, show_default=True, help="File to write; - is stdout.")
@rule_option
@click.option("--convert-local", is_flag=True, help="Read LOCAL labels as first errors.")
@click.option(
    "--assume-correct-before-error",
    is_flag=True,
    help="trl: call undecided steps right before a located first error, or where none was found.",
)
@click.option(
    "--at",
    type=float,
    metavar="CONFIDENCE",
    help="Write only decisions at least so sure, in [0, 1]; `waymark threshold` finds it.",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.25,
    show_default=True,
    help="pairs: least difference of the two success rates.",
)
@json_option
def command(  # noqa: PLR0913  # one parameter for each option
    *,
    run: str,
    form: str,
    out: str,
    rule: str | None,
    convert_local: bool,
    assume_correct_before_error: bool,
    at: float | None,
    margin: float,
    as_json: bool,
) -> None:
    """Write the labels of RUN for a trainer; docs/formats.md describes each format.

    Solutions that a format cannot express are left out and counted by reason; where that is all
    of them, nothing is written and the exit code is 2. The format `pairs`
    takes no labels: it compares steps behind one prefix by the rollouts of RUN.
    """
    options = ExportOptions(
        convert_local=convert_local,
        assume_correct_before_error=assume_correct_before_error,
        at=at,
    )
    if form != PAIRS:
        _refuse_unknown(form)  # before the run is looked for
    folder = RunFolder.open(open_store(run))
    if form == PAIRS:
        _refuse_for_pairs(rule=rule, at=at)
        result = write_exported(stored_pairs(folder, margin=margin), out)
    else:
        with connect(folder) as con:
            rows = read_rows(con, choose_labelling(con, rule))
            result = export_rows(rows, form, out, options=options)
    if as_json and out != STDOUT:
        print_json(plain(result))
        return
    skipped = ", ".join(f"{count:,} {reason.name}" for reason, count in result.skipped.items())
    click.echo(
        f"{result.written:,} rows written to {'stdout' if out == STDOUT else out}"
        f"{', left out: ' + skipped if skipped else ''}.",
        err=True,
    )


def _refuse_unknown(form: str) -> None:
    if form not in FORMATS:
        known = nearest(form, [*FORMATS, PAIRS])
        raise RegistryError(f"there is no export format called {form!r}: {known}")


def _refuse_for_pairs(*, rule: str | None, at: float | None) -> None:
    given = [f"--rule {rule!r}"] * (rule is not None) + [f"--at {at}"] * (at is not None)
    if given:
        raise ConfigError(
            f"{given[0]} is for labels, and {PAIRS!r} are made of rollouts: leave it out."
        )
