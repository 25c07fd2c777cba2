"""How many rollouts a bisection takes of each prefix, and where it begins, by the root. Pure.

Source: EpicPRM (Sun et al. 2025, arXiv:2503.02382), its adaptive binary search, with the constants
of its code.
Differs from the paper: the problem's success S is the share of one completer's rollouts, in [0, 1];
the paper adds up two completers, so that there S is in [0, 2] and fewer problems are hard.
"""

import itertools
from collections.abc import Sequence
from typing import Final

from annotate.search.interval import Interval

RATINGS: Final = 5
"""A problem is rated round(RATINGS * S)."""
HARD: Final = 2
"""Below this rating a problem is hard: errors come early."""
EASY: Final = 5
"""From this rating on a problem is easy: errors come late."""
LEAST_SPANS: Final = 4
"""Shorter solutions begin in the middle."""


def adaptive_count(
    right: Sequence[bool], *, enough: int, least: int, most: int, multiple: int
) -> int:
    """Return how many rollouts each prefix of a problem takes.

    As many as it took to see `enough` right rollouts of the bare problem, rounded up to a multiple:
    few for an easy problem, many for a hard one, of which fewer succeed from sound prefixes too.

    Args:
        right: [n] Whether each rollout of the bare problem, by ordinal, reached the answer.
        enough: Right ones to be seen, >= 1 (the paper: 10).
        least: The result is no less (the paper: 16).
        most: The result is no more, and this where too few are right (the paper: 72).
        multiple: Rounded up to a multiple of this, >= 1 (the paper: 8).
    """
    seen = itertools.accumulate(map(int, right))
    taken = next((n for n, count in enumerate(seen, start=1) if count >= enough), most)
    return min(max(-(-taken // multiple) * multiple, least), most)


def adaptive_middle(interval: Interval, rate: float, shift: int) -> int | None:
    """Return the first prefix to ask about, in spans; None where there is none.

    Off the middle by one `shift`-th of the solution: earlier in a hard problem, later in an easy
    one. A worst case takes one question more than bisection from the middle.

    Args:
        interval: Before anything was asked.
        rate: S, success of the bare problem, in [0, 1].
        shift: The part, >= 2 (the paper: 4).
    """
    middle = interval.middle
    if middle is None or interval.bad < LEAST_SPANS:
        return middle
    rating = round(RATINGS * rate)
    towards = -1 if rating < HARD else 1 if rating >= EASY else 0
    moved = middle + towards * (interval.bad // shift)
    return min(max(moved, 1), interval.bad - 1)
