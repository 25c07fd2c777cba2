"""PrefixCache: keys and values of prompts already read, in blocks of fixed size.

A block is known by all tokens up to its end, so that prompts share what they have in common from
their beginning. What is cached was computed in the same chunks in which it would be computed again:
a hit changes no bit. Bounded in bytes; the least recently used block goes first. Not thread safe.
"""

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from annotate.policies.embedded.checkpoint import Floats
from annotate.policies.embedded.config import ModelConfig
from annotate.policies.embedded.invariance import CHUNK
from annotate.policies.embedded.sampler import Ints


class Prefix:
    """Keys and values of one prompt."""

    def __init__(self, tokens: Ints, config: ModelConfig) -> None:
        """Make room for a prompt of `tokens`; zeros beyond what is filled in."""
        padded = -(-len(tokens) // CHUNK) * CHUNK
        shape = (config.n_layers, config.n_heads, padded, config.head_dim)
        self.tokens = tokens
        """The prompt. Shape [tokens]."""
        self.known = 0
        """Positions, a multiple of the block size, that came from the cache."""
        self.keys: Floats = np.zeros(shape, np.float32)
        """Shape [layers, heads, padded, head_dim]."""
        self.values: Floats = np.zeros(shape, np.float32)
        """Shape [layers, heads, padded, head_dim]."""

    @property
    def whole(self) -> int:
        """Positions in whole blocks: what rollouts share; the rest of the prompt is copied."""
        return len(self.tokens) // CHUNK * CHUNK


class PrefixCache:
    """Blocks, by the tokens up to their end."""

    def __init__(self, config: ModelConfig, *, limit_bytes: int) -> None:
        """Make an empty cache that holds at most `limit_bytes` of keys and values."""
        self._config = config
        self._blocks: OrderedDict[bytes, Floats] = OrderedDict()
        block_bytes = 8 * config.n_layers * config.n_heads * CHUNK * config.head_dim
        self._limit = limit_bytes // block_bytes
        self.tokens_read = 0
        """Prompt tokens asked for."""
        self.tokens_known = 0
        """Of these, how many were found here."""

    def open(self, tokens: Ints, *, needed: int = -1) -> Prefix:
        """Return room for a prompt, with the blocks that are known filled in.

        Args:
            tokens: The prompt.
            needed: First position whose logits are needed, the last by default: its block is never
                taken from the cache, nor is one behind it.
        """
        prefix = Prefix(tokens, self._config)
        for end, key in _ends(tokens[:needed]):
            block = self._blocks.get(key)
            if block is None:
                break
            prefix.keys[:, :, end - CHUNK : end] = block[0]
            prefix.values[:, :, end - CHUNK : end] = block[1]
            prefix.known = end
        self._touch(tokens[: prefix.known])
        self.tokens_read += len(tokens)
        self.tokens_known += prefix.known
        return prefix

    def store(self, prefix: Prefix) -> None:
        """Keep the whole blocks of a prompt that has been read."""
        for end, key in _ends(prefix.tokens):
            if key not in self._blocks:
                part = slice(end - CHUNK, end)
                self._blocks[key] = np.stack([prefix.keys[:, :, part], prefix.values[:, :, part]])
        self._touch(prefix.tokens)
        while len(self._blocks) > self._limit:
            self._blocks.popitem(last=False)

    def _touch(self, tokens: npt.NDArray[np.int64]) -> None:
        # Deepest first: the beginning of a prompt must outlive its end, which is useless alone.
        for _, key in reversed(_ends(tokens)):
            if key in self._blocks:
                self._blocks.move_to_end(key)


def _ends(tokens: Ints) -> list[tuple[int, bytes]]:
    return [(end, tokens[:end].tobytes()) for end in range(CHUNK, len(tokens) + 1, CHUNK)]
