"""Journal: completions that are paid for and not committed yet, as immutable segments.

A segment is a Parquet file of `rollouts` under `journal/<shard>/`, named by its content. Segments
are unioned by rollout id: the same completion twice, from a retry or from a worker that was thought
dead, is harmless. No reader of the run sees them; a job folds what a killed one left into a commit
before it starts (`recover`), and a shard's segments go once its rows are committed (`clear`).
"""

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from annotate.storage.run_folder import RunFolder
from annotate.storage.stores import RunStore
from annotate.storage.writer import write_rows
from schemas import TABLES, Rollout, StoreError, from_arrow, to_arrow

JOURNAL_PREFIX = "journal/"
"""Prefix of the keys of segments."""

_ROLLOUTS = TABLES["rollouts"]
_NAME_DIGITS = 24


def append(store: RunStore, shard: str, rollouts: Iterable[Rollout]) -> None:
    """Store completions durably as one segment.

    Args:
        store: Where the run is.
        shard: Name of the shard they were made for.
        rollouts: At least one.

    Raises:
        StoreError: If the disk is full or the store refuses.
    """
    file = io.BytesIO()
    # Light compression: segments live for seconds.
    pq.write_table(to_arrow(_ROLLOUTS, rollouts), file, compression="lz4", write_statistics=False)
    content = file.getvalue()
    store.put_atomic(f"{JOURNAL_PREFIX}{shard}/{_name(content)}", content)


def read_segments(store: RunStore, shard: str = "") -> list[Rollout]:
    """Return the completions of a shard's segments, or of all shards', each once, by id.

    A segment that another process cleared in the meantime is passed over: it was committed.

    Raises:
        StoreError: If a segment is damaged.
    """
    held: dict[str, Rollout] = {}
    for key in store.list(f"{JOURNAL_PREFIX}{shard}/" if shard else JOURNAL_PREFIX):
        for rollout in _read(store, key):
            held.setdefault(rollout.rollout_id, rollout)
    return [held[rollout_id] for rollout_id in sorted(held)]


def clear(store: RunStore, shard: str = "") -> None:
    """Remove the segments of a shard, or of all shards."""
    for key in store.list(f"{JOURNAL_PREFIX}{shard}/" if shard else JOURNAL_PREFIX):
        store.delete(key)


def recover(run: RunFolder, committed: Callable[[Sequence[str]], Iterable[str]]) -> int:
    """Commit what an earlier job paid for and did not live to commit.

    Args:
        run: The run, locked by the caller.
        committed: Returns those of the given rollout ids that the run holds; called if there is a
            segment.

    Returns:
        How many completions were saved.

    Raises:
        StoreError: If a segment is damaged; nothing is removed then.
    """
    found = read_segments(run.store)
    if not found:
        return 0
    known = set(committed([rollout.rollout_id for rollout in found]))
    rows = [rollout for rollout in found if rollout.rollout_id not in known]
    if rows:
        run.commit(
            [write_rows(run.store, _ROLLOUTS, rows)],
            note={"activity": "recover", "rollouts": len(rows)},
        )
    clear(run.store)
    return len(rows)


def _name(content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()[:_NAME_DIGITS]}.parquet"


def _read(store: RunStore, key: str) -> list[Rollout]:
    try:
        content = store.read(key)
    except StoreError:
        if store.size(key) is None:
            return []
        raise
    # Parquet has no checksum of its own here: a changed letter would pass for a completion.
    if key.rpartition("/")[2] != _name(content):
        raise _damaged(store, key, "its bytes are not those that were written")
    try:
        return from_arrow(Rollout, pq.read_table(io.BytesIO(content)))
    except (pa.ArrowException, OSError, StoreError) as error:
        raise _damaged(store, key, " ".join(str(error).split())) from error


def _damaged(store: RunStore, key: str, why: str) -> StoreError:
    return StoreError(
        f"{key!r} in {store.location!r} is damaged ({why}): it holds completions that were not "
        "committed yet. Remove the file to go on without them."
    )
