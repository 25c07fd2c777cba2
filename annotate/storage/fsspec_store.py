"""FsspecStore: a run's files in an object store, or in any file system that fsspec reaches.

Object stores put whole objects, so a file appears whole or not at all. (On SFTP and the like a kill
can leave half a file under its name: it is in no commit, or its hash there tells.)
`put_if_absent` is one atomic request where the file system offers exclusive creation (S3, Google
Cloud Storage, Azure, memory); elsewhere it looks first and puts then, which two writers at the same
instant can both win.
Credentials and endpoints come from the environment (`FSSPEC_S3_ENDPOINT_URL`), never from a run.
Safe for concurrent use; pickles (`memory://` lives in one process).
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import fsspec

from annotate.storage.keys import check_key, is_hidden
from schemas import StoreError, WaymarkError

_MEMORY_GUARD = threading.Lock()
# fsspec's memory file system looks and then puts: within its one process a lock makes that atomic.


@dataclass(frozen=True, slots=True, kw_only=True)
class FsspecStore:
    """Objects under one URL."""

    url: str
    """Such as `s3://bucket/runs/today`; without a slash at the end."""

    @property
    def location(self) -> str:
        """Where the store is, for messages."""
        return self.url

    @property
    def fs(self) -> fsspec.AbstractFileSystem:
        """The file system, one per process and thread."""
        return fsspec.core.url_to_fs(self.url)[0]

    @property
    def base(self) -> str:
        """The URL's path as the file system writes it."""
        return str(fsspec.core.url_to_fs(self.url)[1]).rstrip("/")

    def put_atomic(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, in place of what was there.

        Raises:
            StoreError: If the store refuses.
        """
        path = self._path(key)
        with self._told(key):
            self.fs.pipe_file(path, data)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Store `data` under `key` unless an object is there; return whether this call stored it.

        Raises:
            StoreError: If the store refuses.
        """
        path = self._path(key)
        guard = _MEMORY_GUARD if self.url.startswith("memory:") else contextlib.nullcontext()
        with guard, self._told(key):
            try:
                self.fs.pipe_file(path, data, mode="create")
            except FileExistsError:
                return False
            except (NotImplementedError, TypeError, ValueError):
                if self.fs.exists(path):
                    return False
                self.fs.pipe_file(path, data)
        return True

    def read(self, key: str) -> bytes:
        """Return the bytes under `key`.

        Raises:
            StoreError: If there is no such object or it cannot be read.
        """
        with self._told(key):
            return bytes(self.fs.cat_file(self._path(key)))

    def list(self, prefix: str = "") -> tuple[str, ...]:
        """Return the keys that start with `prefix`, sorted."""
        folder = prefix.rpartition("/")[0]
        start = f"{self.base}/{folder}".rstrip("/")
        with self._told(prefix):
            self.fs.invalidate_cache()
            try:
                found = self.fs.find(start)
            except FileNotFoundError:
                found = []
        keys = (str(path)[len(self.base) :].lstrip("/") for path in found)
        visible = (key for key in keys if not is_hidden(key))
        return tuple(sorted(key for key in visible if key.startswith(prefix)))

    def delete(self, key: str) -> None:
        """Remove the object under `key`; nothing happens where there is none."""
        path = self._path(key)
        with self._told(key), contextlib.suppress(FileNotFoundError):
            self.fs.rm_file(path)

    def size(self, key: str) -> int | None:
        """Return the length in bytes of the object under `key`, null where there is none."""
        with self._told(key):
            self.fs.invalidate_cache()
            try:
                return int(self.fs.info(self._path(key))["size"])
            except FileNotFoundError:
                return None

    def uri(self, key: str) -> str:
        """Return the URL under which DuckDB opens the object once the file system is registered."""
        return f"{self.url}/{check_key(key)}"

    def leftovers(self) -> tuple[str, ...]:
        """Return nothing: an object that was not put whole does not exist."""
        return ()

    def remove_leftover(self, name: str) -> None:
        """Do nothing: there are none."""

    def _path(self, key: str) -> str:
        return f"{self.base}/{check_key(key)}"

    @contextlib.contextmanager
    def _told(self, key: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise StoreError(
                f"'{self.url}/{key}' does not exist: `waymark check {self.url}` says what is "
                "missing."
            ) from error
        except WaymarkError:
            raise
        except Exception as error:
            # Drivers raise their own clients' errors as well (botocore's are no OSError).
            if not isinstance(error, OSError) and type(error).__module__ == "builtins":
                raise
            raise StoreError(
                f"'{self.url}/{key}' cannot be used: {' '.join(str(error).split())}. Check the "
                "address and your credentials. What was committed before is kept."
            ) from error
