"""Waiting: flow runs of a deployment that have not started, left by an earlier call of `serve`."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import click
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound

from schemas import Json

_PAGE = 200  # flow runs that Prefect returns at once
_AT_ONCE = 8  # a server's database takes one at a time


async def replace_waiting(deployment: UUID, parameters: Mapping[str, Json]) -> None:
    """Delete flow runs that wait with other parameters, or are overdue; start one in their place.

    Prefect keeps each firing of a schedule with the parameters of its day, and would run them one
    by one. One is enough, since a flow run labels whatever is new; none where nothing was overdue.

    Args:
        deployment: Its id.
        parameters: Those that its flow runs are to have.
    """
    now = datetime.now(UTC)
    async with get_client() as client:
        waiting = await _waiting(client, deployment)
        overdue = [one for one in waiting if _is_due(one, now)]
        stale = [one for one in waiting if one in overdue or one.parameters != parameters]
        gate = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(_delete(client, one, gate) for one in stale))
        if overdue:
            await client.create_flow_run_from_deployment(deployment, parameters=dict(parameters))
    if overdue:
        click.echo(f"{len(overdue):,} flow runs are overdue: one now stands for all.", err=True)


async def _waiting(client: PrefectClient, deployment: UUID) -> list[FlowRun]:
    unstarted = FlowRunFilter.model_validate(
        {
            "deployment_id": {"any_": [deployment]},
            "state": {"type": {"any_": [StateType.SCHEDULED, StateType.PENDING]}},
        }
    )
    found: list[FlowRun] = []
    while page := await client.read_flow_runs(
        flow_run_filter=unstarted, limit=_PAGE, offset=len(found)
    ):
        found += page
    return found


def _is_due(run: FlowRun, now: datetime) -> bool:
    due = run.next_scheduled_start_time or run.expected_start_time
    return due is None or due <= now


async def _delete(client: PrefectClient, run: FlowRun, gate: asyncio.Semaphore) -> None:
    async with gate:
        try:
            await client.delete_flow_run(run.id)
        except ObjectNotFound:
            return
