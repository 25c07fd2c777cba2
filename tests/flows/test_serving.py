"""Serving: which deployment a run folder has, what waits there, and how a served run ends."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Pending, Running, Scheduled

from flows.label import label_flow
from flows.serving import deployment_name
from flows.waiting import replace_waiting
from schemas import Json
from tests.running import GSM8K, TOOL, Waymark, environment

OLD: dict[str, Json] = {"settings": {"solutions": ["old"], "run": "old"}}
NEW: dict[str, Json] = {"settings": {"solutions": ["new"], "run": "new"}}


def test_two_run_folders_have_two_deployments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where they are called the same; two paths to one folder name one deployment."""
    monkeypatch.chdir(tmp_path)
    here = deployment_name("runs/My inbox")

    assert here.startswith("my-inbox-")
    assert here == deployment_name(str(tmp_path / "other" / ".." / "runs" / "My inbox"))
    assert here != deployment_name("elsewhere/My inbox")
    assert deployment_name("s3://bucket/a/") == deployment_name("s3://bucket/a")
    assert deployment_name("s3://bucket/a") != deployment_name("s3://other/a")
    assert re.fullmatch(r"run-[0-9a-f]{8}", deployment_name("s3://bucket/…"))


async def deployed(name: str, parameters: Mapping[str, Json]) -> UUID:
    """Make a deployment without a schedule; return its id."""
    deployment = await label_flow.ato_deployment(name=name, parameters=dict(parameters))
    made = await deployment.aapply()
    assert isinstance(made, UUID)
    return made


async def flow_runs(deployment: UUID) -> list[FlowRun]:
    """Return all flow runs of a deployment."""
    of_it = FlowRunFilter.model_validate({"deployment_id": {"any_": [deployment]}})
    async with get_client() as client:
        return await client.read_flow_runs(flow_run_filter=of_it)


@pytest.mark.service
@pytest.mark.usefixtures("server")
def test_what_an_earlier_call_left_waiting_does_not_run() -> None:
    """One flow run with today's parameters stands for all that were due; running ones stay."""
    now = datetime.now(UTC)
    past, future = now - timedelta(hours=1), now + timedelta(hours=1)

    async def run() -> tuple[set[str], list[FlowRun]]:
        deployment = await deployed("waits", OLD)
        made: dict[str, tuple[dict[str, Json], State[Any]]] = {
            "late": (OLD, Scheduled(scheduled_time=past)),
            "also late": (NEW, Scheduled(scheduled_time=past)),
            "stuck": (OLD, Pending()),
            "old settings": (OLD, Scheduled(scheduled_time=future)),
            "to come": (NEW, Scheduled(scheduled_time=future)),
            "at work": (OLD, Running()),
        }
        async with get_client() as client:
            for name, (parameters, state) in made.items():
                await client.create_flow_run_from_deployment(
                    deployment, parameters=parameters, state=state, name=name
                )
        await replace_waiting(deployment, NEW)
        left = await flow_runs(deployment)
        return {one.name for one in left if one.name in made}, [
            one for one in left if one.name not in made
        ]

    kept, started = asyncio.run(run())

    assert kept == {"to come", "at work"}
    assert [one.parameters for one in started] == [NEW]


@pytest.mark.service
@pytest.mark.usefixtures("server")
def test_nothing_is_started_where_nothing_was_due() -> None:
    """A new deployment waits for its schedule; another deployment's flow runs are not touched."""

    async def run() -> tuple[int, int]:
        fresh, other = await deployed("fresh", NEW), await deployed("other", OLD)
        async with get_client() as client:
            await client.create_flow_run_from_deployment(other, state=Pending())
        await replace_waiting(fresh, NEW)
        return len(await flow_runs(fresh)), len(await flow_runs(other))

    assert asyncio.run(run()) == (0, 1)


def group(pid: int) -> list[str]:
    """Return the living processes of a group, as `ps` tells them."""
    told = subprocess.run(
        ["ps", "-eo", "pgid,stat,args"],  # noqa: S607  # of the system
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (line.split(None, 2) for line in told.stdout.splitlines()[1:])
    return [row[2] for row in rows if row[0] == str(pid) and not row[1].startswith("Z")]


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.parametrize("to_all", [False, True], ids=["once", "to the group, twice"])
def test_sigterm_in_mid_run_leaves_no_traceback_and_a_resumable_run(
    waymark: Waymark, server: str, *, to_all: bool
) -> None:
    """The flow run is Cancelled, all processes end, and what was queued before has not run."""
    rows = (str(GSM8K), "--limit", "60")
    out = waymark.folder / "run"
    deployment = asyncio.run(deployed(deployment_name(str(out)), OLD))

    async def plant() -> None:
        async with get_client() as client:
            await client.create_flow_run_from_deployment(deployment, name="old")

    asyncio.run(plant())
    when = ("--interval", "3600", "--shard-size", "1")
    errors = waymark.folder / "errors"
    with errors.open("w") as stream:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [TOOL, "flow", "serve", *rows, *when, "--out", str(out)],
            cwd=waymark.folder,
            stderr=stream,
            stdout=stream,
            start_new_session=True,
            env=environment() | {"PREFECT_API_URL": server, "PREFECT_LOGGING_LEVEL": "WARNING"},
        )
    deadline = time.monotonic() + 240
    try:
        while len(list((out / "commits").glob("*.json"))) <= 5:
            assert process.poll() is None, errors.read_text()
            assert time.monotonic() < deadline, errors.read_text()
            time.sleep(0.01)
        for _ in range(2 if to_all else 1):
            (os.killpg if to_all else os.kill)(process.pid, signal.SIGTERM)
        assert process.wait(60) == 0, errors.read_text()
        assert group(process.pid) == []
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)

    told = errors.read_text()
    assert "Traceback" not in told
    assert "Error" not in told
    assert told.count("stays. Run the flow again with the same settings") == 1, told
    left = asyncio.run(flow_runs(deployment))
    assert "old" not in {one.name for one in left}
    assert [one.state_name for one in left if one.start_time] == ["Cancelled"]
    waymark("label", *rows, "--out", "run")
    waymark("label", *rows, "--out", "calm")
    assert waymark.digest("run") == waymark.digest("calm")
