"""Fixtures of all suites."""

from pathlib import Path

import pytest

from tests.running import Waymark


@pytest.fixture
def waymark(tmp_path: Path) -> Waymark:
    """Return the installed command, run in an empty folder."""
    return Waymark(folder=tmp_path)
