"""Stopping: SIGTERM and Ctrl-C end a flow run in order, and quietly. For the main thread's loop.

Prefect's handler of SIGTERM raises in whatever is at work, be it a callback of the loop.
"""

import asyncio
import functools
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from prefect.exceptions import TerminationSignal

_AGAIN_S = 0.1


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Have SIGTERM cancel the task that runs the block, once: what that ends needs its time.

    Prefect then takes the flow run for Crashed, and puts back the handler that it found. Ctrl-C
    does what it did. After either, what Prefect has to say of each shard goes to its log alone. In
    another thread than the main one this does nothing.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def terminate(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        _hush()
        # Wakes the loop, too: Python runs this handler, not the loop.
        loop.call_soon_threadsafe(task.cancel)

    def interrupt(signum: int, frame: FrameType | None) -> None:
        _hush()
        if callable(on_interrupt):
            on_interrupt(signum, frame)

    on_interrupt = signal.getsignal(signal.SIGINT)
    on_terminate = signal.signal(signal.SIGTERM, terminate)
    if callable(on_interrupt):
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is terminate:
            signal.signal(signal.SIGTERM, on_terminate)
        if callable(on_interrupt):
            signal.signal(signal.SIGINT, on_interrupt)


def hush_endings() -> None:
    """Leave out what Prefect tells on stderr of an end that is as it should be.

    A SIGTERM before or after such a block raises through the event loop, which reports that, and
    Prefect then does what is right; at exit, its workers count what they have still to send. Where
    it raises in a callback that can raise nothing, it is sent again a moment later.
    """
    sys.unraisablehook = functools.partial(_send_again, sys.unraisablehook)
    logging.getLogger("asyncio").addFilter(_is_no_termination)
    logging.getLogger("prefect.engine").addFilter(_is_no_ending)
    for worker in ("EventsWorker", "APILogWorker"):
        logging.getLogger(worker).setLevel(logging.ERROR)


def _send_again(
    otherwise: Callable[["sys.UnraisableHookArgs"], object], unraisable: "sys.UnraisableHookArgs"
) -> None:
    """Send a signal again that was lost in a finaliser; tell anything else as before."""
    lost = unraisable.exc_value
    if isinstance(lost, TerminationSignal):
        threading.Timer(_AGAIN_S, os.kill, (os.getpid(), lost.signal)).start()
    else:
        otherwise(unraisable)


def _hush() -> None:
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).propagate = False


def _is_no_termination(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], TerminationSignal))


def _is_no_ending(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Finished in state")
