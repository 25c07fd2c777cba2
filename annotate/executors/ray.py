"""Executor `ray`: actors of a Ray cluster, one for each CPU, each with a check pool of its own.

A lost actor loses nothing: the driver gives its shards to the others and starts another. Actors
write content-named files, and only the driver commits. Ray is imported when a run starts: it takes
more than a second.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic

from annotate.executors.base import ResultT, ShardT, ShardWorker
from annotate.executors.cluster import connected, held, last_line
from annotate.executors.inline import available_cores
from annotate.executors.window import through
from schemas import ConfigError, ExecutorError

_FAREWELL_S = 5.0  # for all actors together to close their workers, before they are killed
_SHOWN = 120  # characters of a shard in a message: its first ids


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRay:
    """Run shards on actors of a Ray cluster.

    Where this process is connected to Ray already, that cluster is used and stays connected.
    """

    address: str | None = None
    """Address of a cluster (`host:port`, or `auto` for one on this machine); None starts one."""
    workers: int = 0
    """Actors; 0 means one for each CPU of the cluster. A cluster started here has this many."""
    in_flight: int = 2
    """Shards under way at a time on each actor, >= 1."""
    restarts: int = 3
    """How often a shard is tried again whose actor was lost, >= 0."""
    patience_s: float = 300.0
    """How long to wait for a first actor where the cluster is busy, in seconds."""

    @contextlib.asynccontextmanager
    async def open(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]]
    ) -> AsyncIterator["_Actors[ShardT, ResultT]"]:
        """Hold actors, connected to the cluster.

        Raises:
            ConfigError: If Ray is not installed, no cluster answers at the address, or it has fewer
                CPUs than there are to be actors.
        """
        with connected(self.address, self.workers or available_cores()) as ray:
            actors = _Actors[ShardT, ResultT](ray, make_worker, self)
            try:
                yield actors
            finally:
                await actors.dismiss()

    def run(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]], shards: Iterable[ShardT]
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes."""
        return through(self.open(make_worker), shards)

    def hold(self) -> AbstractContextManager[None]:
        """Keep the connection, and a cluster that was started for it, until the block ends."""
        return held()


class _LostError(Exception):
    """An actor ended, or cannot be reached, before it answered."""


class _Actors(Generic[ShardT, ResultT]):
    """The actors of a run as a crew. Not frozen: it keeps account of what each is doing."""

    def __init__(
        self,
        ray: Any,  # noqa: ANN401  # the module `ray`, which ships no types
        make_worker: Callable[[int], ShardWorker[ShardT, ResultT]],
        plan: OnRay,
    ) -> None:
        cpus = int(ray.cluster_resources().get("CPU", 0))
        if plan.workers > cpus:
            raise ConfigError(
                f"--workers {plan.workers}: the Ray cluster has {cpus} CPUs, and each worker takes "
                f"one. Ask for at most {cpus}, or leave --workers out to use them all."
            )
        self._ray = ray
        self._make_worker = make_worker
        self._plan = plan
        # Retries are the driver's: an actor that Ray restarts may wait for ever for a lost node.
        self._actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Actor)
        self._starting: dict[asyncio.Task[None], Any] = {}
        self._load: dict[Any, int] = {}  # actors that have answered -> shards under way there
        self._news = asyncio.Event()  # set, and replaced, when an actor came, went or has room
        self._failure: Exception | None = None  # why no actor is to be had any more
        self._false_starts = 0
        n_actors = plan.workers or max(1, cpus)
        self.room = n_actors * plan.in_flight
        for _ in range(n_actors):
            self._hire()

    async def process(self, shard: ShardT) -> ResultT:
        """Do one shard on the actor that has least to do, on another where that one is lost.

        Raises:
            ExecutorError: If the shard loses its actor at each try, or no actor starts.
            Exception: Whatever the worker raises, as it was raised in the actor.
        """
        lost = 0
        while True:
            handle = await self._seat()
            try:
                result: ResultT = await self._answer(handle.process.remote(shard))
            except _LostError as error:
                self._bury(handle)
                lost += 1
                if lost > self._plan.restarts:
                    raise ExecutorError(
                        f"{lost} workers on the Ray cluster were lost at shard "
                        f"{str(shard)[:_SHOWN]} ({error}). Perhaps memory was short: try a smaller "
                        "--shard-size, or --executor inline. The same command goes on from here."
                    ) from error
            else:
                return result
            finally:
                if handle in self._load:
                    self._load[handle] -= 1
                self._tell()

    async def dismiss(self) -> None:
        """Let actors close their workers, then end them."""
        handles = [*self._load, *self._starting.values()]
        # Their errors are not told: the run is over, and what is left of an actor is killed.
        await _cancelled(*self._starting)
        closing = [
            asyncio.ensure_future(self._answer(handle.aclose.remote())) for handle in self._load
        ]
        if closing:
            await asyncio.wait(closing, timeout=_FAREWELL_S)
        await _cancelled(*closing)
        for handle in handles:
            self._ray.kill(handle)

    async def _seat(self) -> Any:  # noqa: ANN401  # Ray's handles have no type
        """Return the actor that has least to do, with room taken there, as soon as there is one."""
        while True:
            if self._failure is not None:
                raise self._failure
            handle = min(self._load, key=self._load.__getitem__, default=None)
            if handle is not None and self._load[handle] < self._plan.in_flight:
                self._load[handle] += 1
                return handle
            await self._wait()

    async def _wait(self) -> None:
        """Wait until an actor came, went or has room; only for so long where there is none."""
        news = self._news
        try:
            await asyncio.wait_for(news.wait(), None if self._load else self._plan.patience_s)
        except TimeoutError:
            raise ExecutorError(
                f"no worker could start on the Ray cluster within {self._plan.patience_s:g} s: its "
                "CPUs are in use by others, or it has none. The same command goes on from here."
            ) from None

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _hire(self) -> None:
        handle = self._actor.remote(self._make_worker)
        task = asyncio.create_task(self._welcome(handle))
        self._starting[task] = handle
        task.add_done_callback(self._starting.pop)

    async def _welcome(self, handle: Any) -> None:  # noqa: ANN401  # Ray's handles have no type
        """Count an actor in when it answers; start another where it ends before."""
        try:
            await self._answer(handle.ready.remote())
        except _LostError as error:
            self._false_starts += 1
            if self._false_starts <= self._plan.restarts:
                self._hire()
            else:
                self._failure = ExecutorError(
                    f"workers on the Ray cluster end before they are ready ({error}): Waymark "
                    "must be installed on every node, in the same version as here."
                )
                self._failure.__cause__ = error
        except Exception as error:  # noqa: BLE001  # the worker's own: told to whoever waits for it
            self._ray.kill(handle)
            self._failure = error
        else:
            self._false_starts = 0
            self._load[handle] = 0
        self._tell()

    def _bury(self, handle: Any) -> None:  # noqa: ANN401  # Ray's handles have no type
        """Put another in the place of an actor that was lost; it may be buried once."""
        if self._load.pop(handle, None) is not None:
            self._ray.kill(handle)
            self._hire()

    async def _answer(self, reference: Any) -> Any:  # noqa: ANN401  # Ray's references have no type
        """Return what an actor answers, or raise what was raised there.

        Raises:
            _LostError: If there is no actor to answer any more.
        """
        told = self._ray.exceptions
        try:
            return await reference
        except told.RayTaskError as error:
            error.cause.add_note(str(error))  # the traceback there
            raise error.cause from None
        except (
            told.RayActorError,
            told.NodeDiedError,
            told.ObjectLostError,
            told.OutOfMemoryError,
            told.WorkerCrashedError,
        ) as error:
            raise _LostError(last_line(error)) from error


async def _cancelled(*futures: asyncio.Future[Any]) -> None:
    """End what is under way, and wait for that."""
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


class _Actor:
    """A worker in a Ray process. Not frozen: it makes its worker when first asked for it.

    Made in `__init__`, the worker's error would be the actor's death, and its class be lost.
    """

    def __init__(self, make_worker: Callable[[int], ShardWorker[object, object]]) -> None:
        self._make_worker = make_worker
        self._worker: ShardWorker[object, object] | None = None

    async def ready(self) -> None:
        """Make the worker."""
        self._made()

    async def process(self, shard: object) -> object:
        """Do one shard; several may be under way."""
        return await self._made().process(shard)

    async def aclose(self) -> None:
        """Give back what the worker holds."""
        if self._worker is not None:
            await self._worker.aclose()

    def _made(self) -> ShardWorker[object, object]:
        if self._worker is None:
            self._worker = self._make_worker(1)
        return self._worker
