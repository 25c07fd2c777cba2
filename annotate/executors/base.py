"""What an executor is: it opens a crew of workers, which does shards, a bounded number at a time.

An executor knows nothing of labels. Shards may finish in any order and, after a crash of a worker,
run twice: what they do must be idempotent.
"""

from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol, TypeVar

ShardT_contra = TypeVar("ShardT_contra", contravariant=True)
ResultT_co = TypeVar("ResultT_co", covariant=True)
ShardT = TypeVar("ShardT")
ResultT = TypeVar("ResultT")


class ShardWorker(Protocol[ShardT_contra, ResultT_co]):
    """Does the work of shards in one process."""

    async def process(self, shard: ShardT_contra) -> ResultT_co:
        """Do one shard; several may be under way on one event loop."""

    async def aclose(self) -> None:
        """Give back what the worker holds: child processes, connections."""


class Crew(Protocol[ShardT_contra, ResultT_co]):
    """Workers that are open, behind one door."""

    @property
    def room(self) -> int:
        """How many shards are worth offering at a time, >= 1; more would only wait."""

    async def process(self, shard: ShardT_contra) -> ResultT_co:
        """Do one shard: wait for room, hand it to a worker, hand it on where that one is lost.

        Raises:
            ExecutorError: If the shard loses its worker at each try, or no worker starts.
            Exception: Whatever the worker raises, as it was raised there.
        """


class Executor(Protocol):
    """Runs shards. A frozen dataclass of primitives."""

    def open(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]]
    ) -> AbstractAsyncContextManager[Crew[ShardT, ResultT]]:
        """Hold a crew of workers; on the way out all of them end, whatever they are doing.

        Args:
            make_worker: Makes a worker in the process where it is to run, given how many cores it
                may use; pickles.
        """

    def run(
        self,
        make_worker: Callable[[int], ShardWorker[ShardT, ResultT]],
        shards: Iterable[ShardT],
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes.

        Args:
            make_worker: See `open`.
            shards: Read as there is room, so that they need not all be in memory.
        """

    def hold(self) -> AbstractContextManager[None]:
        """Keep what one run starts and the next could use (a cluster) until the block ends.

        Nothing is started before a run needs it.
        """
