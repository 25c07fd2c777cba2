"""Heartbeats: what each worker has spent so far, for whoever watches a run.

A worker writes its counts into the run folder every second while it works, wherever it runs; the
driver adds them up. They are not part of the run: nothing is decided by them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

import msgspec

from annotate.ledger import Spent
from annotate.storage import RunStore
from schemas import StoreError

LIVE_PREFIX = "live/"
"""Prefix of the keys of heartbeats."""
BEAT_S = 1.0
"""Seconds between two heartbeats of a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What all workers of a job have spent."""

    rollouts: int
    """Completions that came back."""
    tokens: int
    """Tokens generated for them."""
    in_flight: int
    """Completions under way."""


@asynccontextmanager
async def heartbeat(store: RunStore, worker: str, spent: Spent) -> AsyncIterator[None]:
    """Tell what a worker has spent until the block ends, and once more then.

    Args:
        store: Where the run is.
        worker: Its name: shards side by side in one worker share the name, and are counted once.
        spent: What it has spent.
    """
    key = f"{LIVE_PREFIX}{worker}.json"
    beating = asyncio.create_task(_beat(store, key, spent))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await asyncio.to_thread(_tell, store, key, spent)


def read_live(store: RunStore) -> Live:
    """Return the sum of all heartbeats."""
    found = []
    for key in store.list(LIVE_PREFIX):
        try:
            found.append(msgspec.json.decode(store.read(key), type=Spent))
        except (StoreError, msgspec.DecodeError):
            continue  # removed or replaced at this moment: the next look will see it
    return Live(
        rollouts=sum(one.rollouts for one in found),
        tokens=sum(one.tokens for one in found),
        in_flight=sum(one.in_flight for one in found),
    )


def discard_live(store: RunStore) -> None:
    """Remove all heartbeats: the driver does so before and after each job."""
    for key in store.list(LIVE_PREFIX):
        store.delete(key)


async def _beat(store: RunStore, key: str, spent: Spent) -> None:
    while True:
        await asyncio.to_thread(_tell, store, key, spent)
        await asyncio.sleep(BEAT_S)


def _tell(store: RunStore, key: str, spent: Spent) -> None:
    # Nothing is decided by a beat: where the store fails, what matters meets the same fault.
    with contextlib.suppress(StoreError):
        store.put_atomic(key, msgspec.json.encode(asdict(spent)))
