"""Commits: the append-only history that says which files a run consists of.

Commit n is the file `commits/<n, eight digits>.json`. Writing it with `put_if_absent` makes the
sequence a compare-and-swap: two writers can never both win one number, so no writer can overlook
what another committed. (A random part in the name, `<seq>-<id>.json`, would let both succeed; the
random part is therefore inside, where it tells a lost reply from a lost race.)
The state of a run is the fold of its commits; to readers, a file that none names does not exist.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from annotate.storage.stores import RunStore
from schemas import TABLES, StoreError

COMMITS = "commits/"
"""Prefix of the keys of commits."""

_NAME = re.compile(r"commits/(\d{8})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One Parquet file of one table, as committed."""

    table: str
    """Name of the table."""
    key: str
    """Where it is in the store."""
    sha256: str
    """Hash of its bytes, hexadecimal."""
    rows: int
    """Rows it holds."""
    bytes: int
    """Its length."""
    schema_version: int
    """Version of the schemas under which it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One step of a run's history."""

    seq: int
    """Number of the commit, 0-based, without gaps."""
    added: tuple[FileEntry, ...]
    """Files that the run gains."""
    removed: tuple[str, ...]
    """Keys of files that the run loses, applied before `added`."""
    note: Mapping[str, object]
    """What was done, as JSON, such as `{"activity": "label", "inputs": {...}}`."""
    waymark: str
    """Version of Waymark that wrote it."""
    writer: str
    """Host, process and a random part: names this very attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """What a run holds after its commits."""

    n_commits: int
    """Commits folded: the number of the next one."""
    files: Mapping[str, tuple[FileEntry, ...]]
    """Files by table, in order of key; every table is present."""
    notes: tuple[Mapping[str, object], ...]
    """[n_commits] notes in order."""

    @property
    def entries(self) -> tuple[FileEntry, ...]:
        """All files, table by table."""
        return tuple(entry for files in self.files.values() for entry in files)


def commit_key(seq: int) -> str:
    """Return the key of commit `seq`."""
    return f"{COMMITS}{seq:08d}.json"


def encode_commit(commit: Commit) -> bytes:
    """Return the bytes of the commit's file."""
    text = msgspec.json.encode(commit, order="deterministic")
    return msgspec.json.format(text, indent=1) + b"\n"


def read_commits(store: RunStore, *, after: tuple[Commit, ...] = ()) -> tuple[Commit, ...]:
    """Return the run's commits in order.

    Args:
        store: Where they are.
        after: The first ones, where they were read before: they are not read again.

    Raises:
        StoreError: If one is missing or damaged; the line names it.
    """
    keys = [key for key in store.list(COMMITS) if _NAME.fullmatch(key)]
    for seq, key in enumerate(keys):
        if key != commit_key(seq):
            raise StoreError(
                f"{commit_key(seq)!r} is missing from {store.location!r} though later commits are "
                "there: restore it from a backup, or start again in an empty folder."
            )
    if len(keys) < len(after):
        raise StoreError(
            f"{commit_key(len(keys))!r} is gone from {store.location!r}, where it was a moment "
            "ago: restore it from a backup, and find out what removes files there."
        )
    rest = (_read(store, seq, keys[seq]) for seq in range(len(after), len(keys)))
    return (*after, *rest)


def fold(commits: Iterable[Commit]) -> RunState:
    """Return what a run holds after its commits, given in order.

    A file that is added twice counts once: its name is its content.

    Raises:
        StoreError: If a commit removes a file that is not there, or names an unknown table.
    """
    held: dict[str, FileEntry] = {}
    notes = []
    for commit in commits:
        for key in commit.removed:
            if held.pop(key, None) is None:
                raise StoreError(
                    f"{commit_key(commit.seq)!r} removes {key!r}, which the run does not hold: the "
                    "history was edited. Restore the commits from a backup."
                )
        for entry in commit.added:
            if entry.table not in TABLES:
                raise StoreError(
                    f"{commit_key(commit.seq)!r} adds to the table {entry.table!r}, which this "
                    "Waymark does not know: upgrade Waymark to read this run."
                )
            held[entry.key] = entry
        notes.append(commit.note)
    files: dict[str, list[FileEntry]] = {name: [] for name in TABLES}
    for key in sorted(held):
        files[held[key].table].append(held[key])
    return RunState(
        n_commits=len(notes),
        files={name: tuple(entries) for name, entries in files.items()},
        notes=tuple(notes),
    )


def _read(store: RunStore, seq: int, key: str) -> Commit:
    try:
        commit = msgspec.json.decode(store.read(key), type=Commit)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"{key!r} in {store.location!r} is damaged ({error}): restore it from a backup, or "
            "start again in an empty folder."
        ) from error
    if commit.seq != seq:
        raise StoreError(
            f"{key!r} in {store.location!r} says that it is commit {commit.seq!r}: it was copied "
            "or renamed. Restore the commits from a backup."
        )
    return commit
