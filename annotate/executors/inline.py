"""Executor `inline`: this process and its check pool. The reference for all others."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic

from annotate.executors.base import ResultT, ShardT, ShardWorker
from annotate.executors.window import through


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """Run shards on this process's event loop; checks go to child processes.

    Two shards are under way, so that the children have work while one shard is written.
    """

    workers: int = 0
    """Child processes for checks; 0 means one for each core that this process may use."""
    in_flight: int = 2
    """Shards under way at a time, >= 1."""

    @contextlib.asynccontextmanager
    async def open(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]]
    ) -> AsyncIterator["_Alone[ShardT, ResultT]"]:
        """Hold one worker, in this process."""
        worker = make_worker(self.workers or available_cores())
        try:
            yield _Alone(worker, room=self.in_flight)
        finally:
            await worker.aclose()

    def run(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]], shards: Iterable[ShardT]
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes."""
        return through(self.open(make_worker), shards)

    def hold(self) -> AbstractContextManager[None]:
        """Keep nothing: the worker is one run's."""
        return contextlib.nullcontext()


class _Alone(Generic[ShardT, ResultT]):
    """A crew of one. Not frozen: it counts who is under way."""

    def __init__(self, worker: ShardWorker[ShardT, ResultT], *, room: int) -> None:
        self._worker = worker
        self._free = asyncio.Semaphore(room)
        self.room = room

    async def process(self, shard: ShardT) -> ResultT:
        """Do one shard when there is room."""
        async with self._free:
            return await self._worker.process(shard)


def available_cores() -> int:
    """Return how many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
