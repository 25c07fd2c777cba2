"""Kills while rollouts are drawn: nothing durable is paid for again, and the end is the same."""

import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from annotate.ledger.ledger import FLUSH_ROLLOUTS
from annotate.storage import journal, open_store
from tests.annotate.simulated_runs import ROWS, faults_of, write_problems
from tests.faults.killing import run_through_kills, time_undisturbed
from tests.faults.paid import Account
from tests.running import TOOL, Waymark, environment

COMMAND = (
    *("label", "problems.jsonl", "--out", "run", "--shard-size", "2", "--no-policy-check"),
    *("--policy", "simulated(delay_s=0.02, log='calls')", "--method", "omegaprm"),
    *("--strategy", "screen(n=8)", "--strategy", "omega_prm(k=4, searches=10)"),
)


def storm(waymark: Waymark, *, kills: int, seed: int) -> None:
    """Kill a run at random moments, and compare it with one that was left in peace."""
    for name in ("calm", "stormy"):
        (waymark.folder / name).mkdir()
        write_problems(waymark.folder / name, ROWS[:6])
    seconds = time_undisturbed(COMMAND, waymark.folder / "calm")
    stormy = waymark.folder / "stormy"
    account = Account(run=stormy / "run", log=stormy / "calls")
    survived = run_through_kills(
        COMMAND,
        stormy,
        kills=kills,
        seconds=seconds,
        random=np.random.default_rng(seed),
        observe=account.look,
    )

    assert survived.kills > 0
    assert waymark.digest("stormy/run") == waymark.digest("calm/run")
    assert faults_of(str(stormy / "run")) == []
    # All that was paid twice is what the kills took: whatever was durable was never asked again.
    assert account.paid_twice == account.lost[-1]
    assert account.most_at_once <= FLUSH_ROLLOUTS + 10 * 8  # unflushed, and in flight


def test_kills_lose_no_completion_that_was_journalled(waymark: Waymark) -> None:
    """The policy's log, the journal and the rows agree to the last completion."""
    storm(waymark, kills=2, seed=11)


@pytest.mark.slow
def test_many_kills_lose_no_completion_that_was_journalled(waymark: Waymark) -> None:
    """The same, ten times."""
    storm(waymark, kills=10, seed=5)


def test_sigterm_journals_what_was_paid_for(waymark: Waymark) -> None:
    """One line, exit code 130; the same command goes on, and pays again only what was in flight."""
    write_problems(waymark.folder, ROWS[:6])
    process = subprocess.Popen(  # noqa: S603  # our own command
        [TOOL, *COMMAND],
        cwd=waymark.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    account = Account(run=waymark.folder / "run", log=waymark.folder / "calls")
    deadline = time.monotonic() + 60
    while account.paid < 100:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    paid, durable = account.paid, account.durable

    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert paid == durable
    assert journal.read_segments(open_store(str(Path(account.run)))) != []
    waymark(*COMMAND)
    assert account.paid_twice == 0
    assert faults_of(str(account.run)) == []
