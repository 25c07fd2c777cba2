"""`waymark import`: labelled data and scores as evidence of a named source."""

import click

from annotate.cli.console import out, print_json, progress_on_terminal, report_json
from annotate.cli.options import input_options, json_option, read_options, resolved, shard_option
from annotate.cli.running import run_job
from annotate.jobs import ImportRequest, import_labels
from annotate.reports import plain, summarise, summary_tables
from annotate.storage import RunFolder, connect, open_store
from schemas import ConfigError


@click.command(name="import")
@click.argument("files", nargs=-1, required=True)
@click.option("--source", required=True, help="Who labelled the data: human, my-prm-7b, ...")
@click.option("--out", "run", required=True, metavar="RUN", help="Run folder, new or not.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Scores below it refute a step.",
)
@input_options
@shard_option
@json_option
@click.pass_context
def command(  # noqa: PLR0913  # one parameter for each option
    ctx: click.Context,
    *,
    files: tuple[str, ...],
    source: str,
    run: str,
    threshold: float,
    mapping: tuple[str, ...],
    segment: str,
    limit: int | None,
    strict: bool,
    shard_size: int | None,
    as_json: bool,
) -> None:
    """Import FILES of labels or reward-model scores into a run, as evidence of SOURCE.

    The rows' labels also become labels of the rule `stated`, so that `waymark evaluate` can score
    them, and `waymark export` can write them in another format.
    """
    if not source.strip():
        raise ConfigError("--source is blank: name who labelled the data, as --source human.")
    request = ImportRequest(
        inputs=files,
        source=source,
        out=run,
        options=read_options(mapping, segment),
        threshold=threshold,
        limit=limit,
        strict=strict,
        shard_size=shard_size,
        config=resolved(ctx),
    )
    with progress_on_terminal() as progress:
        report = run_job(import_labels(request, progress))
    with connect(RunFolder.open(open_store(run))) as con:
        summary = summarise(con)
    if as_json:
        print_json({"run": run, "this_call": report_json(report), "summary": plain(summary)})
    else:
        console = out()
        console.print(summary_tables(summary))
        if report.ingested.rows and not report.done.labelled:
            console.print(
                "No row carried a label or score that was recognised: name the field, as "
                "--map first_error=YOUR_FIELD or --map scores=YOUR_FIELD."
            )
        console.print(f"Run folder: {run}", markup=False, highlight=False)
