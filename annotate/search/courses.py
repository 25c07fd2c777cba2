"""Courses: what may have happened along a solution. Pure.

A course says where a solution first went wrong, whether it took that back, and where it went wrong
for good. Shapes: K courses of M steps; a prefix is named by its last step, in [0, M - 1).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

LONGEST_RETRACTION: Final = 2
"""Most steps between an error and the step that takes it back."""
MOST_STEPS_WITH_RETRACTIONS: Final = 20
"""Longer solutions are held to take nothing back: their courses would be too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """Every course that is considered of a solution."""

    n_steps: int
    """M, >= 1."""
    first: Ints
    """[K] First wrong step; M where no step is wrong. In ascending order."""
    uncorrected: Ints
    """[K] First wrong step that is never taken back; M where there is none."""
    age: Ints
    """[K, M - 1] Steps since the last error at the end of a prefix, 0 at the error itself; -1 where
    the prefix is sound, or sound again."""
    starts: Ints
    """[M + 1] Where the courses of each first error begin."""

    @property
    def retracted(self) -> npt.NDArray[np.bool_]:
        """[K] Whether the first error is taken back."""
        return np.asarray(self.uncorrected != self.first)


@lru_cache(maxsize=512)
def courses_of(n_steps: int, *, ends_wrong: bool, retractions: bool = True) -> Courses:
    """Return the courses of a solution with `n_steps` steps.

    Args:
        n_steps: Steps that take a label, >= 1.
        ends_wrong: Whether its answer is wrong: then it has an error that it does not take back,
            or the checker misjudged it and it has none. A right answer may hide an error, taken
            back or outlived.
        retractions: Whether courses that take an error back are among them, where it is short
            enough for them.

    There are about M^2 courses with a retraction where it ends wrong, and M + 1 without.
    """
    taking_back = retractions and n_steps <= MOST_STEPS_WITH_RETRACTIONS
    told: list[tuple[int, int, int]] = []  # first error, where it is taken back, last one
    for first in range(n_steps):
        told.append((first, n_steps, first))
        if not taking_back:
            continue
        for back in range(first + 1, min(first + 1 + LONGEST_RETRACTION, n_steps)):
            if ends_wrong:
                told += ((first, back, again) for again in range(back + 1, n_steps))
            else:
                told.append((first, back, n_steps))
    told.append((n_steps, n_steps, n_steps))
    errs, back, errs_last = np.array(told, np.int64).T[:, :, None]
    prefix = np.arange(n_steps - 1)[None, :]
    wrong_once = (prefix >= errs) & (prefix < back)
    age = np.where(wrong_once, prefix - errs, -1)
    age = np.where(prefix >= errs_last, prefix - errs_last, age)
    return Courses(
        n_steps=n_steps,
        first=errs[:, 0],
        uncorrected=errs_last[:, 0],
        age=age,
        starts=np.searchsorted(errs[:, 0], np.arange(n_steps + 1)),
    )
