"""Executor `ray`: actors of a Ray cluster, one for each CPU, each with a check pool of its own.

A lost actor loses nothing: the driver gives its shards to the others and starts another. Actors
write content-named files, and only the driver commits. Ray is imported when a run starts: it takes
more than a second.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import socket
import textwrap
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from annotate.executors.base import ResultT, ShardT, ShardWorker
from annotate.executors.inline import available_cores
from schemas import ConfigError, ExecutorError

_CONNECT_S = 5.0
_FAREWELL_S = 5.0  # for all actors together to close their workers, before they are killed
_SHOWN = 120  # characters of a shard in a message: its first ids
_SAID = 200  # characters of what Ray says, in a message


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

    async def run(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]], shards: Iterable[ShardT]
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes.

        Raises:
            ConfigError: If Ray is not installed, no cluster answers at the address, or it has fewer
                CPUs than there are to be actors.
            ExecutorError: If a shard loses its actor at each try, or no actor starts.
            Exception: Whatever the worker raises, as it was raised in the actor.
        """
        with _connected(self.address, self.workers or available_cores()) as ray:
            crew = _Crew[ShardT, ResultT](ray, make_worker, self)
            left = iter(shards)
            try:
                while crew.hand_out(left):
                    for result in await crew.collect():
                        yield result
            finally:
                await crew.dismiss()


class _LostError(Exception):
    """An actor ended, or cannot be reached, before it answered."""


@dataclass(frozen=False, slots=True, kw_only=True, eq=False)
class _Job(Generic[ShardT]):
    """A shard to do. Mutable: counts the actors that it lost."""

    shard: ShardT
    lost: int = 0


class _Crew(Generic[ShardT, ResultT]):
    """The actors of a run, and what each is doing. Not frozen: it keeps account of both."""

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
        self._starting: dict[asyncio.Future[None], Any] = {}
        self._load: dict[Any, int] = {}  # actors that have answered -> shards under way there
        self._under_way: dict[asyncio.Future[ResultT], tuple[Any, _Job[ShardT]]] = {}
        self._waiting: deque[_Job[ShardT]] = deque()
        self._false_starts = 0
        for _ in range(plan.workers or max(1, cpus)):
            self._hire()

    def hand_out(self, shards: Iterator[ShardT]) -> bool:
        """Give shards to actors that have room; return whether there is anything to wait for."""
        while True:
            if not self._waiting:
                self._waiting.extend(_Job(shard=shard) for shard in itertools.islice(shards, 1))
            handle = min(self._load, key=self._load.__getitem__, default=None)
            if not self._waiting or handle is None or self._load[handle] >= self._plan.in_flight:
                return bool(self._waiting or self._under_way)
            job = self._waiting.popleft()
            self._load[handle] += 1
            answer = asyncio.ensure_future(self._answer(handle.process.remote(job.shard)))
            self._under_way[answer] = (handle, job)

    async def collect(self) -> list[ResultT]:
        """Wait for the next actors to answer; return the results among what they say."""
        awaited: list[asyncio.Future[Any]] = [*self._starting, *self._under_way]
        done, _ = await asyncio.wait(
            awaited,
            timeout=None if self._load else self._plan.patience_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if not done:
            raise ExecutorError(
                f"no worker could start on the Ray cluster within {self._plan.patience_s:g} s: its "
                "CPUs are in use by others, or it has none. The same command goes on from here."
            )
        for future in self._starting.keys() & done:
            self._welcome(future)
        return [
            result for future in self._under_way.keys() & done for result in self._settle(future)
        ]

    async def dismiss(self) -> None:
        """Let actors close their workers, then end them."""
        waits: list[asyncio.Future[Any]] = [*self._starting, *self._under_way]
        closing = [
            asyncio.ensure_future(self._answer(handle.close.remote())) for handle in self._load
        ]
        if closing:
            await asyncio.wait(closing, timeout=_FAREWELL_S)
        for future in (*waits, *closing):
            future.cancel()
        # Their errors are not told: the run is over, and what is left of an actor is killed.
        await asyncio.gather(*waits, *closing, return_exceptions=True)
        for handle in (*self._load, *self._starting.values()):
            self._ray.kill(handle)

    def _hire(self) -> None:
        handle = self._actor.remote(self._make_worker)
        self._starting[asyncio.ensure_future(self._answer(handle.ready.remote()))] = handle

    def _welcome(self, future: "asyncio.Future[None]") -> None:
        handle = self._starting.pop(future)
        try:
            future.result()
        except _LostError as error:
            self._false_starts += 1
            if self._false_starts > self._plan.restarts:
                raise ExecutorError(
                    f"workers on the Ray cluster end before they are ready ({error}): Waymark "
                    "must be installed on every node, in the same version as here."
                ) from error
            self._hire()
        else:
            self._false_starts = 0
            self._load[handle] = 0

    def _settle(self, future: "asyncio.Future[ResultT]") -> list[ResultT]:
        """Return the result in a list; an empty one where the shard has to be done again."""
        handle, job = self._under_way.pop(future)
        try:
            result = future.result()
        except _LostError as error:
            if self._load.pop(handle, None) is not None:
                self._ray.kill(handle)
                self._hire()
            job.lost += 1
            if job.lost > self._plan.restarts:
                raise ExecutorError(
                    f"{job.lost} workers on the Ray cluster were lost at shard "
                    f"{str(job.shard)[:_SHOWN]} ({error}). Perhaps memory was short: try a smaller "
                    "--shard-size, or --executor inline. The same command goes on from here."
                ) from error
            self._waiting.append(job)
            return []
        if handle in self._load:
            self._load[handle] -= 1
        return [result]

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
            raise _LostError(_last_line(error)) from error


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

    async def close(self) -> None:
        """Give back what the worker holds."""
        if self._worker is not None:
            self._worker.close()

    def _made(self) -> ShardWorker[object, object]:
        if self._worker is None:
            self._worker = self._make_worker(1)
        return self._worker


@contextlib.contextmanager
def _connected(address: str | None, cpus: int) -> Iterator[Any]:
    """Hold a connection to Ray, for the time of a run.

    Args:
        address: Of a cluster to join; None starts one.
        cpus: Actors that a cluster which is started here has room for.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is not None:
        # Ray tries 20 times for up to 40 s each. Read when Ray is imported.
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "3")
    try:
        import ray  # noqa: PLC0415  # optional extra, imported only when asked for
    except ImportError as error:
        raise ConfigError(
            "--executor ray needs Ray, which is not installed: install 'waymark[ray]', "
            "or use --executor inline."
        ) from error
    if ray.is_initialized():
        yield ray
        return
    with _same_sigterm():
        if address is None:
            _start(ray, cpus)
        else:
            _join(ray, address)
    try:
        yield ray
    finally:
        ray.shutdown()  # ends a cluster that was started here, and leaves one that was joined


def _start(ray: Any, cpus: int) -> None:  # noqa: ANN401  # the module `ray`, which ships no types
    # "local": None would join any cluster that runs on this machine.
    settings: dict[str, object] = {"include_dashboard": False, "num_cpus": cpus}
    try:
        _init(ray, "local", settings)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ExecutorError(
            f"Ray did not start here ({_last_line(error)}): use --executor inline, or --address "
            "with a cluster that runs."
        ) from error


def _join(ray: Any, address: str) -> None:  # noqa: ANN401  # the module `ray`, which ships no types
    _refuse_silent(address)
    try:
        _init(ray, address, {})
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ConfigError(
            f"--address {address!r}: no Ray cluster could be joined there ({_last_line(error)}). "
            "Start one with `ray start --head`, of the same version, or leave --address out. A "
            "cluster with token authentication needs RAY_AUTH_MODE=token and its RAY_AUTH_TOKEN."
        ) from error


def _init(ray: Any, address: str, settings: dict[str, object]) -> None:  # noqa: ANN401  # untyped
    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **settings)


def _refuse_silent(address: str) -> None:
    """Refuse an address at which nothing listens: Ray would wait for minutes before it says so."""
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise ConfigError(
            f"--address {address!r} is no address of a Ray cluster: expected host:port, such as "
            "'127.0.0.1:6379', or 'auto' for a cluster that runs on this machine."
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigError(
            f"--address {address!r}: no Ray cluster answers there ({error}). Start one with "
            "`ray start --head`, or leave --address out to start one here."
        ) from error


@contextlib.contextmanager
def _same_sigterm() -> Iterator[None]:
    """Keep what this process does on SIGTERM: Ray puts in its place an end with exit code 15."""
    before = signal.getsignal(signal.SIGTERM)
    # Only the main thread may set it. Ray's is better than the default, which cleans nothing up.
    if threading.current_thread() is not threading.main_thread() or before in (
        None,
        signal.SIG_DFL,
    ):
        yield
        return
    try:
        yield
    except SystemExit:  # Ray's handler, while Ray was starting
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_line(error: BaseException) -> str:
    """Return the line of one of Ray's long messages that says why: the last that is not empty."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return textwrap.shorten(lines[-1], _SAID, placeholder="...") if lines else type(error).__name__
