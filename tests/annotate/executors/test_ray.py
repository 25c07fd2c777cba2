"""Executor `ray`: what it refuses, what it survives, how it ends."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from annotate.executors import Crew, Executor, Inline, OnRay, ShardWorker, through
from annotate.inputs import ReadOptions
from annotate.jobs import LabelRequest, Silent, label
from annotate.methods import get_method
from annotate.run import Labeller, Plan, Shard, ShardResult
from schemas import ConfigError, RegistryError, StoreError, WaymarkError
from tests.faults.killing import descendants
from tests.running import GSM8K, Waymark
from verifiers.sandbox import CheckPool, Done


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

    def __call__(self, cores: int) -> "Doubler":
        """Return a worker."""
        assert cores == 1
        return Doubler(plan=self)


@dataclass(frozen=False, slots=True, kw_only=True)
class Doubler:
    """A worker. Mutable: it counts what is under way."""

    plan: Doubling
    under_way: int = 0
    most: int = 0

    async def process(self, shard: int) -> tuple[int, int, str]:
        """Return twice the number, how many shards were under way here at most, and the file."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.02)
        self.under_way -= 1
        if shard == self.plan.fails_at:
            raise StoreError(f"labels-{shard}.parquet is damaged.")
        if shard == self.plan.dies_at:
            die(self.plan.folder, self.plan.deaths)
        return 2 * shard, self.most, f"closed-{os.getpid()}"

    async def aclose(self) -> None:
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

    return asyncio.run(asyncio.wait_for(collected(), timeout=180))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Return Ray, connected to a cluster of two CPUs that belongs to the tests."""
    ray = pytest.importorskip("ray")
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


class Holder:
    """Takes one CPU of a cluster."""

    def ready(self) -> None:
        """Answer."""


@contextlib.contextmanager
def taken_cpu(ray: Any) -> Iterator[None]:  # noqa: ANN401  # Ray ships no types
    """Keep one CPU of the cluster from others."""
    holder = ray.remote(num_cpus=1)(Holder).remote()
    ray.get(holder.ready.remote(), timeout=30)
    try:
        yield
    finally:
        ray.kill(holder)


@pytest.mark.parametrize(
    "address", ["foo", "", ":6379", "foo:bar", "http://127.0.0.1:6379", "foo..bar:1", "foo:99999"]
)
def test_an_address_that_is_none_is_refused_in_one_line(address: str, tmp_path: Path) -> None:
    """It is shown, with what to do."""
    with pytest.raises(ConfigError, match=r"ray start|host:port") as refused:
        results(OnRay(address=address), Doubling(folder=tmp_path))

    assert repr(address) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_cluster_that_cannot_be_joined_is_told_in_one_line(
    waymark: Waymark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something listens, but there is no token to show: the line says how to give one."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("HOME", str(waymark.folder))
    arguments = ("label", GSM8K, "--limit", "4", "--out", "run", "--executor", "ray")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "{}:{}".format(*server.getsockname())
        line = waymark.fails(*arguments, "--address", address)

    assert repr(address) in line
    assert "RAY_AUTH_TOKEN" in line


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize("in_flight", [1, 2])
def test_every_shard_is_done_once_and_workers_are_closed(tmp_path: Path, in_flight: int) -> None:
    """Each actor has no more under way than it may."""
    done = results(OnRay(in_flight=in_flight), Doubling(folder=tmp_path))

    assert sorted(number for number, _, _ in done) == [2 * n for n in range(24)]
    assert max(most for _, most, _ in done) == in_flight
    assert {name for _, _, name in done} <= {path.name for path in tmp_path.iterdir()}


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
    with taken_cpu(cluster):
        done = results(OnRay(workers=2), Doubling(folder=tmp_path))
        with taken_cpu(cluster), pytest.raises(WaymarkError, match="no worker could start"):
            results(OnRay(patience_s=1), Doubling(folder=tmp_path))

    assert len(done) == 24
    assert len({name for _, _, name in done}) == 1


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
    with pytest.raises(RegistryError) as told:
        results(OnRay(), refuse)

    assert str(told.value) == "the plug-in does not load for 1 children."


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_shards_of_a_killed_worker_are_done_by_another(tmp_path: Path) -> None:
    """Each result comes once."""
    done = results(OnRay(), Doubling(folder=tmp_path, dies_at=7, deaths=2))

    assert sorted(number for number, _, _ in done) == [2 * n for n in range(24)]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Makes workers with a check pool, which die at the first shard. Pickles."""

    folder: Path
    """Where they leave the numbers of their descendants before."""

    def __call__(self, cores: int) -> "Parent":
        """Return a worker."""
        return Parent(folder=self.folder, pool=CheckPool(workers=cores, limit_s=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """A worker with child processes."""

    folder: Path
    pool: CheckPool

    async def process(self, shard: int) -> int:
        """Have a child do something, or die while there are children."""
        done = await self.pool.call(abs, -shard)
        assert isinstance(done, Done)
        if not (self.folder / "death-0").exists():
            told = " ".join(map(str, descendants(os.getpid())))
            (self.folder / "descendants").write_text(told)
        die(self.folder, 1)
        return done.value

    async def aclose(self) -> None:
        """Stop the children."""
        self.pool.close()


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are listed as Linux does")
def test_a_killed_worker_leaves_no_processes_behind(tmp_path: Path) -> None:
    """Its children end, and theirs."""
    assert sorted(results(OnRay(workers=1), Family(folder=tmp_path), range(3))) == [0, 1, 2]

    left = {int(pid) for pid in (tmp_path / "descendants").read_text().split()}
    assert left
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in left):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mortal:
    """A labeller that kills its process once, when its rows are written but not committed."""

    labeller: Labeller
    folder: Path

    async def process(self, shard: Shard) -> ShardResult:
        """Label one shard, or die of it."""
        result = await self.labeller.process(shard)
        die(self.folder, 1)
        return result

    async def aclose(self) -> None:
        """Stop its children."""
        await self.labeller.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeMortal:
    """Makes such labellers. Pickles."""

    plan: Plan
    folder: Path

    def __call__(self, cores: int) -> Mortal:
        """Return a worker."""
        return Mortal(labeller=Labeller(self.plan, cores=cores), folder=self.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadly:
    """An executor whose first worker to finish a shard is killed."""

    executor: Executor
    folder: Path

    def open(
        self, make_worker: Callable[[int], ShardWorker[Any, Any]]
    ) -> AbstractAsyncContextManager[Crew[Any, Any]]:
        """Hold the crew of such workers."""
        assert isinstance(make_worker, Plan)
        return self.executor.open(MakeMortal(plan=make_worker, folder=self.folder))

    def run(
        self, make_worker: Callable[[int], ShardWorker[Any, Any]], shards: Iterable[Any]
    ) -> AsyncGenerator[Any, None]:
        """Run shards."""
        return through(self.open(make_worker), shards)

    def hold(self) -> AbstractContextManager[None]:
        """Keep what the executor keeps."""
        return self.executor.hold()


@pytest.mark.service
@pytest.mark.usefixtures("cluster")
def test_a_run_whose_worker_is_killed_equals_one_in_this_process(waymark: Waymark) -> None:
    """A real run, a real SIGKILL: the same digest, and nothing twice."""
    executors: dict[str, Executor] = {
        "inline": Inline(workers=1),
        "ray": Deadly(executor=OnRay(), folder=waymark.folder),
    }
    for name, executor in executors.items():
        request = LabelRequest(
            inputs=(str(GSM8K),),
            out=str(waymark.folder / name),
            methods=(get_method("formal"),),
            options=ReadOptions(),
            limit=60,
            shard_size=10,
        )
        report = asyncio.run(label(request, executor, Silent()))
        assert report.done.labelled == 60

    assert (waymark.folder / "death-0").exists()
    assert waymark.digest("ray") == waymark.digest("inline")
