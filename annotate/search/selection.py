"""Selection: which wrong rollout is searched next, and the pool that it is taken from. Pure.

Source: OmegaPRM (Luo et al. 2024, arXiv:2406.06592), the selection of its tree search.
"""

import heapq
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from annotate.search.tree import State

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The constants of Q and U, by the paper's names."""

    alpha: float = 0.5
    """Base of the term that prefers rollouts out of promising states, in (0, 1]."""
    beta: float = 0.9
    """Base of the term that prefers short rollouts, in (0, 1]."""
    length_scale: float = 500.0
    """L: the length that costs a factor of beta, in tokens, > 0."""
    c_puct: float = 0.125
    """Weight of exploration, >= 0."""


def rollout_value(mc: float, length: float, weights: Weights) -> float:
    """Return Q(s, r) = alpha^(1 - MC(s)) * beta^(len(r) / L).

    Args:
        mc: MC of the state, in [0, 1].
        length: Length of the rollout in tokens.
        weights: The constants.
    """
    return math.pow(weights.alpha, 1 - mc) * math.pow(weights.beta, length / weights.length_scale)


def exploration(visits: int, total: int, weights: Weights) -> float:
    """Return U(s) = c_puct * sqrt(sum of N) / (1 + N(s)).

    Args:
        visits: N of the state.
        total: Sum of N over the states that have a rollout in the pool.
        weights: The constants.
    """
    return weights.c_puct * math.sqrt(total) / (1 + visits)


@dataclass(frozen=False, slots=True, kw_only=True)
class Pool(Generic[R]):
    """Wrong rollouts that wait to be searched, each with the state it came out of.

    Mutable: what is taken is gone. U is the same for all rollouts of a state, and for all states of
    as many visits, and Q never changes once it is in: only the best rollout of the best state of
    each number of visits can be next. There are few such numbers, so that taking one costs near the
    logarithm of what waits, where open implementations scan all of it.
    """

    weights: Weights
    """The constants."""
    _waiting: dict[int, list[tuple[float, int, R]]] = field(default_factory=dict)
    """State index to a heap of (-Q, number, rollout)."""
    _levels: dict[int, list[tuple[float, int, int]]] = field(default_factory=dict)
    """Visits to a heap of (-Q, number, state): the best of each state, and some that no longer
    are."""
    _filed: dict[int, tuple[int, int]] = field(default_factory=dict)
    """State index to the visits and the number that it is filed under."""
    _changed: set[int] = field(default_factory=set)
    """States to be filed anew before the next is taken."""
    _total: int = 0
    """Sum of N over the states that are filed."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    """Order of entry: the earlier of two equal ones is taken first."""

    def __len__(self) -> int:
        """Return how many rollouts wait."""
        return sum(map(len, self._waiting.values()))

    def add(self, state: int, *, mc: float, length: float, rollout: R) -> None:
        """Add a wrong rollout out of a state, unless the state is already past an error.

        Args:
            state: Index of the state.
            mc: Its MC; at 0 nothing behind it can be told apart, so the rollout is left out.
            length: Length of the rollout in tokens.
            rollout: What is given back by `take`.
        """
        if mc > 0:
            value = rollout_value(mc, length, self.weights)
            entry = (-value, next(self._numbers), rollout)
            heapq.heappush(self._waiting.setdefault(state, []), entry)
            self._changed.add(state)

    def take(self, states: Sequence[State]) -> tuple[int, R] | None:
        """Remove the rollout with the greatest Q + U and return it with its state's index.

        Args:
            states: The tree's states. Only their visits are read, and again only of those that were
                added to or taken from since: no others may be visited.

        Returns:
            None where nothing waits.
        """
        for index in sorted(self._changed & self._waiting.keys()):
            self._file(index, states[index].visits)
        self._changed.clear()
        best = max(self._best_by_visits(), default=None)
        if best is None:
            return None
        index = best[-1]
        _, _, rollout = heapq.heappop(self._waiting[index])
        self._changed.add(index)
        if not self._waiting[index]:
            del self._waiting[index]
            self._total -= self._filed.pop(index)[0]
        return index, rollout

    def _file(self, index: int, visits: int) -> None:
        """Put the best rollout of a state among those of states of as many visits."""
        before, _ = self._filed.get(index, (0, 0))
        self._total += visits - before
        value, number, _ = self._waiting[index][0]
        self._filed[index] = (visits, number)
        heapq.heappush(self._levels.setdefault(visits, []), (value, number, index))

    def _best_by_visits(self) -> Iterator[tuple[float, int, int]]:
        """Yield (Q + U, -number, state) of the best state of each number of visits."""
        for visits in list(self._levels):
            level = self._levels[visits]
            while level and self._filed.get(level[0][2]) != (visits, level[0][1]):
                heapq.heappop(level)
            if not level:
                del self._levels[visits]
                continue
            value, number, index = level[0]
            yield exploration(visits, self._total, self.weights) - value, -number, index
