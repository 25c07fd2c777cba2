"""Executor `OnPrefect`: another executor's crew, with one Prefect task for each shard.

Only inside a flow run. Prefect keeps the books and tries again; the work, and which worker does it,
are the inner executor's. A task that runs twice is harmless, because shards are idempotent, so no
result is persisted.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging.loggers import task_run_logger

from annotate.executors import Crew, Executor, ShardWorker, through
from annotate.executors.base import ResultT, ShardT
from schemas import (
    ConfigError,
    ExecutorError,
    IdentityError,
    InputError,
    InvalidArgumentError,
    RegistryError,
)

HOPELESS = (
    ConfigError,
    ExecutorError,
    IdentityError,
    InputError,
    InvalidArgumentError,
    RegistryError,
)
"""Errors that the next try would meet again, or, of executors, that were tried again already."""

_NAME = 120  # characters of a task run's name: its first ids


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPrefect:
    """Run shards of another executor as Prefect tasks."""

    inner: Executor
    """Where the work is done."""
    retries: int = 2
    """How often a shard is tried again that raised an error, >= 0."""
    retry_delay_s: float = 5.0
    """How long to wait before, in seconds, >= 0."""

    @asynccontextmanager
    async def open(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]]
    ) -> AsyncIterator["_Booked[ShardT, ResultT]"]:
        """Hold the inner executor's crew."""
        async with self.inner.open(make_worker) as crew:
            yield _Booked(crew, self)

    def run(
        self, make_worker: Callable[[int], ShardWorker[ShardT, ResultT]], shards: Iterable[ShardT]
    ) -> AsyncGenerator[ResultT, None]:
        """Yield the result of each shard as it comes."""
        return through(self.open(make_worker), shards)

    def hold(self) -> AbstractContextManager[None]:
        """Keep what the inner executor's runs share."""
        return self.inner.hold()


class _Booked(Generic[ShardT, ResultT]):
    """A crew whose shards are task runs. Not frozen: it wraps one that is open."""

    def __init__(self, crew: Crew[ShardT, ResultT], plan: OnPrefect) -> None:
        self._crew = crew
        self._plan = plan

    @property
    def room(self) -> int:
        """As much as the inner crew's."""
        return self._crew.room

    async def process(self, shard: ShardT) -> ResultT:
        """Do one shard as a task run."""

        # Without parameters: Prefect would walk through a shard, looking for futures.
        @task(
            name="shard",
            task_run_name=_run_name(shard),
            retries=self._plan.retries,
            retry_delay_seconds=self._plan.retry_delay_s,
            retry_condition_fn=is_worth_another_try,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        async def book() -> ResultT:
            return await self._crew.process(shard)

        return await book()


def is_worth_another_try(
    task: Task[..., Any],  # Any: Prefect's hooks are for tasks of any result
    task_run: TaskRun,
    state: State[Any],
) -> bool:
    """Return whether an error may be gone at the next try; called by Prefect."""
    del task
    if isinstance(state.data, HOPELESS):
        return False
    task_run_logger(task_run).warning("%s: %r", task_run.name, state.data)
    return True


def _run_name(shard: object) -> str:
    # Prefect fills in what stands in braces.
    return str(shard)[:_NAME].replace("{", "{{").replace("}", "}}")
