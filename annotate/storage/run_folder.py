"""RunFolder: one run in a store: its identity, its commits and its one writer.

`run.json` is written once, before anything else. The state is read from the commits each time.
One writer per run: on a local folder `lock` is held by the kernel for as long as the process lives;
on other stores two writers find out at their first commit, of which only one succeeds.
A crash loses what was not committed, and nothing else.
"""

import contextlib
import importlib.metadata
import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from annotate.storage.commits import (
    Commit,
    FileEntry,
    RunState,
    commit_key,
    encode_commit,
    fold,
    read_commits,
)
from annotate.storage.folder_lock import folder_lock
from annotate.storage.local_store import LocalStore
from annotate.storage.stores import RunStore, open_store
from schemas import SCHEMA_VERSION, IdentityError, Json, StoreError

RUN_FILE = "run.json"
"""Key of the file that makes a folder a run."""

FORMAT = "waymark-run"
"""Marker in `run.json`."""

FORMAT_VERSION = 1
"""Version of the layout: `run.json`, commits and content-named tables."""

_MOST_DIFFERENCES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """What `run.json` holds."""

    format: str
    """Always `FORMAT`."""
    format_version: int
    """Version of the layout."""
    schema_version: int
    """Version of the schemas when the run was made; each file has its own in its commit."""
    identity: Mapping[str, object]
    """What must match to resume: methods, policies, sampling, segmentation, checkers."""
    created_by: str
    """Waymark's version when the run was made."""


@dataclass(frozen=False, slots=True, kw_only=True)
class RunFolder:
    """A run. Not frozen: it knows the commit it read last, and appends right after it or fails."""

    store: RunStore
    """Where its files are."""
    identity: Mapping[str, object]
    """As in `run.json`."""
    history: tuple[Commit, ...] | None = None
    """Commits that this object has read or written, which never change; null before the first."""

    @staticmethod
    def is_new(store: RunStore) -> bool:
        """Return whether the store holds no run yet."""
        return store.size(RUN_FILE) is None

    @classmethod
    def is_at(cls, place: str) -> bool:
        """Return whether a run is at a path or URL."""
        try:
            return not cls.is_new(open_store(place))
        except StoreError:  # a file: it has no inside
            return False

    @classmethod
    def create_or_open(cls, store: RunStore, identity: Mapping[str, Json]) -> "RunFolder":
        """Return the run in `store`, made new where there is nothing yet.

        Args:
            store: Where to.
            identity: What must match to resume, as JSON.

        Raises:
            IdentityError: If the run there has another identity; the line says in what it differs.
            StoreError: If something else is there, or the run is newer than this Waymark.
        """
        if cls.is_new(store):
            _refuse_strangers(store)
            made = RunFile(
                format=FORMAT,
                format_version=FORMAT_VERSION,
                schema_version=SCHEMA_VERSION,
                identity=dict(identity),
                created_by=f"waymark {_version()}",
            )
            text = msgspec.json.encode(made, order="deterministic")
            store.put_if_absent(RUN_FILE, msgspec.json.format(text, indent=1) + b"\n")
        run = cls.open(store)
        asked = msgspec.json.decode(msgspec.json.encode(dict(identity)))
        differences = identity_differences(run.identity, asked)
        if differences:
            shown = "; ".join(differences[:_MOST_DIFFERENCES])
            more = len(differences) - _MOST_DIFFERENCES
            raise IdentityError(
                f"{store.location!r} holds another run: {shown}{f' and {more} more' * (more > 0)}. "
                "Use another folder, or repeat the run's own settings to resume it."
            )
        return run

    @classmethod
    def open(cls, store: RunStore) -> "RunFolder":
        """Return the run in `store`.

        Raises:
            StoreError: If there is none, or it is damaged or newer than this Waymark.
        """
        if store.size(RUN_FILE) is None:
            raise StoreError(
                f"{store.location!r} holds no run: there is no {RUN_FILE!r}. Give the folder that "
                "was named with --out."
            )
        return cls(store=store, identity=_read_run_file(store).identity)

    def commits(self) -> tuple[Commit, ...]:
        """Return the run's history in order.

        Raises:
            StoreError: If a commit is missing or damaged.
        """
        self.history = read_commits(self.store, after=self.history or ())
        return self.history

    def state(self) -> RunState:
        """Return what the run holds now.

        Raises:
            StoreError: If a commit is missing or damaged, or written by a newer Waymark.
        """
        state = fold(self.commits())
        newest = max((entry.schema_version for entry in state.entries), default=0)
        if newest > SCHEMA_VERSION:
            raise StoreError(_newer(self.store, f"schema version {newest}", SCHEMA_VERSION))
        return state

    def commit(
        self,
        added: Iterable[FileEntry],
        removed: Iterable[str] = (),
        note: Mapping[str, Json] | None = None,
    ) -> Commit:
        """Append to the run's history, right after the commit that this object read or wrote last.

        Args:
            added: Files already in the store, as `write_rows` returned them.
            removed: Keys of files that the run loses.
            note: What was done, as JSON.

        Returns:
            The commit, durable.

        Raises:
            StoreError: If another writer committed in between, or the store refuses.
        """
        history = self.commits() if self.history is None else self.history
        commit = Commit(
            seq=len(history),
            added=tuple(added),
            removed=tuple(removed),
            note=dict(note or {}),
            waymark=_version(),
            writer=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}",
        )
        content = encode_commit(commit)
        key = commit_key(commit.seq)
        won = self.store.put_if_absent(key, content)
        # A store that repeats a request whose reply was lost is refused by its own first attempt.
        if not won and self.store.read(key) != content:
            raise StoreError(
                f"another writer committed to {self.store.location!r} in the meantime "
                f"({key!r} is taken): let one command at a time write to a run, then "
                "repeat this one."
            )
        self.history = (*history, commit)
        return commit

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Be the run's one writer until the block ends or this process dies.

        On a store that is no local folder two writers may both start; since each appends right
        after the commits that were there when it did, only one of them succeeds in it.

        Raises:
            StoreError: If another process (or thread) is writing; the line names it. Or if the
                history is damaged.
        """
        is_local = isinstance(self.store, LocalStore)
        with folder_lock(self.store.location) if is_local else contextlib.nullcontext():
            # Whoever wrote before may have committed since this object last looked.
            self.commits()
            yield


def identity_differences(
    stored: Mapping[str, object], asked: Mapping[str, object], *, path: str = ""
) -> list[str]:
    """Return one phrase per field that differs: `method: 'formal' in the run, 'x' asked for`."""
    phrases = []
    for name in sorted(set(stored) | set(asked)):
        here = f"{path}{name}"
        old, new = stored.get(name, _ABSENT), asked.get(name, _ABSENT)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            phrases += identity_differences(old, new, path=f"{here}.")
        elif old != new:
            phrases.append(f"{here}: {_shown(old)} in the run, {_shown(new)} asked for")
    return phrases


_ABSENT = object()


def _shown(value: object) -> str:
    return "nothing" if value is _ABSENT else repr(value)


def _read_run_file(store: RunStore) -> RunFile:
    content = store.read(RUN_FILE)
    try:
        held = msgspec.json.decode(content, type=RunFile)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"{RUN_FILE!r} in {store.location!r} is damaged or no run ({error}): restore it from a "
            "backup, or start again in an empty folder."
        ) from error
    if held.format != FORMAT:
        raise StoreError(
            f"{RUN_FILE!r} in {store.location!r} has the format {held.format!r}, expected "
            f"{FORMAT!r}: the folder belongs to another tool. Choose another one."
        )
    if held.format_version > FORMAT_VERSION:
        raise StoreError(_newer(store, f"format version {held.format_version}", FORMAT_VERSION))
    if held.schema_version > SCHEMA_VERSION:
        raise StoreError(_newer(store, f"schema version {held.schema_version}", SCHEMA_VERSION))
    return held


def _newer(store: RunStore, found: str, known: int) -> str:
    return (
        f"{store.location!r} was written under {found}, newer than {known} of this Waymark "
        f"({_version()}): upgrade Waymark to use this run."
    )


def _refuse_strangers(store: RunStore) -> None:
    strangers = store.list()
    if strangers:
        raise StoreError(
            f"{store.location!r} is not empty and holds no run ({strangers[0]!r} is there, and no "
            f"{RUN_FILE!r}): choose an empty or new folder."
        )


def _version() -> str:
    try:
        return importlib.metadata.version("waymark")
    except importlib.metadata.PackageNotFoundError:
        return "of a source tree"
