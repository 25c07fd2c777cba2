"""Thoughts: neighbouring steps as groups, so that a long chain is searched on two levels. Pure."""

import math
from collections.abc import Sequence


def thought_ends(breaks: Sequence[bool]) -> tuple[int, ...]:
    """Return after how many spans each thought of a chain ends, ascending; the last after all.

    Where the text shows no thoughts, because no span or every span ends one, about sqrt(n) groups
    of equal numbers of spans stand for them: then both levels are equally long.

    Args:
        breaks: [n] Whether the text ends a thought with each span, n >= 1; what the last one says
            makes no difference.
    """
    n = len(breaks)
    shown = [place for place, ends in enumerate(breaks[:-1], start=1) if ends]
    if 0 < len(shown) < n - 1:
        return (*shown, n)
    groups = round(math.sqrt(n))
    return tuple(-(-n * number // groups) for number in range(1, groups + 1))
