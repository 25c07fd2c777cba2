"""Executor `ray`: one actor per core of a Ray cluster, each with a check pool of its own."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from annotate.executors.base import ResultT, ShardT, ShardWorker
from schemas import ConfigError

_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRay:
    """Run shards on actors of a Ray cluster.

    Each actor works on one shard at a time. An actor that dies is started again and its shard runs
    again: shards write content-named files, and only the driver commits.
    """

    address: str | None = None
    """Address of a cluster (`auto`, `ray://host:port`, `host:port`); None starts one here."""
    workers: int = 0
    """Actors; 0 means one for each CPU of the cluster."""
    restarts: int = 3
    """How often an actor may be started again, and a shard be tried again."""

    async def run(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]], shards: Iterable[ShardT]
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes.

        Raises:
            ConfigError: If Ray is not installed, or no cluster answers at the address.
        """
        ray = _start(self.address)
        try:
            count = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            actor = ray.remote(
                num_cpus=1, max_restarts=self.restarts, max_task_retries=self.restarts
            )(_Actor)
            idle = [actor.remote(make_worker) for _ in range(count)]
            busy: dict[asyncio.Future[ResultT], Any] = {}  # Any: Ray's handles carry no types
            for shard in shards:
                if not idle:
                    async for result in _collect(busy, idle):
                        yield result
                handle = idle.pop()
                busy[asyncio.ensure_future(_await(handle.process.remote(shard)))] = handle
            while busy:
                async for result in _collect(busy, idle):
                    yield result
        finally:
            if self.address is None:
                ray.shutdown()


class _Actor:
    """A worker in a Ray process. Not frozen: it holds the worker, which is made where it runs."""

    def __init__(self, make_worker: Callable[[int], ShardWorker[object, object]]) -> None:
        self._worker = make_worker(1)

    async def process(self, shard: object) -> object:
        """Do one shard."""
        return await self._worker.process(shard)


async def _await(reference: Any) -> Any:  # noqa: ANN401  # a Ray reference, which carries no type
    return await reference


async def _collect(
    busy: dict[asyncio.Future[ResultT], Any], idle: list[Any]
) -> AsyncGenerator[ResultT, None]:
    done, _ = await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
    for future in done:
        idle.append(busy.pop(future))
        yield future.result()


def _start(address: str | None) -> Any:  # noqa: ANN401  # the module `ray`, which ships no types
    """Return the module, connected. Ray is imported here: it takes more than a second."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415  # optional extra, imported only when asked for
    except ImportError as error:
        raise ConfigError(
            "--executor ray needs Ray, which is not installed: install 'waymark[ray]', "
            "or use --executor inline."
        ) from error
    if ray.is_initialized():
        return ray
    _refuse_silent(address)
    try:
        ray.init(
            address=address,
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except ConnectionError as error:
        raise _no_cluster(address, error) from error
    return ray


def _refuse_silent(address: str | None) -> None:
    """Refuse an address at which nothing listens: Ray would wait for minutes before it says so."""
    host, colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE_S).close()
    except OSError as error:
        raise _no_cluster(address, error) from error


def _no_cluster(address: str | None, error: OSError) -> ConfigError:
    return ConfigError(
        f"--address {address!r}: no Ray cluster answers there ({error}). Start one with "
        "`ray start --head`, or leave --address out to start one here."
    )
