"""Serving: the deployment `waymark-label/waymark`, which labels on a schedule."""

import asyncio
from collections.abc import Mapping
from typing import Any

import click
from prefect.client.schemas.schedules import CronSchedule
from prefect.runner import Runner
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.label import label_flow
from schemas import ConfigError, Json

DEPLOYMENT = "waymark"
"""Name of the deployment, after that of the flow."""


def serve(
    settings: Mapping[str, Json],
    *,
    api_url: str,
    cron: str | None = None,
    interval_s: float | None = None,
) -> None:
    """Run the flow on a schedule until the process is told to stop.

    One flow run at a time: a run folder has one writer. Schedules stay active when this ends, and
    flow runs that were due meanwhile are made up for.

    Args:
        settings: See `flows.settings`.
        api_url: Of the server that keeps the schedule.
        cron: When to run, see `refuse_bad`; None where there is an interval.
        interval_s: Seconds from one start to the next; None where there is a `cron`.
    """
    click.echo(f"Serving {label_flow.name}/{DEPLOYMENT}; stop with Ctrl-C.", err=True)
    with temporary_settings({PREFECT_API_URL: api_url}):
        asyncio.run(_serve(settings, cron, interval_s))


def refuse_bad(cron: str) -> None:
    """Refuse a line that is no schedule.

    Raises:
        ConfigError: If it is none.
    """
    try:
        CronSchedule(cron=cron)
    except ValueError as error:
        raise ConfigError(
            f"--cron {cron!r} is no schedule: expected minute, hour, day, month and day of the "
            "week, such as '0 3 * * *' for each night at three."
        ) from error


class _Calm(Runner):
    """A runner that ends its flow runs on SIGTERM. Not frozen: Prefect's class.

    Prefect's own handler does not wait for that, and leaves them running.
    """

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # as Prefect has it
        """Cancel what is running, then stop; called by Python in the main thread."""
        del args, kwargs
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(lambda: loop.create_task(self.astop()))


async def _serve(settings: Mapping[str, Json], cron: str | None, interval_s: float | None) -> None:
    runner = _Calm(name=DEPLOYMENT, limit=1, pause_on_shutdown=False)
    await runner.aadd_flow(
        label_flow,
        name=DEPLOYMENT,
        cron=cron,
        interval=interval_s,
        parameters={"settings": dict(settings)},
        # By module: the package is installed wherever a flow run may start.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    await runner.start()
