"""Executor `OnPrefect`: one task for each shard, tried again where that may help."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import TaskRun
from prefect.context import FlowRunContext

from annotate.executors import Inline
from flows.on_prefect import HOPELESS, OnPrefect
from schemas import ConfigError, StoreError


@dataclass(frozen=False, slots=True, kw_only=True)
class Flaky:
    """A worker that doubles numbers, and fails at some. Mutable: it counts."""

    fails: dict[int, list[Exception]] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)
    closed: bool = False

    async def process(self, shard: int) -> int:
        """Return twice the number, or raise the next of its errors."""
        self.tries[shard] += 1
        if self.fails.get(shard):
            raise self.fails[shard].pop()
        return 2 * shard

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


@flow
async def doubled(make_worker: Callable[[int], Flaky], n: int) -> tuple[UUID, list[int]]:
    """Return the flow run's id, and the results."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    executor = OnPrefect(inner=Inline(in_flight=3), retries=2, retry_delay_s=0.01)
    results = [result async for result in executor.run(make_worker, range(n))]
    return context.flow_run.id, sorted(results)


async def task_runs(flow_run_id: UUID, n: int) -> list[TaskRun]:
    """Return the task runs of a flow run, once there are so many: Prefect writes them late."""
    async with get_client() as client:
        found: list[TaskRun] = []
        for _ in range(200):
            found = await client.read_task_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id]))
            )
            if len(found) >= n and all(run.state_name == "Completed" for run in found):
                break
            await asyncio.sleep(0.1)
        return found


@pytest.mark.service
@pytest.mark.usefixtures("server")
def test_each_shard_is_one_task_and_one_that_fails_is_tried_again() -> None:
    """Prefect's books show as many as there are shards, by name; the results are as without."""
    worker = Flaky(fails={3: [StoreError("the disk is full"), RuntimeError("a bug, perhaps")]})

    async def watched() -> tuple[list[int], list[TaskRun]]:
        flow_run_id, results = await doubled(lambda _: worker, 6)
        return results, await task_runs(flow_run_id, 6)

    results, runs = asyncio.run(watched())

    assert results == [2 * n for n in range(6)]
    assert worker.tries == {0: 1, 1: 1, 2: 1, 3: 3, 4: 1, 5: 1}
    assert worker.closed
    assert sorted(run.name for run in runs) == [str(n) for n in range(6)]
    assert {run.name: run.run_count for run in runs}["3"] == 3


@pytest.mark.service
@pytest.mark.usefixtures("server")
def test_an_error_that_stays_is_raised_as_it_is() -> None:
    """After the tries that are allowed; one that the next would meet again at once."""
    worker = Flaky(fails={1: [StoreError(f"full {n}") for n in range(9)]})
    with pytest.raises(StoreError, match="full 6"):
        asyncio.run(doubled(lambda _: worker, 3))
    hopeless = Flaky(fails={1: [ConfigError("--workers 9")]})
    with pytest.raises(ConfigError, match="--workers 9"):
        asyncio.run(doubled(lambda _: hopeless, 3))

    assert worker.tries[1] == 3
    assert hopeless.tries[1] == 1
    assert worker.closed
    assert hopeless.closed


def test_errors_of_a_store_or_policy_are_worth_another_try() -> None:
    """They come and go, unlike those of settings."""
    assert not issubclass(StoreError, HOPELESS)
    assert issubclass(ConfigError, HOPELESS)
