"""Tests of the check: every kind of fault is found, named, and said what to do about."""

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.storage import (
    Fault,
    FaultKind,
    FileEntry,
    RunFolder,
    check,
    connect,
    open_store,
    prune,
    query,
    write_rows,
)
from schemas import TABLES, StoreError, text_problem
from tests.annotate.storage.sample_run import (
    GATHERING,
    LABELLING,
    sample_rows,
    write_sample,
    write_tables,
)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A sound run with rows in every table."""
    return write_sample(open_store(str(tmp_path)))


def _labels(run: RunFolder) -> FileEntry:
    return run.state().files["labels"][0]


def _kinds(faults: list[Fault]) -> list[FaultKind]:
    return [fault.kind for fault in faults]


def test_a_sound_run_has_no_faults(run: RunFolder) -> None:
    """Nothing is found in a run as it was written, on disk or in memory."""
    assert check(run) == []
    assert check(write_sample(open_store(f"memory://{uuid.uuid4().hex}"))) == []
    assert check(RunFolder.create_or_open(open_store(f"memory://{uuid.uuid4().hex}"), {})) == []


def _delete(run: RunFolder, entry: FileEntry) -> None:
    run.store.delete(entry.key)


def _cut(run: RunFolder, entry: FileEntry) -> None:
    run.store.put_atomic(entry.key, run.store.read(entry.key)[:-5])


def _flip(run: RunFolder, entry: FileEntry) -> None:
    """Change one byte inside a compressed page."""
    content = bytearray(run.store.read(entry.key))
    content[60] ^= 0xFF
    run.store.put_atomic(entry.key, bytes(content))


def _swap(run: RunFolder, entry: FileEntry) -> None:
    """Put another whole Parquet file with the same columns in its place."""
    other = write_rows(run.store, TABLES["labels"], sample_rows()["labels"][:2])
    run.store.put_atomic(entry.key, run.store.read(other.key))
    run.store.delete(other.key)


@pytest.mark.parametrize(
    ("harm", "kinds"),
    [
        (_delete, {FaultKind.MISSING}),
        (_cut, {FaultKind.UNREADABLE}),
        (_flip, {FaultKind.UNREADABLE, FaultKind.CHANGED}),
        (_swap, {FaultKind.CHANGED, FaultKind.ROWS}),
    ],
)
def test_a_damaged_file_is_named_with_a_remedy(
    run: RunFolder, harm: Callable[[RunFolder, FileEntry], None], kinds: set[FaultKind]
) -> None:
    """The file's key, what is wrong and what to do; and the rest can be read without it."""
    entry = _labels(run)
    harm(run, entry)
    faults = check(run)

    assert faults
    assert set(_kinds(faults)) <= kinds
    for fault in faults:
        assert fault.file == entry.key
        assert fault.message
        assert "restore it from a backup" in fault.remedy
        assert not fault.is_harmless
    with connect(run, without={str(fault.file) for fault in faults}) as con:
        assert query(con, "SELECT count(*) FROM steps").rows == [(6,)]


def test_what_refers_to_a_damaged_file_points_at_it(run: RunFolder) -> None:
    """Rows that dangle only because a file is damaged say which file to mend first."""
    entry = run.state().files["gatherings"][0]
    _cut(run, entry)
    faults = check(run)
    dangling = [fault for fault in faults if fault.kind is FaultKind.DANGLING]

    assert FaultKind.UNREADABLE in _kinds(faults)
    assert dangling
    assert all(f"mend '{entry.key}' first" in fault.remedy for fault in dangling)


def test_a_file_with_other_columns_is_found(run: RunFolder, tmp_path: Path) -> None:
    """A file that is what was committed, but not what its table needs."""
    wrong = tmp_path / "tables" / "labels" / "wrong.parquet"
    pq.write_table(pa.table({"x": [1, 2]}), wrong)
    entry = _entry_of(run, "labels", wrong)
    run.commit([entry])

    faults = check(run)

    assert [(fault.kind, fault.file) for fault in faults if fault.file] == [
        (FaultKind.SCHEMA, entry.key)
    ]


def test_a_wrong_count_in_a_commit_is_found(run: RunFolder) -> None:
    """The rows of a file are counted against its commit."""
    _edit_entries(run, "labels", rows=7)

    assert _kinds(check(RunFolder.open(run.store))) == [FaultKind.ROWS]


def test_a_newer_file_is_told(run: RunFolder) -> None:
    """What a newer Waymark wrote is not judged by this one."""
    _edit_entries(run, "labels", schema_version=99)
    faults = check(RunFolder.open(run.store))

    assert _kinds(faults) == [FaultKind.NEWER]
    assert faults[0].remedy == "upgrade Waymark"


def test_a_damaged_history_is_told(run: RunFolder) -> None:
    """A torn commit is a fault, not a crash; nothing is called an orphan then."""
    run.store.put_atomic("commits/00000000.json", b"{")
    faults = check(RunFolder.open(run.store))

    assert _kinds(faults) == [FaultKind.HISTORY]
    assert "commits/00000000.json" in faults[0].message


def test_a_repeated_key_is_found(run: RunFolder) -> None:
    """Two rows with one primary key, in one file or in two, are found with an example."""
    changed = [replace(row, weight=2.0) for row in sample_rows()["labels"][:2]]  # type: ignore[type-var]  # StepLabels
    run.commit(write_tables(run.store, {"labels": changed}))
    (fault,) = check(run)

    assert fault.kind is FaultKind.DUPLICATE
    assert fault.message.startswith("labels: 2 keys occur more than once, such as {")
    assert LABELLING.labelling_id in fault.message


@pytest.mark.parametrize(
    ("dropped", "tables"),
    [
        ("problems", {"solutions", "sources", "rollouts", "evidence", "costs"}),
        ("solutions", {"steps", "sources", "evidence", "first_errors", "costs", "grades"}),
        ("steps", {"labels", "evidence", "first_errors"}),
        ("gatherings", {"evidence", "costs", "labellings"}),
        ("labellings", {"labels", "first_errors"}),
        ("calibrations", {"gatherings"}),
        ("rollouts", {"grades"}),
    ],
)
def test_a_reference_to_nothing_is_found(tmp_path: Path, dropped: str, tables: set[str]) -> None:
    """Without the rows of one table, every table that refers to them is named."""
    rows = {name: part for name, part in sample_rows().items() if name != dropped}
    faults = check(write_sample(open_store(str(tmp_path)), rows))

    assert set(_kinds(faults)) == {FaultKind.DANGLING}
    assert {fault.message.partition(":")[0] for fault in faults} == tables
    assert all(dropped in fault.message for fault in faults)


def test_orphans_and_leftovers_are_harmless_and_pruned(run: RunFolder, tmp_path: Path) -> None:
    """What kills leave behind is listed; pruning removes that and nothing else."""
    orphan = write_rows(run.store, TABLES["problems"], [text_problem("never committed")])
    torn = tmp_path / "tables" / "problems" / ".x.parquet.0123.part"
    torn.write_bytes(b"PAR1")
    (tmp_path / "notes.txt").write_text("mine")
    faults = check(run)

    assert [(fault.kind, fault.file) for fault in faults] == [
        (FaultKind.ORPHAN, orphan.key),
        (FaultKind.LEFTOVER, "tables/problems/.x.parquet.0123.part"),
    ]
    assert all(fault.is_harmless for fault in faults)

    with run.lock(), pytest.raises(StoreError, match="being written by"):
        prune(RunFolder.open(run.store))
    assert prune(run) == (orphan.key, "tables/problems/.x.parquet.0123.part")
    assert check(run) == []
    assert (tmp_path / "notes.txt").exists()


def test_a_removed_file_is_an_orphan(run: RunFolder) -> None:
    """A file that a later commit replaced stays until it is pruned, and is not read."""
    key = _labels(run).key
    run.commit([], [key])

    assert [(fault.kind, fault.file) for fault in check(run)] == [(FaultKind.ORPHAN, key)]


def test_several_faults_come_worst_first(run: RunFolder) -> None:
    """One check finds all, ordered by how bad they are."""
    _cut(run, run.state().files["labels"][0])
    _delete(run, run.state().files["rejected"][0])
    write_rows(run.store, TABLES["problems"], [text_problem("orphan")])
    extra = replace(GATHERING, arguments="other")
    run.commit(write_tables(run.store, {"gatherings": [extra]}))

    assert _kinds(check(run)) == [
        FaultKind.MISSING,
        FaultKind.UNREADABLE,
        FaultKind.DUPLICATE,
        FaultKind.ORPHAN,
    ]


def _entry_of(run: RunFolder, table: str, path: Path) -> FileEntry:
    """Return an entry that describes a file truly, whatever it holds."""
    content = path.read_bytes()
    return FileEntry(
        table=table,
        key=path.relative_to(run.store.location).as_posix(),
        sha256=hashlib.sha256(content).hexdigest(),
        rows=pq.read_metadata(path).num_rows,
        bytes=len(content),
        schema_version=1,
    )


def _edit_entries(run: RunFolder, table: str, **changes: int) -> None:
    """Change what the first commit says of a table's files."""
    key = "commits/00000000.json"
    commit = json.loads(run.store.read(key))
    for entry in commit["added"]:
        if entry["table"] == table:
            entry.update(changes)
    run.store.put_atomic(key, json.dumps(commit).encode())
