"""Executor `ray`: what it refuses, what it survives, how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from annotate.executors import OnRay
from schemas import ConfigError, RegistryError, StoreError, WaymarkError
from tests.running import GSM8K, TOOL, Waymark, environment

COMMAND = ("label", str(GSM8K), "--shard-size", "4", "--executor", "ray", "--workers", "3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubling:
    """Makes workers that double numbers, and misbehave at chosen ones. Pickles."""

    folder: Path
    """Where workers leave a file when they are closed, or before they kill themselves."""
    fails_at: int | None = None
    """A number at which a StoreError is raised."""
    dies_at: int | None = None
    """A number at which the process kills itself."""
    deaths: int = 1
    """How often it does so."""

    def __call__(self, children: int) -> "Doubler":
        """Return a worker."""
        assert children == 1
        return Doubler(plan=self)


@dataclass(frozen=False, slots=True, kw_only=True)
class Doubler:
    """A worker. Mutable: it counts what is under way."""

    plan: Doubling
    under_way: int = 0
    most: int = 0

    async def process(self, shard: int) -> tuple[int, int]:
        """Return twice the number, and how many shards were under way here at most."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.02)
        self.under_way -= 1
        if shard == self.plan.fails_at:
            raise StoreError(f"labels-{shard}.parquet is damaged.")
        if shard == self.plan.dies_at:
            die(self.plan.folder, self.plan.deaths)
        return 2 * shard, self.most

    def close(self) -> None:
        """Leave a file."""
        (self.plan.folder / f"closed-{os.getpid()}").touch()


def die(folder: Path, times: int) -> None:
    """Kill this process as the kernel would, if that was not done often enough before."""
    for n in range(times):
        try:
            (folder / f"death-{n}").touch(exist_ok=False)
        except FileExistsError:
            continue
        os.kill(os.getpid(), signal.SIGKILL)


def refuse(children: int) -> Doubler:
    """Fail as a plug-in does that cannot be loaded."""
    raise RegistryError(f"the plug-in does not load for {children} children.")


def results(
    executor: OnRay, make_worker: Callable[[int], Any], shards: range = range(24)
) -> list[Any]:
    """Return all results, in any order."""

    async def collected() -> list[Any]:
        return [result async for result in executor.run(make_worker, shards)]

    return asyncio.run(asyncio.wait_for(collected(), timeout=60))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Return Ray, connected to a cluster of two CPUs that belongs to the tests."""
    ray = pytest.importorskip("ray")
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


@pytest.mark.parametrize(
    "address", ["foo", "", ":6379", "foo:bar", "http://127.0.0.1:6379", "foo..bar:1", "foo:99999"]
)
def test_an_address_that_is_none_is_refused_in_one_line(address: str, tmp_path: Path) -> None:
    """It is shown, with what to do."""
    with pytest.raises(ConfigError, match="ray start|host:port") as refused:
        results(OnRay(address=address), Doubling(folder=tmp_path))

    assert repr(address) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_listener_that_is_no_cluster_of_ours_is_told_in_one_line(
    waymark: Waymark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names what may be missing: a cluster, the same version, or its token."""
    monkeypatch.setenv("RAY_NUM_REDIS_GET_RETRIES", "1")
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        arguments = ("label", GSM8K, "--limit", "4", "--out", "run", "--executor", "ray")
        line = waymark.fails(*arguments, "--address", address)
        server.shutdown(socket.SHUT_RDWR)

    assert address in line
    assert "RAY_AUTH_TOKEN" in line


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("in_flight", [1, 2])
def test_every_shard_is_done_once_and_workers_are_closed(tmp_path: Path, in_flight: int) -> None:
    """Each actor has no more under way than it may."""
    done = results(OnRay(in_flight=in_flight), Doubling(folder=tmp_path))

    assert sorted(number for number, _ in done) == [2 * n for n in range(24)]
    assert max(most for _, most in done) == in_flight
    assert len(list(tmp_path.glob("closed-*"))) == 2


@pytest.mark.service
def test_a_cluster_that_was_there_before_is_used_and_stays(cluster: Any, tmp_path: Path) -> None:  # noqa: ANN401  # Ray ships no types
    """It is not shut down, and its CPUs are given back."""
    results(OnRay(), Doubling(folder=tmp_path), range(2))

    assert cluster.is_initialized()
    deadline = time.monotonic() + 20
    while cluster.available_resources().get("CPU") != 2.0:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_more_workers_than_the_cluster_has_cpus_are_refused(tmp_path: Path) -> None:
    """The line says how many there are."""
    with pytest.raises(ConfigError, match="has 2 CPUs"):
        results(OnRay(workers=3), Doubling(folder=tmp_path))


@pytest.mark.service
def test_a_busy_cluster_is_used_as_far_as_it_is_free(cluster: Any, tmp_path: Path) -> None:  # noqa: ANN401  # Ray ships no types
    """With one CPU taken the run goes on on the other; with both it gives up after a while."""
    one, other = Holder.held(cluster), Holder.held(cluster, wait=False)
    cluster.get(one.ready.remote(), timeout=30)
    cluster.kill(other)
    done = results(OnRay(workers=2), Doubling(folder=tmp_path))
    other = Holder.held(cluster)
    cluster.get(other.ready.remote(), timeout=30)
    try:
        with pytest.raises(WaymarkError, match="no worker could start"):
            results(OnRay(patience_s=1), Doubling(folder=tmp_path))
    finally:
        cluster.kill(one)
        cluster.kill(other)

    assert len(done) == 24
    assert len(list(tmp_path.glob("closed-*"))) == 1


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_an_error_of_a_shard_arrives_as_it_was_raised(tmp_path: Path) -> None:
    """Its class and its message; the traceback of the actor is a note."""
    with pytest.raises(StoreError) as told:
        results(OnRay(), Doubling(folder=tmp_path, fails_at=5))

    assert str(told.value) == "labels-5.parquet is damaged."
    assert type(told.value) is StoreError
    assert "process" in told.value.__notes__[0]


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_an_error_in_making_the_worker_arrives_as_it_was_raised() -> None:
    """As when a plug-in fails, or the run is not there."""
    with pytest.raises(RegistryError, match=r"^the plug-in does not load for 1 children\.$"):
        results(OnRay(), refuse)


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_shards_of_a_killed_worker_are_done_by_another(tmp_path: Path) -> None:
    """Each result comes once."""
    done = results(OnRay(), Doubling(folder=tmp_path, dies_at=7, deaths=2))

    assert sorted(number for number, _ in done) == [2 * n for n in range(24)]
    assert len(list(tmp_path.glob("death-*"))) == 2


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_a_shard_that_kills_its_workers_is_named_in_one_line(tmp_path: Path) -> None:
    """After as many tries as are allowed, with what to do."""
    executor = OnRay(restarts=1, in_flight=1)
    with pytest.raises(WaymarkError, match="at shard 7 ") as told:
        results(executor, Doubling(folder=tmp_path, dies_at=7, deaths=9))

    assert "\n" not in str(told.value)
    assert len(list(tmp_path.glob("death-*"))) == 2
