"""Rows about one content brought to agree: disputed ones out, repeated ones once. Pure."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from annotate.reports.gaps import Gap

T = TypeVar("T")


def settle(
    rows: Iterable[tuple[str, T]], claim: Callable[[T], object]
) -> tuple[dict[str, T], dict[Gap, int]]:
    """Return one row per content on which all rows about it agree, and the counts of the others.

    Args:
        rows: (content id, row) in order; of several that agree the first is kept.
        claim: What a row says: rows about one content agree where these are equal.
    """
    kept: dict[str, T] = {}
    counts: dict[str, int] = {}
    disputed: set[str] = set()
    for content_id, row in rows:
        counts[content_id] = counts.get(content_id, 0) + 1
        if claim(kept.setdefault(content_id, row)) != claim(row):
            disputed.add(content_id)
    n_disputed = sum(counts[content_id] for content_id in disputed)
    for content_id in disputed:
        del kept[content_id]
    n_repeated = sum(counts.values()) - n_disputed - len(kept)
    return kept, {Gap.CONTRADICTORY: n_disputed, Gap.REPEATED: n_repeated}
