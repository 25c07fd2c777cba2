"""Running: a job on an event loop, ended in order by Ctrl-C and by SIGTERM."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_job(job: Coroutine[Any, Any, T]) -> T:
    """Return what a job returns.

    Raises:
        KeyboardInterrupt: If it was interrupted. What it had under way is ended and kept by then.
    """
    before = signal.getsignal(signal.SIGTERM)
    try:
        return asyncio.run(_interruptible(job))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGTERM, before)  # the loop leaves the default, which tells nothing


async def _interruptible(job: Coroutine[Any, Any, T]) -> T:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGTERM)  # once: what it ends needs its time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if task is not None:
            task.cancel()

    # Not an exception: it would arise in whatever task is at work, and be told as that one's.
    loop.add_signal_handler(signal.SIGTERM, stop)
    return await job
