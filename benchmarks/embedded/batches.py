"""Batches: examples as padded tensors of about equal size, cut from pools sorted by length."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from annotate.worlds.stories import Dice
from benchmarks.embedded.examples import NO_TRUTH, Example

GRAIN = 16
"""Lengths are padded to multiples of this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One example in tokens."""

    ids: tuple[int, ...]
    """Token ids."""
    weights: tuple[float, ...]
    """Loss weight of each token as a prediction. [tokens]"""
    truths: tuple[int, ...]
    """What the side head should say at each token. [tokens]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Padded rows."""

    ids: Tensor
    """Token ids, 0 where padded. [rows, tokens]"""
    weights: Tensor
    """Loss weights, 0 where padded. [rows, tokens]"""
    truths: Tensor
    """Truth classes, NO_TRUTH where not asked. [rows, tokens]"""


class Rows:
    """Turns examples into rows."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take the tokenizer."""
        self._tokenizer = tokenizer

    def encode(self, example: Example) -> Row:
        """Return the example's row."""
        ids: list[int] = []
        weights: list[float] = []
        truths: list[int] = []
        for piece in example:
            tokens = self._tokenizer.encode(piece.text).ids
            ids += tokens
            weights += [piece.weight] * len(tokens)
            truths += [NO_TRUTH] * (len(tokens) - 1) + [piece.truth]
        return Row(ids=tuple(ids), weights=tuple(weights), truths=tuple(truths))


class Buckets:
    """Rows waiting for a batch of their padded length. Mutable.

    Every batch of one length has the same number of rows: each shape of a matrix product that
    PyTorch meets on a CPU costs memory for good.
    """

    def __init__(self, tokens: int) -> None:
        """Take the number of padded tokens of a batch."""
        self._tokens = tokens
        self._waiting: dict[int, list[Row]] = {}

    def cut(self, rows: Iterable[Row], dice: Dice) -> list[Batch]:
        """Return the batches that are full now, in drawn order; the other rows wait on."""
        full: list[list[Row]] = []
        for row in rows:
            length = -(-len(row.ids) // GRAIN) * GRAIN
            bucket = self._waiting.setdefault(length, [])
            bucket.append(row)
            if len(bucket) >= max(1, self._tokens // length):
                full.append(self._waiting.pop(length))
        return [_pad(group) for group in dice.sample(full, len(full))]


def _pad(rows: list[Row]) -> Batch:
    longest = -(-len(rows[0].ids) // GRAIN) * GRAIN
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    weights = torch.zeros((len(rows), longest))
    truths = torch.full((len(rows), longest), NO_TRUTH)
    for index, row in enumerate(rows):
        ids[index, : len(row.ids)] = torch.tensor(row.ids)
        weights[index, : len(row.ids)] = torch.tensor(row.weights)
        truths[index, : len(row.ids)] = torch.tensor(row.truths)
    return Batch(ids=ids, weights=weights, truths=truths)
