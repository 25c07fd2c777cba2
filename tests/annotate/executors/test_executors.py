"""Executors: every shard once, bounded in flight, faults told; inline and Ray give equal runs."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from annotate.executors import Inline
from tests.running import GSM8K, Waymark


@dataclass(frozen=False, slots=True, kw_only=True)
class Doubler:
    """A worker that doubles numbers and counts shards under way. Mutable: it counts."""

    fails_at: int | None = None
    under_way: int = 0
    most: int = 0
    closed: bool = False
    seen: list[int] = field(default_factory=list)

    async def process(self, shard: int) -> int:
        """Return twice the number, after a while."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0.001)
        self.under_way -= 1
        if shard == self.fails_at:
            raise RuntimeError(f"shard {shard} is a bug")
        self.seen.append(shard)
        return 2 * shard

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


async def run(worker: Doubler, shards: Iterator[int], *, in_flight: int) -> list[int]:
    """Return all results of the inline executor."""
    executor = Inline(workers=1, in_flight=in_flight)
    return [result async for result in executor.run(lambda _: worker, shards)]


@pytest.mark.parametrize("in_flight", [1, 2, 7])
def test_every_shard_is_done_once_and_few_are_under_way(in_flight: int) -> None:
    """More shards than fit at a time, read only as there is room."""
    worker = Doubler()

    results = asyncio.run(run(worker, iter(range(20)), in_flight=in_flight))

    assert sorted(results) == [2 * n for n in range(20)]
    assert worker.most <= in_flight
    assert worker.closed


def test_a_crew_has_no_more_under_way_than_there_is_room_for() -> None:
    """However many shards are offered: the others wait."""
    worker = Doubler()

    async def offered() -> list[int]:
        async with Inline(workers=1, in_flight=2).open(lambda _: worker) as crew:
            assert crew.room == 2
            return await asyncio.gather(*(crew.process(n) for n in range(9)))

    assert asyncio.run(offered()) == [2 * n for n in range(9)]
    assert worker.most == 2
    assert worker.closed


def test_shards_are_read_as_there_is_room() -> None:
    """Never more than are under way ahead of the results."""
    read: list[int] = []

    def shards() -> Iterator[int]:
        for n in range(12):
            read.append(n)
            yield n

    async def watched() -> None:
        done = 0
        async for _ in Inline(workers=1, in_flight=3).run(lambda _: Doubler(), shards()):
            done += 1
            assert len(read) <= done + 3

    asyncio.run(watched())

    assert read == list(range(12))


def test_leaving_early_cancels_what_is_under_way() -> None:
    """The worker is closed, and no shard goes on behind its back."""
    worker = Doubler()

    async def first() -> int:
        results = Inline(workers=1, in_flight=4).run(lambda _: worker, iter(range(9)))
        async with aclosing(results):
            return await anext(results)

    assert asyncio.run(first()) in {0, 2, 4, 6}
    assert worker.closed
    assert len(worker.seen) <= 4


def test_a_bug_in_a_shard_is_raised_and_the_worker_is_closed() -> None:
    """It is not swallowed, and nothing is left running."""
    worker = Doubler(fails_at=3)

    with pytest.raises(RuntimeError, match="shard 3"):
        asyncio.run(run(worker, iter(range(9)), in_flight=2))
    assert worker.closed


@pytest.mark.slow
@pytest.mark.service
def test_inline_and_ray_give_equal_runs(waymark: Waymark) -> None:
    """A real Ray cluster with two actors, several shards: the digest is that of one process."""
    common = ("label", GSM8K, "--limit", "100", "--shard-size", "20")
    waymark(*common, "--out", "inline")
    waymark(*common, "--out", "ray", "--executor", "ray", "--workers", "2")

    assert waymark.digest("ray") == waymark.digest("inline")
    assert waymark.query("ray", "SELECT count(*) AS n FROM first_errors") == [{"n": 100}]


def test_a_cluster_that_does_not_answer_is_the_users_mistake(waymark: Waymark) -> None:
    """One line with the address, and what to do."""
    arguments = ("label", GSM8K, "--limit", "4", "--out", "run", "--executor", "ray")

    assert "ray start" in waymark.fails(*arguments, "--address", "127.0.0.1:1")
