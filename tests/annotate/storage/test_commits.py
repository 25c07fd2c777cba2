"""Tests of commits: the fold, the compare-and-swap, and damage."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.storage import Commit, FileEntry, RunFolder, fold, open_store, read_commits
from schemas import TABLES, Json, StoreError


def _entry(number: int, table: str = "labels") -> FileEntry:
    return FileEntry(
        table=table,
        key=f"tables/{table}/{number}.parquet",
        sha256="0",
        rows=number,
        bytes=1,
        schema_version=1,
    )


def _commit(seq: int, added: Sequence[FileEntry], removed: Sequence[str] = ()) -> Commit:
    return Commit(
        seq=seq,
        added=tuple(added),
        removed=tuple(removed),
        note={"seq": seq},
        waymark="test",
        writer="test",
    )


@given(st.lists(st.sets(st.integers(0, 5)), max_size=8))
def test_fold_holds_what_was_added_and_not_removed(wanted: list[set[int]]) -> None:
    """Going from one set of files to the next by commits ends at the last set, in order of key."""
    commits = []
    held: set[int] = set()
    for seq, target in enumerate(wanted):
        added = [_entry(number) for number in sorted(target - held, reverse=True)]
        commits.append(_commit(seq, added, [_entry(number).key for number in held - target]))
        held = target
    state = fold(commits)

    assert tuple(_entry(number) for number in sorted(held)) == state.files["labels"]
    assert set(TABLES) == set(state.files)
    assert len(wanted) == state.n_commits
    assert [{"seq": seq} for seq in range(len(wanted))] == list(state.notes)


def test_a_file_added_twice_counts_once() -> None:
    """A name is a content, so a repeated write of the same rows adds nothing."""
    state = fold([_commit(0, [_entry(1)]), _commit(1, [_entry(1)])])

    assert state.entries == (_entry(1),)


def test_a_file_may_be_replaced_by_itself() -> None:
    """Removal comes before addition: a rewrite that gives equal bytes keeps the file."""
    state = fold([_commit(0, [_entry(1)]), _commit(1, [_entry(1)], [_entry(1).key])])

    assert state.entries == (_entry(1),)


def test_removing_what_is_not_there_is_refused() -> None:
    """A history that was edited is named, not guessed at."""
    with pytest.raises(StoreError, match=r"00000000\.json' removes 'nothing'.*edited"):
        fold([_commit(0, [], ["nothing"])])


def test_an_unknown_table_is_refused() -> None:
    """A table from a later version is never dropped in silence."""
    with pytest.raises(StoreError, match=r"'dreams'.*upgrade Waymark"):
        fold([_commit(0, [_entry(1, "dreams")])])


def test_one_of_two_writers_wins_a_number(tmp_path: Path) -> None:
    """Writers that commit at once never share a number, and the losers are told."""
    store = open_store(str(tmp_path))
    RunFolder.create_or_open(store, {})

    def commit(number: int) -> bool:
        run = RunFolder.open(store)
        run.state()
        barrier.wait()
        try:
            run.commit([_entry(number)])
        except StoreError as error:
            assert "another writer committed" in str(error)  # noqa: PT017  # in a worker thread
            return False
        return True

    writers = 4
    barrier = threading.Barrier(writers, timeout=60)
    with ThreadPoolExecutor(writers) as pool:
        won = list(pool.map(commit, range(writers)))

    assert sum(won) == 1
    assert [commit.added for commit in read_commits(store)] == [(_entry(won.index(True)),)]


def test_a_commit_comes_right_after_what_its_writer_saw(tmp_path: Path) -> None:
    """A writer that has read the run may not overlook what another committed since."""
    store = open_store(str(tmp_path))
    mine = RunFolder.create_or_open(store, {})
    mine.state()
    RunFolder.open(store).commit([_entry(1)])

    with pytest.raises(StoreError, match="another writer committed"):
        mine.commit([_entry(2)])

    mine.state()
    mine.commit([_entry(2)])
    assert mine.state().entries == (_entry(1), _entry(2))


def test_a_lost_reply_is_no_lost_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a store repeats a request that had succeeded, the commit counts as made, once."""
    store = open_store(str(tmp_path))
    run = RunFolder.create_or_open(store, {})
    once = type(store).put_if_absent

    def twice(self: object, key: str, data: bytes) -> bool:
        once(self, key, data)  # type: ignore[arg-type]  # a LocalStore
        return once(self, key, data)  # type: ignore[arg-type]  # the same

    monkeypatch.setattr(type(store), "put_if_absent", twice)
    run.commit([_entry(1)])
    run.commit([_entry(2)])

    assert [commit.seq for commit in read_commits(store)] == [0, 1]


def test_a_note_comes_back(tmp_path: Path) -> None:
    """Notes are JSON and keep their shape; the version and the writer are recorded."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), {})
    note: dict[str, Json] = {"activity": "label", "inputs": {"é": [1, 2.5, None, True]}}
    made = run.commit([_entry(1)], note=note)

    assert RunFolder.open(run.store).commits() == (made,)
    assert RunFolder.open(run.store).state().notes == (note,)
    assert made.waymark
    assert made.writer


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (b"", "damaged"),
        (b'{"seq": 1, "added": [', "damaged"),
        (b'{"seq": 1, "added": [{"table": 7}]}', r"damaged.*\$\.added"),
        (b"\xff\xfe", "damaged"),
    ],
)
def test_a_torn_commit_is_named(tmp_path: Path, damage: bytes, words: str) -> None:
    """The line names the commit, says what is wrong and what to do."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), {})
    for number in range(3):
        run.commit([_entry(number)])
    run.store.put_atomic("commits/00000001.json", damage)

    with pytest.raises(StoreError, match=rf"commits/00000001\.json.*{words}.*backup") as caught:
        RunFolder.open(run.store).state()
    assert "\n" not in str(caught.value)


def test_a_missing_commit_is_named(tmp_path: Path) -> None:
    """A gap in the history is an error: what follows may build on it."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), {})
    for number in range(3):
        run.commit([_entry(number)])
    run.store.delete("commits/00000001.json")

    with pytest.raises(StoreError, match=r"commits/00000001\.json' is missing"):
        RunFolder.open(run.store).state()
    with pytest.raises(StoreError, match=r"is gone|is missing"):
        run.state()


def test_a_copied_commit_is_told(tmp_path: Path) -> None:
    """A commit under another number is not taken for that one."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), {})
    run.commit([_entry(1)])
    run.store.put_atomic("commits/00000001.json", run.store.read("commits/00000000.json"))

    with pytest.raises(StoreError, match="says that it is commit 0"):
        RunFolder.open(run.store).state()
