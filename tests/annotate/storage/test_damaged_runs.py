"""Tests of the catalog over files that are damaged, gone, or of an older version."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pytest

from annotate.storage import RunFolder, connect, query
from schemas import StoreError, text_problem
from tests.annotate.storage.sample_run import rows, sample_rows, write_tables


@pytest.mark.parametrize("damage", ["cut", "emptied", "overwritten", "other columns"])
def test_a_damaged_file_spoils_only_the_queries_that_read_it(run: RunFolder, damage: str) -> None:
    """Queries on other tables work; one that needs the file says so in one line with a remedy."""
    key = run.state().files["labels"][0].key
    content = run.store.read(key)
    run.store.put_atomic(
        key,
        {
            "cut": content[: len(content) // 2],
            "emptied": b"",
            "overwritten": b"x" * len(content),
            "other columns": run.store.read(run.state().files["labellings"][0].key),
        }[damage],
    )

    assert len(rows(run, "FROM first_errors")) == 3
    assert len(rows(run, "FROM solutions")) == 3
    with pytest.raises(StoreError, match=rf"{key}.*`waymark check") as caught:
        rows(run, "SELECT verdict FROM labels")
    assert "\n" not in str(caught.value)


def test_a_damaged_file_among_sound_ones_is_named(run: RunFolder) -> None:
    """The file that is damaged is named even where it is not the first; `without` leaves it out."""
    for number in range(6):
        run.commit(write_tables(run.store, {"problems": [text_problem(f"number {number}")]}))
    for entry in (run.state().files["problems"][0], run.state().files["problems"][4]):
        content = run.store.read(entry.key)
        run.store.put_atomic(entry.key, content[:-9])

        with pytest.raises(StoreError, match=f"{entry.key}.*`waymark check"):
            rows(run, "FROM problems")
        with connect(run, without=[entry.key]) as con:
            left = query(con, "SELECT count(*) FROM problems").rows
        assert left == [(8 - entry.rows,)]
        run.store.put_atomic(entry.key, content)


def test_a_missing_file_is_named(run: RunFolder) -> None:
    """A committed file that is gone is never passed over; what does not need it is read."""
    key = run.state().files["labels"][0].key
    run.store.delete(key)

    for sql in (
        "SELECT count(*) FROM labels",
        "SELECT verdict FROM labels",
        "FROM labels WHERE solution_id = 'x' AND step_index = 3",
        "SELECT count(*) FROM labels WHERE value IS NULL",
        "SELECT max(p_correct) FROM stored.labels WHERE verdict IN ('CORRECT')",
        "FROM steps JOIN labels USING (solution_id, step_index) WHERE step_index = 77",
    ):
        with pytest.raises(StoreError, match=rf"{key}' is missing, one of 1 .*waymark check"):
            rows(run, sql)
    assert len(rows(run, "FROM steps")) == 6
    assert len(rows(run, "FROM first_errors")) == 3
    with connect(run, without=[key]) as con:
        assert query(con, "SELECT count(*) FROM labels").rows == [(0,)]
        assert query(con, "SELECT count(*) FROM steps").rows == [(6,)]


def test_files_of_an_older_version_are_upcast(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old file reads as a new one beside new ones; only its own table's change is applied."""

    def weigh_half(data: pa.Table) -> pa.Table:
        half = pa.array([0.5] * len(data))
        return data.set_column(data.schema.get_field_index("weight"), "weight", half)

    monkeypatch.setattr("schemas.upcasts.UPCASTS", {("labels", 0): weigh_half})
    old = run.state().files["labels"][0]
    _edit_commit(run, 0, {old.key: {"schema_version": 0}})
    again = RunFolder.open(run.store)
    newer = [replace(label, labelling_id="new") for label in sample_rows()["labels"]]  # type: ignore[type-var]  # StepLabels
    again.commit(write_tables(run.store, {"labels": newer}))
    found = rows(again, "SELECT weight, count(*) AS n FROM labels GROUP BY ALL ORDER BY ALL")

    assert found == [{"weight": 0.5, "n": 6}, {"weight": 1.0, "n": 6}]


def test_a_missing_file_of_several_is_not_passed_over(run: RunFolder) -> None:
    """Also where the other files of its table are there, or the table is joined to another."""
    run.commit(write_tables(run.store, {"problems": [text_problem("another")]}))
    entries = run.state().files["problems"]
    run.store.delete(entries[1].key)

    with pytest.raises(StoreError, match=f"{entries[1].key}' is missing"):
        rows(run, "SELECT count(*) FROM problems WHERE question <> ''")
    with pytest.raises(StoreError, match=f"{entries[1].key}' is missing"):
        rows(run, "SELECT question FROM solutions")
    assert len(rows(run, "FROM labels")) == 6


def test_a_damaged_file_of_an_older_version_is_named(run: RunFolder) -> None:
    """A file that cannot be upcast spoils only the queries that read it."""
    key = run.state().files["labels"][0].key
    _edit_commit(run, 0, {key: {"schema_version": 0}})
    run.store.put_atomic(key, run.store.read(key)[:-9])
    again = RunFolder.open(run.store)

    assert len(rows(again, "FROM steps")) == 6
    with pytest.raises(StoreError, match=f"{key}.*`waymark check"):
        rows(again, "FROM labels")


def test_an_older_file_without_a_change_reads_as_it_is(run: RunFolder) -> None:
    """A version in which a table did not change needs no upcast."""
    keys = {entry.key: {"schema_version": 0} for entry in run.state().entries}
    before = rows(run, "FROM solutions ORDER BY ALL")
    _edit_commit(run, 0, keys)

    assert before == rows(RunFolder.open(run.store), "FROM solutions ORDER BY ALL")


def _edit_commit(run: RunFolder, seq: int, changes: Mapping[str, Mapping[str, object]]) -> None:
    """Change entries of a commit, by key."""
    key = f"commits/{seq:08d}.json"
    commit = json.loads(run.store.read(key))
    for entry in commit["added"]:
        entry.update(changes.get(entry["key"], {}))
    run.store.put_atomic(key, json.dumps(commit).encode())
