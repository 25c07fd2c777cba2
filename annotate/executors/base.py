"""What an executor is: it runs shards, a bounded number at a time, and yields what they give.

An executor knows nothing of labels. Shards may finish in any order and, after a crash of a worker,
run twice: what they do must be idempotent.
"""

from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Protocol, TypeVar

ShardT_contra = TypeVar("ShardT_contra", contravariant=True)
ResultT_co = TypeVar("ResultT_co", covariant=True)
ShardT = TypeVar("ShardT")
ResultT = TypeVar("ResultT")


class ShardWorker(Protocol[ShardT_contra, ResultT_co]):
    """Does the work of shards in one process."""

    async def process(self, shard: ShardT_contra) -> ResultT_co:
        """Do one shard; several may be under way on one event loop."""

    def close(self) -> None:
        """Give back what the worker holds: child processes, connections."""


class Executor(Protocol):
    """Runs shards. A frozen dataclass of primitives."""

    def run(
        self,
        make_worker: Callable[[int], ShardWorker[ShardT, ResultT]],
        shards: Iterable[ShardT],
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes.

        Args:
            make_worker: Makes a worker in the process where it is to run, given how many child
                processes it may use for checks; pickles.
            shards: Read as there is room, so that they need not all be in memory.
        """
