"""Spans: neighbouring steps merged until each span is long enough to be worth a question. Pure."""

from collections.abc import Sequence


def kept_cuts(cuts: Sequence[int], *, start: int, stop: int, min_length: float) -> tuple[int, ...]:
    """Return the positions in `cuts` that remain when short neighbours are merged.

    Args:
        cuts: [n] Offsets where steps end, ascending, each above `start` and below `stop`.
        start: Offset where the text to be searched begins.
        stop: Offset where it ends.
        min_length: Least length of a span, in the unit of the offsets.

    Each span between two cuts that remain, and before the first and after the last, is at least
    `min_length` long, unless the whole is shorter. A step is never split.

    Source: OmegaPRM (arXiv:2406.06592): the search stops at pieces shorter than a sixteenth of the
    average solution.
    """
    kept: list[int] = []
    last = start
    for position, cut in enumerate(cuts):
        if cut - last >= min_length:
            kept.append(position)
            last = cut
    while kept and stop - cuts[kept[-1]] < min_length:
        kept.pop()
    return tuple(kept)
