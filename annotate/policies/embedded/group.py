"""Group: up to eight completions of one prompt that run in step, and their own keys and values.

They began together, so they are always equally long: one product serves all. A completion that
ends gives its place to the last one. Not thread safe.
"""

from collections.abc import Sequence

import numpy as np

from annotate.policies.embedded.cache import Prefix
from annotate.policies.embedded.checkpoint import Floats
from annotate.policies.embedded.sampler import Ints, Seeds

_ROOM = 48
_SAMPLE = np.dtype(np.int64)


class Group:
    """Completions under way."""

    def __init__(self, prefix: Prefix, *, ordinals: range, seed: int, max_tokens: int) -> None:
        """Begin completions of a prompt that has been read.

        Args:
            prefix: The prompt.
            ordinals: Places of the completions in the answer.
            seed: Seed of the completion with ordinal 0.
            max_tokens: Tokens that a completion has at most.
        """
        tail = len(prefix.tokens) - prefix.whole
        n = len(ordinals)
        layers, heads, _, width = prefix.keys.shape
        self.prefix = prefix
        """The prompt."""
        self.n = n
        """Completions that still run: the first `n` of every array here."""
        self.length = tail
        """Own positions with keys and values: the prompt's last part, then what was written."""
        self.ordinals: Ints = np.arange(ordinals.start, ordinals.stop, dtype=_SAMPLE)
        """Place of each completion in the answer. Shape [group]."""
        self.seeds: Seeds = np.uint64(seed) + self.ordinals.astype(np.uint64)
        """Seed of each. Shape [group]."""
        self.written = 0
        """Tokens that each has."""
        self.tokens: Ints = np.zeros((n, max_tokens), _SAMPLE)
        """What was written. Shape [group, max_tokens]."""
        room = tail + min(_ROOM, max_tokens)
        self._limit = tail + max_tokens
        self.keys: Floats = np.empty((layers, n, heads, room, width), np.float32)
        """Own keys. Shape [layers, group, heads, room, head_dim]."""
        self.values: Floats = np.empty_like(self.keys)
        """Own values, likewise."""
        part = slice(prefix.whole, len(prefix.tokens))
        self.keys[:, :, :, :tail] = prefix.keys[:, None, :, part]
        self.values[:, :, :, :tail] = prefix.values[:, None, :, part]

    @property
    def last(self) -> Ints:
        """Token that each completion goes on from. Shape [n]."""
        return self.tokens[: self.n, self.written - 1]

    @property
    def position(self) -> int:
        """Position of that token in its sequence."""
        return self.prefix.whole + self.length

    def append(self, tokens: Ints) -> None:
        """Write one token to each completion. Shape [n]."""
        self.tokens[: self.n, self.written] = tokens
        self.written += 1

    def make_room(self) -> None:
        """Make sure that one more position fits."""
        room = self.keys.shape[3]
        if self.length < room:
            return
        self.keys = self._longer(self.keys, min(room + max(room, _ROOM), self._limit))
        self.values = self._longer(self.values, self.keys.shape[3])

    def drop(self, ended: Sequence[int]) -> None:
        """Take out completions, named in ascending order; the last ones move to their places."""
        for index in reversed(ended):
            self.n -= 1
            if index == self.n:
                continue
            self.ordinals[index] = self.ordinals[self.n]
            self.seeds[index] = self.seeds[self.n]
            self.tokens[index] = self.tokens[self.n]
            for array in (self.keys, self.values):
                array[:, index, :, : self.length] = array[:, self.n, :, : self.length]

    def _longer(self, array: Floats, room: int) -> Floats:
        layers, _, heads, _, width = array.shape
        grown = np.empty((layers, self.n, heads, room, width), np.float32)
        grown[:, :, :, : self.length] = array[:, : self.n, :, : self.length]
        return grown
