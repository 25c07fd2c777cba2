"""What the tests of the reports share: a run made of hand-written records, opened for queries."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest

from annotate.storage import RunFolder, connect, open_store, write_rows
from schemas import TABLES

OpenRun = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def open_run(tmp_path: Path) -> OpenRun:
    """Return a function that stores records by table name and connects to the run."""

    def make(**tables: Sequence[object]) -> duckdb.DuckDBPyConnection:
        run = RunFolder.create_or_open(open_store(str(tmp_path / "run")), {})
        run.commit([write_rows(run.store, TABLES[name], rows) for name, rows in tables.items()])
        return connect(run)

    return make
