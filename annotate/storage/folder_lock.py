"""The lock of a run folder: one writer at a time on one machine, freed by the kernel.

`flock` belongs to the open file, so it excludes other threads as well as other processes, and ends
with the process however that dies. Forked children would keep it open: they close it first.
"""

import contextlib
import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from schemas import StoreError

LOCK_FILE = ".lock"
"""Name of the file, beside `run.json`; it stays, and means nothing when nobody holds it."""

_MOST_BYTES = 1000
_HELD: set[int] = set()


def _close_in_child() -> None:
    for descriptor in _HELD:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _HELD.clear()


# A worker that outlives its killed parent must not keep the run locked.
os.register_at_fork(after_in_child=_close_in_child)


@contextlib.contextmanager
def folder_lock(folder: str) -> Iterator[None]:
    """Hold the lock of `folder` for the length of the block.

    Raises:
        StoreError: If it is held (the line names the holder) or the folder may not be written.
    """
    path = Path(folder, LOCK_FILE)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise StoreError(
            f"{str(path)!r} cannot be locked ({error.strerror}): give yourself write access to the "
            "folder, or choose another one."
        ) from error
    _HELD.add(descriptor)
    try:
        _acquire(descriptor, folder)
        yield
    finally:
        # Not in _HELD means that this is a forked child, which has closed its copy already.
        if descriptor in _HELD:
            _HELD.discard(descriptor)
            os.close(descriptor)


def _acquire(descriptor: int, folder: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, _MOST_BYTES, 0).decode(errors="replace").strip()
        raise StoreError(
            f"{folder!r} is being written by {holder or 'another process'}: wait until it ends, or "
            "stop it; its work is kept."
        ) from error
    command = " ".join(sys.argv) or "python"
    holder = f"process {os.getpid()} on {socket.gethostname()} ({command})"
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder.encode(errors="backslashreplace")[:_MOST_BYTES], 0)
