"""Ctrl-C, SIGTERM, a second writer, a full disk: told in one line, resumable, nothing lost."""

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.running import GSM8K, TOOL, Waymark, environment

COMMAND = ("label", str(GSM8K), "--out", "run", "--shard-size", "4")


def started(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """Return a running label command that has committed its first rows."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        [TOOL, *COMMAND, *more],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(list((folder / "run" / "commits").glob("*.json"))) < 4:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_goes_on_with_the_same_command(
    waymark: Waymark, how: signal.Signals
) -> None:
    """Exit code 130, one line; then the digest of an undisturbed run, and no process left."""
    (waymark.folder / "calm").mkdir()
    few = ("--limit", "200")
    process = started(waymark.folder, *few)
    os.killpg(process.pid, how)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == 130, errors
    assert errors.strip().splitlines()[-1].startswith("waymark: interrupted")
    assert "Traceback" not in errors
    waymark(*COMMAND, *few)
    waymark("label", GSM8K, "--out", "calm/run", *few)
    assert waymark.digest("run") == waymark.digest("calm/run")


@pytest.mark.slow
def test_a_second_writer_is_refused_and_the_first_goes_on(waymark: Waymark) -> None:
    """The line names the process that writes; readers are not disturbed."""
    process = started(waymark.folder)
    try:
        line = waymark.fails(*COMMAND)
        rows = waymark.query("run", "SELECT count(*) AS n FROM problems")
    finally:
        _, errors = process.communicate(timeout=60)

    assert f"process {process.pid}" in line
    assert rows[0]["n"] > 0
    assert process.returncode == 0, errors


def test_a_full_disk_is_told_and_what_was_committed_stays(waymark: Waymark) -> None:
    """Here files may not grow beyond 20 kB: the run stops in one line, and goes on later."""

    def tiny_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(  # noqa: S603  # our own command
        [TOOL, "label", str(GSM8K), "--out", "run"],
        cwd=waymark.folder,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        preexec_fn=tiny_files,  # no thread runs in the tests when it is called
    )

    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "run" in done.stderr
    waymark("label", GSM8K, "--out", "run")
    assert waymark.query("run", "SELECT count(*) AS n FROM first_errors") == [{"n": 400}]
