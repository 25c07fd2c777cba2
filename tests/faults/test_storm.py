"""Many random kills over every job that writes: the slow sister of `test_kills.py`."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.kills import storm


@pytest.mark.slow
def test_a_storm_of_kills_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Thirty kills of drivers and children: rows and digests are those of undisturbed runs."""
    report = storm(tmp_path, kills=30, random=np.random.default_rng(3))

    assert report["kills"] >= 30
    assert report["rows lost"] == 0
    assert report["rows duplicated"] == 0
    assert report["digests unequal"] == 0
    assert report["durable rollouts paid again"] == 0
