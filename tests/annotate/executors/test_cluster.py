"""The connection to Ray: held over several runs, or made for each."""

import asyncio
from dataclasses import dataclass

import pytest

from annotate.executors import OnRay


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A worker that returns what it is given. Pickles, and makes itself."""

    def __call__(self, cores: int) -> "Echo":
        """Return a worker."""
        assert cores == 1
        return self

    async def process(self, shard: int) -> int:
        """Return the shard."""
        return shard

    async def aclose(self) -> None:
        """Hold nothing."""


def run(executor: OnRay, shards: range) -> list[int]:
    """Return all results, sorted."""

    async def collected() -> list[int]:
        return [result async for result in executor.run(Echo(), shards)]

    return sorted(asyncio.run(asyncio.wait_for(collected(), timeout=60)))


@pytest.mark.service
def test_a_held_block_keeps_what_its_first_run_started() -> None:
    """Nothing before a run, one cluster for both, none afterwards."""
    ray = pytest.importorskip("ray")
    executor = OnRay(workers=1)
    with executor.hold():
        assert not ray.is_initialized()
        assert run(executor, range(3)) == [0, 1, 2]
        first = ray.get_runtime_context().gcs_address
        assert run(executor, range(3)) == [0, 1, 2]
        assert ray.get_runtime_context().gcs_address == first
    assert not ray.is_initialized()
