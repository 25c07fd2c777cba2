"""Old runs stay readable, and what is stored changes only with a new schema version."""

import json

import pyarrow as pa
import pytest

from annotate.storage import RunFolder, check, connect, open_store, query, read_table
from schemas import (
    SCHEMA_VERSION,
    TABLES,
    Grade,
    Outcome,
    StoreError,
    arrow_schema,
    from_arrow,
    upcast,
)
from tests.running import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden"


@pytest.fixture
def old_run() -> RunFolder:
    """Return the run that version 0.1.0 wrote under schema version 1, kept in the repository."""
    return RunFolder.open(open_store(str(GOLDEN / "run_v1")))


def test_a_kept_run_of_version_1_answers_todays_queries(old_run: RunFolder) -> None:
    """Every view opens, and the rows are those that were written."""
    with connect(old_run) as con:
        counts = {
            name: query(con, f"SELECT count(*) FROM {name}").rows[0][0]  # noqa: S608  # our names
            for name in ("solutions", "steps", "evidence", "labels", "first_errors", "grades")
        }
        outcomes = query(con, "SELECT DISTINCT outcome FROM solutions ORDER BY 1").rows

    assert counts == {
        "solutions": 20,
        "steps": 110,
        "evidence": 130,
        "labels": 110,
        "first_errors": 20,
        "grades": 20,
    }
    assert outcomes == [("CORRECT",), ("INCORRECT",)]


def test_grades_of_version_1_get_their_checkers_version(old_run: RunFolder) -> None:
    """Version 1 wrote name and version in one text."""
    (entry,) = old_run.state().files["grades"]
    grades = from_arrow(Grade, read_table(old_run.store, TABLES["grades"], entry))

    assert {(g.checker, g.checker_version) for g in grades} == {("answers", "1")}
    assert {g.outcome for g in grades} <= set(Outcome)


def test_the_check_finds_nothing_wrong_with_an_old_run(old_run: RunFolder) -> None:
    """Hashes are of the bytes as written, references of the rows as upcast."""
    assert [fault for fault in check(old_run) if not fault.is_harmless] == []


def test_a_newer_version_is_refused() -> None:
    """Nothing is guessed about what is not known yet."""
    with pytest.raises(StoreError, match="newer"):
        upcast("labels", SCHEMA_VERSION + 1, pa.table({}))


def test_stored_columns_change_only_with_a_new_version() -> None:
    """`tests/golden/schema_vN.json` is what version N means: a change needs N + 1 and an upcast."""
    stored = json.loads((GOLDEN / f"schema_v{SCHEMA_VERSION}.json").read_text())

    assert stored == {
        name: {
            "key": list(table.key),
            "columns": {field.name: str(field.type) for field in arrow_schema(table)},
        }
        for name, table in TABLES.items()
    }
