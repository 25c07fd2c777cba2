"""LocalStore: a run's files in a folder of this machine (or of a mounted file system).

A file is either absent or whole, whatever is killed when: it is written under a dotted name beside
its target, forced to disk, and then renamed or linked. A kill leaves at most a dotted file, which
no reader sees and `waymark check` finds. Safe for use by threads and processes at once; pickles.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotate.storage.keys import HIDDEN, check_key, is_hidden
from schemas import StoreError

TEMPORARY_SUFFIX = ".part"
"""Ends the name of a file that is not yet whole."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStore:
    """Files under one folder, which need not exist yet."""

    root: str
    """Absolute path of the folder."""

    @property
    def location(self) -> str:
        """Where the store is, for messages."""
        return self.root

    def put_atomic(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, in place of what was there; durable on return.

        Raises:
            StoreError: If the disk is full or the folder may not be written.
        """
        target = self._path(key)
        with self._told(key, needed=len(data)):
            _make_folder(target.parent)
            _write_hidden(target, data).replace(target)
            _sync_folder(target.parent)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store `data` under `key` unless a file is there; of several writers exactly one wins.

        Returns:
            Whether this call stored it; durable on return.

        Raises:
            StoreError: If the disk is full or the folder may not be written.
        """
        target = self._path(key)
        with self._told(key, needed=len(data)):
            _make_folder(target.parent)
            whole = _write_hidden(target, data)
            try:
                won = _link(whole, target)
            finally:
                whole.unlink(missing_ok=True)
            _sync_folder(target.parent)
        return won

    def read(self, key: str) -> bytes:
        """Return the bytes under `key`.

        Raises:
            StoreError: If there is no such file or it cannot be read.
        """
        with self._told(key):
            return self._path(key).read_bytes()

    def list(self, prefix: str = "") -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""
        root = Path(self.root)
        found = []
        with self._told(prefix):
            for folder, names, files in os.walk(root, onerror=_raise_unless_absent):
                inside = Path(folder).relative_to(root).as_posix()
                base = "" if inside == "." else f"{inside}/"
                names[:] = [
                    name
                    for name in names
                    if not is_hidden(name) and _may_hold(f"{base}{name}/", prefix)
                ]
                found += [base + name for name in files if not is_hidden(name)]
        return tuple(sorted(key for key in found if key.startswith(prefix)))

    def delete(self, key: str) -> None:
        """Remove the file under `key`; nothing happens where there is none."""
        target = self._path(key)
        with self._told(key):
            target.unlink(missing_ok=True)
            if target.parent.exists():
                _sync_folder(target.parent)

    def size(self, key: str) -> int | None:
        """Return the length in bytes of the file under `key`, null where there is none."""
        with self._told(key):
            try:
                return self._path(key).stat().st_size
            except FileNotFoundError:
                return None

    def uri(self, key: str) -> str:
        """Return the path under which DuckDB and pyarrow open the file."""
        return f"{self.root}/{check_key(key)}"

    def leftovers(self) -> tuple[str, ...]:
        """Return the half-written files that killed writers left, relative to the folder, sorted.

        Those of living writers are among them: ask while holding the run's lock.
        """
        root = Path(self.root)
        pattern = f"{HIDDEN}*{TEMPORARY_SUFFIX}"
        return tuple(sorted(p.relative_to(root).as_posix() for p in root.rglob(pattern)))

    def remove_leftover(self, name: str) -> None:
        """Remove one file that `leftovers` named."""
        with self._told(name):
            (Path(self.root) / name).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return Path(self.root, *check_key(key).split("/"))

    @contextlib.contextmanager
    def _told(self, key: str, *, needed: int = 0) -> Iterator[None]:
        """Turn an `OSError` into a line that says what the user can do."""
        try:
            yield
        except OSError as error:
            where = os.path.join(self.root, key)  # noqa: PTH118  # a message: `.` must not be resolved
            raise StoreError(self._words(error, where, needed)) from error

    def _words(self, error: OSError, where: str, needed: int) -> str:
        if error.errno in _FULL:
            return (
                f"{where!r} cannot be written, {error.strerror}: {needed:,} bytes were needed and "
                f"{_free_bytes(Path(self.root)):,} are free in {self.root!r}. What was committed "
                "before is kept. Free some space (or raise the limit) and repeat the command."
            )
        if error.errno in _REFUSED:
            return (
                f"{where!r} may not be used ({error.strerror}): give yourself access to "
                f"{self.root!r}, or choose another folder. What was committed before is kept."
            )
        if isinstance(error, FileNotFoundError):
            return f"{where!r} does not exist: `waymark check {self.root}` says what is missing."
        return f"{where!r}: {error.strerror or error}. What was committed before is kept."


def _write_hidden(target: Path, data: bytes) -> Path:
    """Write `data` to a new dotted file beside `target`; it is on disk on return."""
    hidden = target.with_name(f"{HIDDEN}{target.name}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")
    descriptor = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file.fileno(), rest) :]
            os.fsync(file.fileno())
    except OSError:
        hidden.unlink(missing_ok=True)
        raise
    return hidden


def _link(whole: Path, target: Path) -> bool:
    """Give `whole` the name `target` unless that is taken."""
    try:
        os.link(whole, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _rename_locked(whole, target)
    return True


def _rename_locked(whole: Path, target: Path) -> bool:
    """Do the same on file systems without hard links (exFAT, some network mounts)."""
    guard = os.open(target.parent, os.O_RDONLY)
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if target.exists():
            return False
        whole.replace(target)
    finally:
        os.close(guard)
    return True


def _make_folder(folder: Path) -> None:
    """Make `folder` and those above it, so that a crash of the machine forgets none of them."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _may_hold(folder: str, prefix: str) -> bool:
    return folder.startswith(prefix) or prefix.startswith(folder)


def _raise_unless_absent(error: OSError) -> None:
    # A folder that is not there yet holds no keys.
    if not isinstance(error, FileNotFoundError):
        raise error


def _free_bytes(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
