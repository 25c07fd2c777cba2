"""Tests of run folders: identity, versions, and the one writer."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from annotate.storage import RunFolder, identity_differences, open_store
from schemas import IdentityError, Json, StoreError

IDENTITY: dict[str, Json] = {"method": "formal", "checkers": {"answers": "1"}, "map": ["a", "b"]}


def test_the_same_identity_resumes(tmp_path: Path) -> None:
    """Opening for an equal identity gives the same run, whatever the order of its fields."""
    store = open_store(str(tmp_path))
    RunFolder.create_or_open(store, IDENTITY).commit([], note={"n": 1})
    again = RunFolder.create_or_open(store, dict(reversed(IDENTITY.items())))

    assert again.state().notes == ({"n": 1},)
    assert RunFolder.open(store).identity == IDENTITY


def test_another_identity_is_refused_field_by_field(tmp_path: Path) -> None:
    """The line says what differs, with both values, and what to do; the run is left alone."""
    store = open_store(str(tmp_path))
    RunFolder.create_or_open(store, IDENTITY)
    before = store.read("run.json")
    asked: dict[str, Json] = {
        "method": "outcome",
        "checkers": {"answers": "2"},
        "map": ["a", "b"],
        "new": None,
    }

    with pytest.raises(IdentityError) as caught:
        RunFolder.create_or_open(store, asked)

    message = str(caught.value)
    assert "method: 'formal' in the run, 'outcome' asked for" in message
    assert "checkers.answers: '1' in the run, '2' asked for" in message
    assert "new: nothing in the run, None asked for" in message
    assert "map" not in message
    assert "Use another folder" in message
    assert "\n" not in message
    assert before == store.read("run.json")


def test_many_differences_are_counted() -> None:
    """Every field that differs gives one phrase, nested ones by path."""
    stored = {"a": {str(number): number for number in range(9)}, "b": 1}

    differences = identity_differences(stored, {"a": {}, "b": 1})

    assert len(differences) == 9
    assert differences[0] == "a.0: 0 in the run, nothing asked for"
    assert identity_differences(stored, stored) == []


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    """A folder that is not empty and holds no run is never written to."""
    (tmp_path / "thesis.tex").write_text("x")

    with pytest.raises(StoreError, match=r"not empty and holds no run.*thesis\.tex"):
        RunFolder.create_or_open(open_store(str(tmp_path)), IDENTITY)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_kill_before_the_first_commit_is_resumable(tmp_path: Path) -> None:
    """A half-written run.json and a lock do not make a folder another tool's."""
    (tmp_path / ".run.json.0123.part").write_text("{")
    (tmp_path / ".lock").write_text("")

    RunFolder.create_or_open(open_store(str(tmp_path)), IDENTITY)


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    """Reading a folder that holds no run says what to give instead."""
    with pytest.raises(StoreError, match=r"holds no run: there is no 'run\.json'"):
        RunFolder.open(open_store(str(tmp_path / "absent")))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 99}, "schema version 99, newer than .*upgrade Waymark"),
        ({"format_version": 99}, "format version 99, newer than .*upgrade Waymark"),
        ({"format": "zarr"}, "'zarr', expected 'waymark-run'"),
        ({"identity": 7}, r"damaged.*\$\.identity"),
    ],
)
def test_a_newer_or_foreign_run_is_refused(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    """A layout that we do not know is not guessed at."""
    store = open_store(str(tmp_path))
    RunFolder.create_or_open(store, IDENTITY)
    held = json.loads(store.read("run.json"))
    store.put_atomic("run.json", json.dumps({**held, **change}).encode())

    with pytest.raises(StoreError, match=words):
        RunFolder.create_or_open(store, IDENTITY)


def test_two_writers_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    """The second is told who holds the lock; afterwards it may have it."""
    store = open_store(str(tmp_path))
    run = RunFolder.create_or_open(store, IDENTITY)
    with run.lock(), pytest.raises(StoreError, match=f"being written by process {os.getpid()} on"):
        RunFolder.open(store).lock().__enter__()

    with RunFolder.open(store).lock():
        pass


HOLD = """
import os, sys, time
from annotate.storage import RunFolder, open_store
with RunFolder.open(open_store(sys.argv[1])).lock():
    if os.fork() == 0:
        print("held", flush=True)
        time.sleep(30)  # a worker that outlives its parent
        os._exit(0)
    time.sleep(30)
"""


def test_the_lock_dies_with_its_process_though_a_worker_lives_on(tmp_path: Path) -> None:
    """Another process is refused while the holder lives, and not after kill -9."""
    store = open_store(str(tmp_path))
    RunFolder.create_or_open(store, IDENTITY)
    holder = subprocess.Popen(  # noqa: S603  # our own script
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=rf"by process {holder.pid} on .*\(-c {tmp_path}\)"):
            RunFolder.open(store).lock().__enter__()

        holder.kill()
        holder.wait()

        with RunFolder.open(store).lock():
            pass
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.communicate()


def test_a_store_without_locks_tells_writers_apart_by_commits() -> None:
    """Off the local disk both may start, and the second to commit is refused."""
    store = open_store(f"memory://{uuid.uuid4().hex}")
    first = RunFolder.create_or_open(store, IDENTITY)
    second = RunFolder.open(store)
    with first.lock(), second.lock():
        first.commit([])
        with pytest.raises(StoreError, match="another writer committed"):
            second.commit([])


def test_a_file_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A run that a newer Waymark went on with is not read by halves."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), IDENTITY)
    run.commit([])
    commit = json.loads(run.store.read("commits/00000000.json"))
    entry = {
        "table": "labels",
        "key": "tables/labels/0.parquet",
        "sha256": "0",
        "rows": 1,
        "bytes": 1,
        "schema_version": 99,
    }
    run.store.put_atomic("commits/00000000.json", json.dumps({**commit, "added": [entry]}).encode())

    with pytest.raises(StoreError, match=r"schema version 99.*upgrade Waymark"):
        RunFolder.open(run.store).state()
