"""Attention of many sequences in one pass: rows that are being written, and chunks of prompts.

Each product has a size that depends on its own sequence alone, so that a row's bits do not depend
on the batch. Where a product needs more rows than there are, it takes those that follow, whatever
they are, and what it writes there is written over: groups and chunks are worked in ascending order.
"""

from collections.abc import Sequence

import numpy as np

from annotate.policies.embedded.cache import Prefix
from annotate.policies.embedded.checkpoint import Floats
from annotate.policies.embedded.config import ModelConfig
from annotate.policies.embedded.group import Group
from annotate.policies.embedded.invariance import CHUNK, GROUP_ROWS, SLACK


class Attention:
    """Attention for one pass at a time."""

    def __init__(self, config: ModelConfig, *, rows: int) -> None:
        """Allocate for at most `rows` rows that are being written."""
        self._config = config
        heads, width = config.n_heads, config.head_dim
        self._scores: Floats = np.zeros(CHUNK * heads * (config.context + CHUNK), np.float32)
        self._own: Floats = np.zeros((rows + SLACK, heads, width), np.float32)
        self._sums: Floats = np.ones((rows + SLACK, heads), np.float32)
        future = np.triu(np.full((CHUNK, CHUNK), -np.inf, np.float32), 1)
        self._future = future[:, None, :]
        self.groups: Sequence[Group] = ()
        """Whose completions go on in this pass, one row each, from row 0 on."""
        self.prompts: Sequence[Prefix] = ()
        """What is read in this pass: its rows follow, from each prompt's first unknown token on."""

    def attend(self, layer: int, q: Floats, k: Floats, v: Floats, out: Floats) -> None:
        """Store keys and values of this pass's rows and write attention to `out`."""
        row = 0
        for group in self.groups:
            self._write(layer, group, row, (q, k, v), out)
            row += group.n
        out[:row] += self._own[:row]
        out[:row] /= self._sums[:row, :, None]
        for prefix in self.prompts:
            self._read(layer, prefix, row, (q, k, v), out)
            row += len(prefix.tokens) - prefix.known

    def _write(
        self, layer: int, group: Group, row: int, qkv: tuple[Floats, Floats, Floats], out: Floats
    ) -> None:
        q, k, v = qkv
        n, end, shared = group.n, group.length + 1, group.prefix.whole
        rows, wide = slice(row, row + n), slice(row, row + GROUP_ROWS)
        keys, values = group.keys[layer], group.values[layer]
        keys[:n, :, end - 1] = k[rows]
        values[:n, :, end - 1] = v[rows]
        scores = self._room(GROUP_ROWS, shared + end)
        own = scores[:n]
        if shared:
            before = group.prefix.keys[layer, :, :shared].swapaxes(1, 2)
            np.matmul(q[wide].swapaxes(0, 1), before, out=scores[:, :, :shared].swapaxes(0, 1))
        np.matmul(q[rows, :, None], keys[:n, :, :end].swapaxes(2, 3), out=own[:, :, None, shared:])
        self._sums[rows] = _exponentiate(own)
        if shared:
            before = group.prefix.values[layer, :, :shared]
            np.matmul(scores[:, :, :shared].swapaxes(0, 1), before, out=out[wide].swapaxes(0, 1))
        else:
            out[rows] = 0
        np.matmul(own[:, :, None, shared:], values[:n, :, :end], out=self._own[rows, :, None])

    def _read(
        self, layer: int, prefix: Prefix, row: int, qkv: tuple[Floats, Floats, Floats], out: Floats
    ) -> None:
        q, k, v = qkv
        start, stop = prefix.known, len(prefix.tokens)
        keys, values = prefix.keys[layer], prefix.values[layer]
        keys[:, start:stop] = k[row : row + stop - start].swapaxes(0, 1)
        values[:, start:stop] = v[row : row + stop - start].swapaxes(0, 1)
        for first in range(start, stop, CHUNK):
            end = first + CHUNK
            rows = slice(row + first - start, row + end - start)
            scores = self._room(CHUNK, end)
            by_head = scores.swapaxes(0, 1)
            np.matmul(q[rows].swapaxes(0, 1), keys[:, :end].swapaxes(1, 2), out=by_head)
            scores[:, :, first:] += self._future
            sums = _exponentiate(scores)
            np.matmul(by_head, values[:, :end], out=out[rows].swapaxes(0, 1))
            out[rows] /= sums[:, :, None]

    def _room(self, rows: int, keys: int) -> Floats:
        heads = self._config.n_heads
        return self._scores[: rows * heads * keys].reshape(rows, heads, keys)


def _exponentiate(scores: Floats) -> Floats:
    # In place; returns the sums. Rows are contiguous, so each sum's order depends on its length.
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    sums: Floats = np.add.reduce(scores, axis=-1)
    return sums
