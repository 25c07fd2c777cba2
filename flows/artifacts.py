"""Artifacts: what a flow run shows in Prefect: how far it is, what it did, where the labels are."""

import asyncio
import contextlib
import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
from prefect.artifacts import (
    acreate_markdown_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger

from annotate.jobs import Done, LabelReport
from annotate.reports import Summary
from flows.tally import Tally

PROGRESS = "waymark-progress"
"""Key of the progress artifact."""
SUMMARY = "waymark-summary"
"""Key of the table."""
RUN_FOLDER = "waymark-run"
"""Key of the text that says where the labels are."""

Row = dict[str, str | int]
"""One figure: whose (`method` or `rule`), `what`, and `how many`."""


@asynccontextmanager
async def progress_artifact(tally: Tally, *, every_s: float = 2.0) -> AsyncIterator[None]:
    """Show a tally as a progress artifact until the block ends.

    Args:
        tally: What is shown.
        every_s: Time between updates, in seconds.
    """
    shown = await acreate_progress_artifact(0.0, key=PROGRESS, description=str(tally))
    if not isinstance(shown, UUID):
        raise TypeError(f"Prefect gave the progress artifact the id {shown!r}.")
    updating = asyncio.create_task(_keep_updated(shown, tally, every_s))
    try:
        yield
    finally:
        updating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await updating
    await _update(shown, tally)


async def leave_summary(run: str, report: LabelReport, summary: Summary) -> None:
    """Leave the figures as a table, and where the labels are as a text.

    Args:
        run: Path or URL of the run folder.
        report: What was done in this flow run.
        summary: What the run folder holds.
    """
    rows: list[Mapping[str, str | int]] = [*figures(report, summary)]
    await acreate_table_artifact(
        [dict(row) for row in rows], key=SUMMARY, description="What was done in this flow run"
    )
    await acreate_markdown_artifact(where(run), key=RUN_FOLDER, description="Where the labels are")


def figures(report: LabelReport, summary: Summary) -> list[Row]:
    """Return the rows of the table: each method in this flow run, then the first errors in all."""
    rows: list[Row] = [
        _row("input", "rows read", report.ingested.rows),
        _row("input", "new solutions", report.ingested.new_solutions),
        *(
            _row("input", f"rejected {reason.name}", n)
            for reason, n in report.ingested.rejected.items()
        ),
    ]
    for method, done in report.methods.items():
        rows += _of_method(method, done)
    for rule, counts in summary.first_errors.items():
        rows += [
            _row(rule, "first error found, in all", sum(counts.found.values())),
            _row(rule, "no error found, in all", counts.none_found),
            _row(rule, "undecided, in all", counts.undecided),
        ]
    return rows


def where(run: str) -> str:
    """Return where a run folder is and how it is asked, as Markdown."""
    place = run if "://" in run else str(Path(run).absolute())
    return f"Run folder: `{place}`\n\n```\nwaymark query {shlex.quote(place)}\n```\n"


def _of_method(method: str, done: Done) -> list[Row]:
    return [
        _row(method, "solutions labelled", done.labelled),
        *(_row(method, f"first error {word.name}", n) for word, n in done.first_errors.items()),
        *(_row(method, f"screen {word}", n) for word, n in sorted(done.screens.items())),
        _row(method, "rollouts", done.rollouts),
        _row(method, "tokens", done.tokens),
        _row(method, "checks stopped", done.stopped),
        _row(method, "problems that the budget did not reach", done.unpaid),
    ]


def _row(who: str, what: str, how_many: int) -> Row:
    return {"who": who, "what": what, "how many": how_many}


async def _keep_updated(shown: UUID, tally: Tally, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        await _update(shown, tally)


async def _update(shown: UUID, tally: Tally) -> None:
    """Update the artifact; a server that does not answer must not end the work."""
    try:
        await aupdate_progress_artifact(shown, tally.percent, description=str(tally))
    except (PrefectException, httpx.HTTPError) as error:
        get_run_logger().warning("progress was not shown: %r", error)
