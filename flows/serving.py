"""Serving: the deployment `waymark-label/waymark`, which labels on a schedule."""

from collections.abc import Mapping

import click
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
        cron: When to run, as five fields; None where there is an interval.
        interval_s: Seconds from one start to the next; None where there is a `cron`.

    Raises:
        ConfigError: If `cron` is no schedule.
    """
    label = f"{label_flow.name}/{DEPLOYMENT}"
    click.echo(f"Serving {label}; stop with Ctrl-C.", err=True)
    try:
        with temporary_settings({PREFECT_API_URL: api_url}):
            label_flow.serve(
                name=DEPLOYMENT,
                cron=cron,
                interval=interval_s,
                parameters={"settings": dict(settings)},
                limit=1,
                pause_on_shutdown=False,
                print_starting_message=False,
                # By module: the package is installed wherever a flow run may start.
                entrypoint_type=EntrypointType.MODULE_PATH,
            )
    except ValueError as error:
        raise ConfigError(f"--cron {cron!r}: {error}") from error
