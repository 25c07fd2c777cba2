"""Window: shards through a crew, as many at a time as it has room for.

The one loop behind `run` of every executor. Leaving it early cancels what is under way.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import islice

from annotate.executors.base import Crew, ResultT, ShardT


async def through(
    opening: AbstractAsyncContextManager[Crew[ShardT, ResultT]], shards: Iterable[ShardT]
) -> AsyncGenerator[ResultT, None]:
    """Yield the result of each shard as it comes.

    Args:
        opening: Holds the crew while shards are done.
        shards: Read as there is room.

    Raises:
        Exception: What doing a shard raised; the others are cancelled.
    """
    left = iter(shards)
    under_way: set[asyncio.Task[ResultT]] = set()
    done: set[asyncio.Task[ResultT]] = set()
    async with opening as crew:
        try:
            while under_way := under_way | _fresh(crew, left, crew.room - len(under_way)):
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in under_way:
                task.cancel()
            # Those that are done beside one that failed are asked too: unread errors are told late.
            await asyncio.gather(*under_way, *done, return_exceptions=True)


def _fresh(
    crew: Crew[ShardT, ResultT], left: Iterator[ShardT], most: int
) -> set[asyncio.Task[ResultT]]:
    """Return tasks that do the next shards, at most so many."""
    return {asyncio.create_task(_done(crew, shard)) for shard in islice(left, max(0, most))}


async def _done(crew: Crew[ShardT, ResultT], shard: ShardT) -> ResultT:
    return await crew.process(shard)
