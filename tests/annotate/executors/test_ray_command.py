"""Executor `ray` by the command, on a cluster of its own: ended and repeated."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.running import GSM8K, TOOL, Waymark, environment

ROWS = ("label", str(GSM8K), "--limit", "160")
COMMAND = (*ROWS, "--shard-size", "4", "--executor", "ray", "--workers", "3")


def latest_commit(run: Path) -> bytes:
    """Return the last commit of a run, without spaces; empty where there is none."""
    commits = sorted((run / "commits").glob("*.json"))
    return commits[-1].read_bytes().replace(b" ", b"") if commits else b""


@pytest.mark.slow
@pytest.mark.service
def test_a_run_on_ray_that_is_terminated_goes_on_with_the_same_command(
    waymark: Waymark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 130 and one line; more workers than cores, and no cluster but its own."""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    process = subprocess.Popen(  # noqa: S603  # our own command
        [TOOL, *COMMAND, "--out", "run"],
        cwd=waymark.folder,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    deadline = time.monotonic() + 240
    try:
        while b'"activity":"shard"' not in latest_commit(waymark.folder / "run"):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.terminate()
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode == 130, errors
    assert len(errors.strip().splitlines()) == 1, errors
    assert errors.strip().startswith("waymark: interrupted")
    waymark(*COMMAND, "--out", "run")
    waymark(*ROWS, "--out", "calm")
    assert waymark.digest("run") == waymark.digest("calm")
