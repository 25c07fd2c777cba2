"""Courses: what may have happened along a solution. Pure.

A course says where a solution first went wrong, whether it took that back, and where it went wrong
again. Shapes: K courses of M steps; a prefix is named by its last step, in [0, M - 1).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

LONGEST_RETRACTION: Final = 2
"""Most steps between an error and the step that takes it back."""
MOST_PAIRS: Final = 400
"""Pairs of steps, about, that are considered as first and second error: of solutions of more than
20 steps the second one begins at every n-th step only, counted from the end."""
MOST_STEPS_WITH_TWO_ERRORS: Final = 100
"""Longer ones that end wrong are held to err once: even so their courses would be too many."""
CACHED_STEPS: Final = 64
"""Courses of longer solutions are made anew each time: some megabytes each."""


class Kind(IntEnum):
    """What became of the first error."""

    ALONE = 0
    """It stood, and no other changed anything."""
    RETRACTED = 1
    """It was taken back; a wrong answer has another one behind that."""
    FOLLOWED = 2
    """It stood, and a second, separate one came behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """Every course that is considered of a solution."""

    n_steps: int
    """M, >= 1."""
    first: Ints
    """[K] First wrong step; M where no step is wrong. In ascending order."""
    uncorrected: Ints
    """[K] First wrong step that is never taken back; M where there is none."""
    kind: Ints
    """[K] What became of the first error (`Kind`); ALONE where there is none."""
    age: Ints
    """[K, M - 1] Steps since the last error at the end of a prefix, 0 at the error itself; -1 where
    the prefix is sound, or sound again."""
    twice: npt.NDArray[np.bool_]
    """[K, M - 1] Whether two errors stand in the prefix."""
    starts: Ints
    """[M + 1] Where the courses of each first error begin."""

    @property
    def state(self) -> Ints:
        """[K, M - 1] Row of a prefix among [sound, one error by age, two by age of the second]."""
        return np.asarray(self.age + 1 + self.twice * (self.n_steps - 1))

    def options(self, kind: Kind) -> Ints:
        """Return [M + 1] how many courses of a kind each first error has, the last for none."""
        return np.asarray(np.add.reduceat((self.kind == kind).astype(np.int64), self.starts))


def courses_of(n_steps: int, *, ends_wrong: bool, retractions: bool = True) -> Courses:
    """Return the courses of a solution with `n_steps` steps.

    Args:
        n_steps: Steps that take a label, >= 1.
        ends_wrong: Whether its answer is wrong: then it has an error that it does not take back,
            or the checker misjudged it and it has none. A right answer may hide an error, taken
            back or outlived.
        retractions: Whether courses that take an error back are among them, where it is short
            enough for them.

    Of solutions that end wrong there are about 3/2 M^2 courses up to 20 steps, some hundred more
    than M + 1 up to 100, and M + 1 beyond; of those that end right 3 M.
    """
    make = _made_once if n_steps <= CACHED_STEPS else _made
    return make(n_steps, ends_wrong, retractions)


def _made(n_steps: int, ends_wrong: bool, retractions: bool) -> Courses:  # noqa: FBT001  # cached
    told = [
        (first, *rest)
        for first in range(n_steps)
        for rest in _courses_from(first, n_steps, ends_wrong=ends_wrong, retractions=retractions)
    ]
    told.append((n_steps, Kind.ALONE, n_steps, n_steps))
    first, kind, back, again = np.array(told, np.int64).T[:, :, None]
    prefix = np.arange(n_steps - 1)[None, :]
    age = np.where((prefix >= first) & (prefix < back), prefix - first, -1)
    age = np.where(prefix >= again, prefix - again, age)
    return Courses(
        n_steps=n_steps,
        first=first[:, 0],
        uncorrected=np.where(kind == Kind.RETRACTED, again, first)[:, 0],
        kind=kind[:, 0],
        age=age,
        twice=(kind == Kind.FOLLOWED) & (prefix >= again),
        starts=np.searchsorted(first[:, 0], np.arange(n_steps + 1)),
    )


_made_once = lru_cache(maxsize=128)(_made)


def _courses_from(
    first: int, n_steps: int, *, ends_wrong: bool, retractions: bool
) -> Iterator[tuple[Kind, int, int]]:
    """Yield (kind, step that takes the first error back, second error), M for no such step."""
    yield Kind.ALONE, n_steps, n_steps
    if ends_wrong and n_steps > MOST_STEPS_WITH_TWO_ERRORS:
        return
    apart = math.ceil(n_steps**2 / MOST_PAIRS)
    if ends_wrong:  # a second error at the last step changes nothing that one could ask about
        for again in reversed(range(n_steps - 2, first, -apart)):
            yield Kind.FOLLOWED, n_steps, again
    if not retractions:
        return
    for back in range(first + 1, min(first + 1 + LONGEST_RETRACTION, n_steps)):
        if ends_wrong:
            for again in reversed(range(n_steps - 1, back, -apart)):
                yield Kind.RETRACTED, back, again
        else:
            yield Kind.RETRACTED, back, n_steps
