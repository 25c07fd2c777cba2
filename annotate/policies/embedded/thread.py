"""ThreadPort: an engine in a thread of this process, for hosts that are processes of their own."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

from annotate.policies.embedded.port import Listener
from annotate.policies.embedded.wire import Answer, Hello, Job


class ThreadPort:
    """A thread that works on passes; they let go of the interpreter most of the time.

    Linear algebra of the whole process runs in one thread from then on.
    """

    def __init__(self, folder: Path) -> None:
        """Use the checkpoint in `folder`."""
        # NumPy is loaded with the first engine, so that naming the policy costs no time.
        from annotate.policies.embedded.serve import Inbox  # noqa: PLC0415

        self._folder = folder
        self._inbox: Inbox = Inbox()
        self._thread: threading.Thread | None = None

    async def start(self, listener: Listener) -> Hello:
        """Start the thread.

        Raises:
            PolicyError: If the checkpoint cannot be used.
        """
        from annotate.policies.embedded.serve import Inbox, open_engine, serve  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        engine = await asyncio.to_thread(open_engine, self._folder)
        inbox = self._inbox = Inbox()

        def send(answers: list[Answer]) -> None:
            loop.call_soon_threadsafe(listener.answered, answers)

        def run() -> None:
            try:
                serve(engine, inbox, send)
            except BaseException as error:
                loop.call_soon_threadsafe(listener.lost, f"{type(error).__name__}: {error}")
                raise

        self._thread = threading.Thread(target=run, name="embedded engine", daemon=True)
        self._thread.start()
        return Hello(error="", reproducible=engine.tiling.proven)

    def send(self, jobs: Sequence[Job]) -> None:
        """Hand over jobs."""
        self._inbox.put(list(jobs))

    async def stop(self) -> None:
        """End the thread after the pass under way."""
        self._inbox.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
