"""RunStore: where the files of a run live. A flat map from keys to whole files.

Implementations are frozen dataclasses of primitives that pickle to workers. None of them shows a
reader half a file, and none loses a file whose `put_atomic` or `put_if_absent` has returned.
"""

from pathlib import Path
from typing import Protocol, runtime_checkable

import fsspec

from annotate.storage.fsspec_store import FsspecStore
from annotate.storage.local_store import LocalStore
from schemas import StoreError


@runtime_checkable
class RunStore(Protocol):
    """The files of one run by key (see `annotate.storage.keys`). Every method raises StoreError."""

    @property
    def location(self) -> str:
        """Where the store is, for messages and for `open_store`."""

    def put_atomic(self, key: str, data: bytes) -> None:
        """Store bytes in place of what was there."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store bytes unless the key is taken; return whether this call stored them."""

    def read(self, key: str) -> bytes:
        """Return the bytes under a key."""

    def list(self, prefix: str = "") -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""

    def delete(self, key: str) -> None:
        """Remove a file, if it is there."""

    def size(self, key: str) -> int | None:
        """Return a file's length in bytes, null where there is none."""

    def uri(self, key: str) -> str:
        """Return what DuckDB opens the file by."""

    def leftovers(self) -> tuple[str, ...]:
        """Return the names of half-written files that killed writers left, unseen by readers."""

    def remove_leftover(self, name: str) -> None:
        """Remove a file that `leftovers` named."""


def open_store(where: str) -> RunStore:
    """Return the store at a path or URL; nothing is made or read yet.

    Args:
        where: A local path, `file://` or any other URL that fsspec knows (`s3://`, `memory://`).

    Raises:
        StoreError: If no file system for the URL is installed.
    """
    scheme, mark, rest = where.partition("://")
    if not mark or scheme in {"file", "local"}:
        path = Path(rest if mark else where).expanduser()
        return LocalStore(root=str(path.absolute()))
    store = FsspecStore(url=where.rstrip("/"))
    try:
        store.fs  # noqa: B018  # asks for the driver now, so that a missing one is told at once
    except (ValueError, ImportError) as error:
        known = ", ".join(sorted(fsspec.available_protocols())[:8])
        raise StoreError(
            f"{where!r} cannot be opened: {error}. Expected a local path or the URL of a file "
            f"system whose driver is installed ({known}, ...)."
        ) from error
    return store
