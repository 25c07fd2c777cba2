"""Executor `inline`: this process and its check pool. The reference for all others."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass

from annotate.executors.base import ResultT, ShardT, ShardWorker


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """Run shards on this process's event loop; checks go to child processes.

    Two shards are under way, so that the children have work while one shard is written.
    """

    workers: int = 0
    """Child processes for checks; 0 means one for each core that this process may use."""
    in_flight: int = 2
    """Shards under way at a time, >= 1."""

    async def run(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]], shards: Iterable[ShardT]
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes."""
        worker = make_worker(self.workers or available_cores())
        running: set[asyncio.Task[ResultT]] = set()
        try:
            for shard in shards:
                running.add(asyncio.create_task(worker.process(shard)))
                if len(running) >= self.in_flight:
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        yield task.result()
            while running:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            worker.close()


def available_cores() -> int:
    """Return how many cores this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
