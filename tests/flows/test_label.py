"""The flow `waymark-label`: the run that it makes, what it shows, how it ends early."""

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    LogFilter,
)
from prefect.client.schemas.objects import Artifact, FlowRun

from flows.artifacts import PROGRESS, RUN_FOLDER, SUMMARY
from flows.label import label_flow
from schemas import Json
from tests.running import GSM8K, REPOSITORY, TOOL, Waymark, environment

FEW = REPOSITORY / "tests" / "golden" / "few.jsonl"


def flow_run(settings: Mapping[str, Json]) -> dict[str, Artifact]:
    """Run the flow in this process; return its artifacts by key."""

    async def run() -> dict[str, Artifact]:
        await label_flow(dict(settings))
        wanted = ArtifactFilterKey(any_=[PROGRESS, SUMMARY, RUN_FOLDER])
        async with get_client() as client:
            found = await client.read_artifacts(artifact_filter=ArtifactFilter(key=wanted))
        newest: dict[str, Artifact] = {}
        for artifact in sorted(found, key=lambda one: str(one.created)):
            newest[str(artifact.key)] = artifact
        return newest

    return asyncio.run(run())


def table(artifact: Artifact) -> dict[tuple[str, str], int]:
    """Return the figures of the table by whose they are and what."""
    rows: list[dict[str, Any]] = json.loads(str(artifact.data))
    return {(row["who"], row["what"]): row["how many"] for row in rows}


@pytest.mark.service
@pytest.mark.usefixtures("server")
def test_a_flow_run_makes_the_run_that_the_plain_command_makes(
    waymark: Waymark, capfd: pytest.CaptureFixture[str]
) -> None:
    """Equal digests, shard by shard; and the artifacts hold its figures."""
    settings: dict[str, Json] = {
        "solutions": [str(FEW)],
        "run": str(waymark.folder / "flow"),
        "shard_size": 4,
        "workers": 1,
    }
    shown = flow_run(settings)
    waymark("label", FEW, "--out", "plain", "--workers", "1")
    again = flow_run(settings)

    assert waymark.digest("flow") == waymark.digest("plain")
    assert "Flow run: " in capfd.readouterr().err
    figures = table(shown[SUMMARY])
    decided = waymark.query("plain", "SELECT verdict, count(*) AS n FROM first_errors GROUP BY 1")
    for row in decided:
        assert figures[("formal", f"first error {row['verdict']}")] == row["n"]
    assert figures[("formal", "solutions labelled")] == 20
    assert shown[PROGRESS].data == 100.0
    assert str(waymark.folder / "flow") in str(shown[RUN_FOLDER].data)
    assert table(again[SUMMARY])[("formal", "solutions labelled")] == 0


def crowded(run: Path, *, commits: int) -> bool:
    """Return whether a run holds more than so many commits."""
    return len(list((run / "commits").glob("*.json"))) > commits


@pytest.mark.service
def test_a_terminated_flow_run_is_crashed_and_goes_on_with_the_plain_command(
    waymark: Waymark, server: str
) -> None:
    """SIGTERM: exit code 130 and one line, soon; Prefect knows how to go on; equal digests."""
    rows = ("label", str(GSM8K), "--limit", "60")
    process = subprocess.Popen(  # noqa: S603  # our own command
        [TOOL, "flow", *rows, "--shard-size", "1", "--out", "run"],
        cwd=waymark.folder,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"PREFECT_API_URL": server, "PREFECT_LOGGING_LEVEL": "WARNING"},
    )
    deadline = time.monotonic() + 240
    try:
        while not crowded(waymark.folder / "run", commits=5):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode == 130, errors
    told = errors.split()
    assert errors.strip().endswith("waymark: interrupted; the same command goes on from here.")
    run_id = told[told.index("run:") + 2].rpartition("/")[2]
    ended, logs = asyncio.run(books(run_id))
    assert ended.state_type is not None
    assert ended.state_type.value == "CRASHED"
    assert any("waymark label" in line for line in logs)
    waymark(*rows, "--out", "run")
    waymark(*rows, "--out", "calm")
    assert waymark.digest("run") == waymark.digest("calm")


async def books(run_id: str) -> tuple[FlowRun, list[str]]:
    """Return a flow run and what was logged of it."""
    async with get_client() as client:
        found = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter.model_validate({"id": {"any_": [run_id]}})
        )
        logs = await client.read_logs(LogFilter.model_validate({"flow_run_id": {"any_": [run_id]}}))
    return found[0], [log.message for log in logs]
