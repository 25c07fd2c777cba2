"""The flow `waymark-label`: the job `label` as a flow run, one task for each shard.

A flow run that ends early leaves a run folder that the next one, or the plain command, goes on
with.
"""

import shlex
from typing import Any
from uuid import UUID

import click
from prefect import Flow, flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.logging.loggers import flow_run_logger
from prefect.settings import get_current_settings
from prefect.utilities.urls import url_for

from annotate.cli.console import progress_on_terminal
from annotate.jobs import LabelReport, label
from annotate.reports import summarise
from annotate.storage import RunFolder, connect, open_store
from flows.artifacts import leave_summary, progress_artifact
from flows.ending import end_quietly
from flows.on_prefect import OnPrefect
from flows.settings import label_job
from flows.stopping import ended_by_signals, hush_endings
from flows.tally import Tally

end_quietly()
hush_endings()


def tell_resumable(
    flow: Flow[..., Any],  # Any: Prefect's hooks are for flows of any result
    flow_run: FlowRun,
    state: State[Any],
) -> None:
    """Say that nothing is lost, and how to go on; called by Prefect when a flow run ends early."""
    settings = flow_run.parameters.get("settings", {})
    flow_run_logger(flow_run, flow).warning(
        "%s: what was committed to %s stays. Run the flow again with the same settings, or the "
        "same `waymark label`, to go on from there; completions that were journalled are not paid "
        "for again.",
        state.name,
        shlex.quote(str(settings.get("run"))),
    )


@flow(
    name="waymark-label",
    on_crashed=[tell_resumable],
    on_cancellation=[tell_resumable],
    persist_result=False,
)
async def label_flow(settings: dict[str, Any]) -> LabelReport:  # Any: JSON, as Prefect validates it
    """Label inputs in a run folder, whatever of it is not done yet.

    Args:
        settings: Those of `waymark label`, by name of its parameter; see `flows.settings`.

    Raises:
        WaymarkError: As the job does; what was committed stays.
    """
    request, executor = label_job(settings)
    with ended_by_signals():
        with progress_on_terminal() as shown:
            tally = Tally(shown, begun=_introduce)
            async with progress_artifact(tally):
                report = await label(request, OnPrefect(inner=executor), tally)
        with connect(RunFolder.open(open_store(request.out))) as con:
            summary = summarise(con)
        await leave_summary(request.out, report, summary)
        return report


def _introduce() -> None:
    """Tell which flow run this is: once the job has taken its inputs, for a refusal is one line."""
    context = FlowRunContext.get()
    if context is not None and context.flow_run is not None:
        click.echo(_introduction(context.flow_run.name, context.flow_run.id), err=True)


def _introduction(name: str, flow_run_id: UUID) -> str:
    """Return the line that names a flow run; a server that ends with this process has no page."""
    if get_current_settings().api.url is None:
        return f"Flow run: {name}"
    return f"Flow run: {name} {url_for('flow-run', flow_run_id) or ''}".rstrip()
