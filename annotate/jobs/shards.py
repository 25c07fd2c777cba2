"""Running a plan: every shard that is pending, committed as it comes."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from annotate.executors import Executor, Inline
from annotate.jobs.progress import Progress
from annotate.ledger import discard_tickets
from annotate.live import BEAT_S, discard_live, read_live
from annotate.pending import SHARD, SHARD_PROBLEMS, SHARD_SOLUTIONS, Pending
from annotate.run import Plan, Shard, ShardResult
from annotate.storage import RunFolder, RunStore, journal
from schemas import ConfigError, FirstErrorVerdict, StoreError

K = TypeVar("K")

PROCESS_LOCAL = "memory://"
"""Begins the URL of a store that other processes cannot see."""

_SHARDS_AT_LEAST = 8  # so that several workers have something to do
_SHARD_AT_LEAST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done of a plan, in this call."""

    labelled: int = 0
    """Solutions that were labelled."""
    first_errors: Mapping[FirstErrorVerdict, int] = field(default_factory=dict)
    """How many were decided how."""
    screens: Mapping[str, int] = field(default_factory=dict)
    """Problems of the run that the method's screen kept, or set aside for which reason, those of
    earlier calls and of other methods with the same screen included."""
    stopped: int = 0
    """Checks that a limit stopped for good, or that failed."""
    unpaid: int = 0
    """Problems that the budget did not reach."""
    rollouts: int = 0
    """Completions that were paid for, judge's opinions among them."""
    tokens: int = 0
    """Tokens generated for them."""
    learned_from: int | None = None
    """Solutions that rates were fitted to before the rest was gathered, 0 where they were too few;
    null where nothing is fitted."""

    def __add__(self, other: "Done") -> "Done":
        """Return both together."""
        return Done(
            labelled=self.labelled + other.labelled,
            first_errors=_sum(self.first_errors, other.first_errors),
            screens=_sum(self.screens, other.screens),
            stopped=self.stopped + other.stopped,
            unpaid=self.unpaid + other.unpaid,
            rollouts=self.rollouts + other.rollouts,
            tokens=self.tokens + other.tokens,
            learned_from=max(
                (self.learned_from, other.learned_from), key=lambda n: -1 if n is None else n
            ),
        )


async def run_plan(
    run: RunFolder,
    plan: Plan,
    executor: Executor,
    progress: Progress,
    *,
    shard_size: int | None = None,
) -> Done:
    """Label every solution that the plan's labelling has not decided, and commit shard by shard.

    Args:
        run: The run, locked by the caller.
        plan: What is done to each shard.
        executor: Where shards run.
        progress: Told of each shard.
        shard_size: Solutions (and problems to be sampled from) that are committed together, >= 1;
            None chooses by what there is to do.
    """
    if not isinstance(executor, Inline) and plan.where.startswith(PROCESS_LOCAL):
        raise ConfigError(
            f"{plan.where!r} lives in this process alone: use --executor inline, or a run folder "
            "that other processes can open."
        )
    pending = Pending(
        labelling_id=plan.labelling_id,
        reads=() if plan.asks else plan.reads,
        asks=plan.asks,
        samples=samples(plan),
    )
    pending.retire_stale(run)
    total = pending.count(run)
    progress.start(_phase(plan), total=total, unit="problems" if plan.policies else "solutions")
    done = Done()
    if not total:
        return done
    # Alone, a process has nobody to share with: what waits should wait side by side.
    parts = executor.in_flight if isinstance(executor, Inline) else _SHARDS_AT_LEAST
    size = shard_size or _shard_size(plan, total, parts)
    shards = (
        Shard(problem_ids=work.problem_ids, solution_ids=work.solution_ids, size=work.size)
        for work in pending.shards(run, size=size)
    )
    async with _watched(run.store, plan, progress), aclosing(executor.run(plan, shards)) as results:
        async for result in results:
            run.commit(result.files, note={"activity": SHARD, "asks": list(plan.asks)})
            if plan.policies:
                await asyncio.to_thread(journal.clear, run.store, result.shard.key)
            done += _counted(result)
            progress.advance(result.shard.size)
    return done


def _sum(one: Mapping[K, int], other: Mapping[K, int]) -> dict[K, int]:
    return dict(Counter(one) + Counter(other))


def samples(plan: Plan) -> bool:
    """Return whether the plan's method draws solutions of its own."""
    return bool(plan.asks) and plan.method.samples


def _phase(plan: Plan) -> str:
    if plan.policies:
        return f"{plan.method.name}{', round 0' if plan.labelling_id is None else ''}:"
    return "checking" if plan.asks else "deciding"


def _shard_size(plan: Plan, total: int, parts: int) -> int:
    if not plan.policies:
        return SHARD_SOLUTIONS
    return min(SHARD_PROBLEMS, max(_SHARD_AT_LEAST, -(-total // parts)))


def _counted(result: ShardResult) -> Done:
    return Done(
        labelled=result.n_solutions,
        first_errors=result.first_errors,
        stopped=result.stopped,
        unpaid=result.unpaid,
        rollouts=result.rollouts,
        tokens=result.tokens,
    )


@asynccontextmanager
async def _watched(store: RunStore, plan: Plan, progress: Progress) -> AsyncIterator[None]:
    """Show what workers spend until the block ends; remove their heartbeats and tickets then."""
    if not plan.policies:
        yield
        return
    discard_live(store)
    discard_tickets(store)
    watching = asyncio.create_task(_watch(store, progress))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        discard_live(store)
        discard_tickets(store)


async def _watch(store: RunStore, progress: Progress) -> None:
    while True:
        with contextlib.suppress(StoreError):  # it only shows: the next look may succeed
            now = await asyncio.to_thread(read_live, store)
            progress.live(rollouts=now.rollouts, tokens=now.tokens, in_flight=now.in_flight)
        await asyncio.sleep(BEAT_S)
