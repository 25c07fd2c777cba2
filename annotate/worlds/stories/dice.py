"""Random draws from a key: the same key gives the same draws on any machine. No module state."""

import hashlib
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

_T = TypeVar("_T")


class Dice:
    """A counter-based source of draws: draw number n is a hash of the key and n.

    Mutable (it counts); not shared between threads.
    """

    __slots__ = ("_drawn", "_key", "_pool")

    def __init__(self, *key: str | int) -> None:
        """Start at draw 0 of `key`; keys that differ in any part give independent draws."""
        self._key = "/".join(map(str, key)).encode()
        self._drawn = 0
        self._pool: list[int] = []

    def below(self, limit: int) -> int:
        """Return an integer in [0, limit), each equally likely up to 2**-32; `limit` >= 1."""
        if not self._pool:
            block = hashlib.blake2b(self._key + b"#%d" % self._drawn).digest()
            self._drawn += 1
            self._pool = [int.from_bytes(block[i : i + 8], "big") for i in range(0, 64, 8)]
        return self._pool.pop() % limit

    def between(self, low: int, high: int) -> int:
        """Return an integer in [low, high], both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """Return True with probability `share`, in [0, 1]."""
        return self.below(1 << 32) < share * (1 << 32)

    def pick(self, options: Sequence[_T]) -> _T:
        """Return one of `options`, each equally likely; at least one option."""
        return options[self.below(len(options))]

    def pick_weighted(self, options: Sequence[_T], weights: Sequence[int]) -> _T:
        """Return one of `options` with probability proportional to its weight (>= 0)."""
        ends = list(accumulate(weights))
        drawn = self.below(ends[-1])
        return next(option for option, end in zip(options, ends, strict=True) if drawn < end)

    def sample(self, options: Sequence[_T], size: int) -> list[_T]:
        """Return `size` different members of `options`, in drawn order."""
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in range(size)]
