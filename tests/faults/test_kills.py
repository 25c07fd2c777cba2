"""A kill at any moment loses at most what was not committed, and a rerun adds nothing twice."""

from pathlib import Path

import numpy as np
import pytest

from annotate.storage import RunFolder, check, open_store
from tests.faults.killing import run_through_kills, time_undisturbed
from tests.running import GSM8K, HUMAN, Waymark

COMMANDS = {
    "label": ("label", str(GSM8K), "--out", "run", "--limit", "120", "--shard-size", "8"),
    "import": ("import", str(HUMAN), "--source", "human", "--out", "run", "--shard-size", "4"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_kills_leave_the_run_as_if_undisturbed(waymark: Waymark, name: str) -> None:
    """The digest is that of an undisturbed run, and the check finds nothing but leftovers."""
    (waymark.folder / "calm").mkdir()
    (waymark.folder / "stormy").mkdir()
    seconds = time_undisturbed(COMMANDS[name], waymark.folder / "calm")

    survived = run_through_kills(
        COMMANDS[name],
        waymark.folder / "stormy",
        kills=4,
        seconds=seconds,
        random=np.random.default_rng(7),
    )

    assert survived.kills > 0
    assert waymark.digest("stormy/run") == waymark.digest("calm/run")
    assert harmful(waymark.folder / "stormy" / "run") == []


def harmful(run: Path) -> list[str]:
    """Return what the check finds wrong, leftovers of kills apart."""
    faults = check(RunFolder.open(open_store(str(run))))
    return [fault.message for fault in faults if not fault.is_harmless]
