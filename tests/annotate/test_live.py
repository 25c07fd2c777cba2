"""Heartbeats: what a watcher adds up is what was spent."""

import asyncio
from pathlib import Path

from annotate.ledger import Spent
from annotate.live import Live, discard_live, heartbeat, read_live
from annotate.storage import open_store


def test_shards_side_by_side_in_one_worker_are_counted_once(tmp_path: Path) -> None:
    """Workers add up; the last beat of each stays until it is discarded."""
    store = open_store(str(tmp_path))
    one, other = Spent(rollouts=3, tokens=30, in_flight=1), Spent(rollouts=4, tokens=40)

    async def run() -> None:
        async with heartbeat(store, "one", one), heartbeat(store, "one", one):
            one.rollouts += 2
        async with heartbeat(store, "other", other):
            pass

    asyncio.run(run())
    assert read_live(store) == Live(rollouts=9, tokens=70, in_flight=1)
    discard_live(store)
    assert read_live(store) == Live(rollouts=0, tokens=0, in_flight=0)
