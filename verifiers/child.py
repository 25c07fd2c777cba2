"""What a child process of `verifiers.sandbox` does: makes itself killable, runs batches, replies.

Imported in children, and in the parent for its names. Functions and items arrive pickled one by
one,
so that one that cannot be read fails alone.
"""

import contextlib
import fcntl
import importlib
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from pebble import CONSTS

Reply = tuple[bool, bytes, float]
"""Of one item: whether the function returned, the pickled value or exception, its seconds."""


LOCK_TIMEOUT_S = 8.0
"""How long anyone waits for the lock of the pipe that children share. A child that is killed while
it holds the lock takes it along: the pool is then broken, and made anew."""


def prepare_child(preload: tuple[str, ...], memory_bytes: int | None) -> None:
    """Make this child killable, bounded and ready. Runs before the clock of its first batch."""
    # A Python handler never runs inside a long C call: the default action kills at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with_parent()
    CONSTS.channel_lock_timeout = LOCK_TIMEOUT_S
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes is not None:
        # Not RLIMIT_AS: libraries reserve far more address space than they use.
        with contextlib.suppress(ValueError, OSError):  # a lower limit is in force already
            resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    for name in preload:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        # The kernel sends SIGIO, whose default action ends us, when the parent's end of the pipe
        # closes: also in the middle of a C call that holds the interpreter. PR_SET_PDEATHSIG would
        # not do: our parent to the kernel is the fork server, which lives as long as its children.
        fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
        fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    threading.Thread(target=_exit_after, args=(parent,), daemon=True).start()


def _exit_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def run_batch(function: bytes, items: list[bytes], soft_s: float) -> list[Reply]:
    """Run items in order, in a child, and stop after `soft_s` seconds: the rest travels again."""
    started = time.perf_counter()
    call = pickle.loads(function)  # noqa: S301  # written by our own parent
    replies = []
    for item in items:
        replies.append(_run(call, item))
        if time.perf_counter() - started > soft_s:
            break
    return replies


def _run(call: Callable[[object], object], item: bytes) -> Reply:
    started = time.perf_counter()
    try:
        payload = pickle.dumps(call(pickle.loads(item)))  # noqa: S301  # written by our own parent
        succeeded = True
    except MemoryError:  # the cap: the parent counts it as a crash
        raise
    except BaseException as error:  # noqa: BLE001  # carried to the caller, SystemExit too
        payload = _pickle_error(error)
        succeeded = False
    return succeeded, payload, time.perf_counter() - started


def _pickle_error(error: BaseException) -> bytes:
    """Return the exception with the child's traceback as a note, or what can be told of it."""
    error.add_note("".join(traceback.format_exception(error)))
    if isinstance(error, Exception):
        with contextlib.suppress(Exception):  # told as text below
            payload = pickle.dumps(error)
            pickle.loads(payload)  # noqa: S301  # written in the line above
            return payload
    return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
