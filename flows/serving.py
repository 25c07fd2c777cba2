"""Serving: a deployment of the flow for each run folder, which labels on a schedule."""

import asyncio
import contextlib
import hashlib
import re
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from prefect.client.schemas.schedules import CronSchedule
from prefect.logging.handlers import APILogHandler
from prefect.runner import Runner
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.label import label_flow
from flows.waiting import replace_waiting
from schemas import ConfigError, Json

_SLUG = 40  # characters of a run folder's name in that of its deployment
_HASH = 8  # hexadecimal digits of its place: 32 bits
_LOOK_S = 5.0  # between two looks for flow runs that are due
_AGAIN_S = 1.0  # between two looks for flow runs that were just being started at the end


def serve(
    settings: Mapping[str, Json],
    *,
    api_url: str,
    cron: str | None = None,
    interval_s: float | None = None,
) -> None:
    """Run the flow on a schedule until the process is told to stop.

    One flow run at a time: a run folder has one writer. Schedules stay active when this ends; what
    is left waiting then is replaced by the next call, see `replace_waiting`.

    Args:
        settings: See `flows.settings`.
        api_url: Of the server that keeps the schedule.
        cron: When to run, see `refuse_bad`; None where there is an interval.
        interval_s: Seconds from one start to the next; None where there is a `cron`.
    """
    with (
        temporary_settings({PREFECT_API_URL: api_url}),
        contextlib.suppress(asyncio.CancelledError),
    ):
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


def deployment_name(run: str) -> str:
    """Return the name of a run folder's deployment: what the folder is called, and where it is.

    Args:
        run: Path or URL of the run folder; two paths to one folder give one name.
    """
    place = run.rstrip("/") if "://" in run else str(Path(run).resolve())
    slug = re.sub(r"[^a-z0-9]+", "-", place.rpartition("/")[2].lower())[:_SLUG].strip("-")
    return f"{slug or 'run'}-{hashlib.sha256(place.encode()).hexdigest()[:_HASH]}"


class _Calm(Runner):
    """A runner that ends its flow runs on SIGTERM. Not frozen: Prefect's class.

    Prefect's own handler does not wait for that, and leaves them running.
    """

    _told = False
    _serving: "asyncio.Task[None] | None" = None
    _ending: "asyncio.Task[None] | None" = None

    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # as Prefect has it
        """Cancel what is running, then stop, once; called by Python in the main thread."""
        del args, kwargs
        if self._serving is not None and not self._told:
            self._told = True
            self._serving.get_loop().call_soon_threadsafe(self._end)

    @contextlib.contextmanager
    def heeding_sigterm(self) -> Iterator[None]:
        """Have SIGTERM end the block: in order where the runner has started, else by cancelling."""
        self._serving = asyncio.current_task()
        before = signal.signal(signal.SIGTERM, self.handle_sigterm)
        try:
            yield
        finally:
            if self._ending is not None:
                self._ending.cancel()
            # A second one must not keep a server of one's own from being ended.
            signal.signal(signal.SIGTERM, signal.SIG_IGN if self._told else before)

    def _end(self) -> None:
        if self.started:
            self._ending = asyncio.create_task(self._end_runs())
        elif self._serving is not None:
            self._serving.cancel()

    async def _end_runs(self) -> None:
        await self.astop()
        # Prefect waits for what it was about to start, which nobody has told to end.
        while True:
            await asyncio.sleep(_AGAIN_S)
            await self.cancel_all()


async def _serve(settings: Mapping[str, Json], cron: str | None, interval_s: float | None) -> None:
    name = deployment_name(str(settings["run"]))
    parameters: dict[str, Json] = {"settings": dict(settings)}
    runner = _Calm(
        name=name,
        query_seconds=_LOOK_S,
        # Else a process waits for its time in Prefect's hands, where SIGTERM finds it unprepared.
        prefetch_seconds=0,
        limit=1,
        pause_on_shutdown=False,
    )
    with runner.heeding_sigterm():
        deployment = await runner.aadd_flow(
            label_flow,
            name=name,
            cron=cron,
            interval=interval_s,
            parameters=parameters,
            # By module: the package is installed wherever a flow run may start.
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        await replace_waiting(deployment, parameters)
        click.echo(f"Serving {label_flow.name}/{name}; stop with Ctrl-C.", err=True)
        await runner.start()
    await APILogHandler.aflush()  # while there is a server
