"""Tiling: at which numbers of rows a matrix product gives each row the same bits, and the proof.

A linear algebra library may choose its kernel, and with it the order of a sum, by the size of the
product and the place of a row in it. What it does on this machine is tried out once, at the start,
on random numbers: another order shows itself in nearly every row.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from annotate.policies.embedded.checkpoint import Checkpoint, Floats

GROUP_ROWS = 8
"""Rows of the product of a group's queries with the keys of its shared prefix: always this many."""
CHUNK = 16
"""Tokens of a chunk of prompt, and of a block of the prefix cache."""
SLACK = CHUNK
"""Rows after the last one that a fixed-size product may read and write."""
_FINE, _COARSE = 16, 64
_TILE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiling:
    """How many rows a product has."""

    step: int
    """Numbers of rows are rounded up to a multiple of this."""
    tile: int
    """A product has at most this many rows; a multiple of `step`."""
    proven: bool
    """Whether each row's bits were found to be the same at all these sizes and in every place."""

    def padded(self, rows: int) -> int:
        """Return the number of rows to compute for `rows` of them."""
        return -(-rows // self.step) * self.step

    def multiply(self, left: Floats, right: Floats, out: Floats, rows: int) -> None:
        """Write `left @ right` to `out`, for the first `rows` rows."""
        for start in range(0, rows, self.tile):
            stop = min(start + self.tile, rows)
            np.matmul(left[start:stop], right, out=out[start:stop])


def find_tiling(checkpoint: Checkpoint) -> Tiling:
    """Try out which sizes are safe on this machine, the most flexible first. Takes about 50 ms."""
    matrices = [checkpoint.head]
    for block in checkpoint.blocks[:1]:
        matrices += [block.qkv, block.out, block.gate_up, block.down]
    places = _is_placeless(checkpoint)
    if all(_same_bits(matrix, range(_FINE, _TILE + 1, _FINE)) for matrix in matrices):
        return Tiling(step=_FINE, tile=_TILE, proven=places)
    fixed = all(_same_bits(matrix, [_COARSE]) for matrix in matrices)
    return Tiling(step=_COARSE, tile=_COARSE, proven=fixed and places)


def _same_bits(matrix: Floats, sizes: Iterable[int]) -> bool:
    rows = _noise(_TILE, matrix.shape[0])
    # A row at place p of a product of s rows, against the same row at other places and sizes.
    first = np.matmul(rows[: max(sizes)], matrix)
    for size in sizes:
        for shift in (0, 1, 7, size // 2 + 3):
            taken = np.arange(shift, shift + size) % len(first)
            if not np.array_equal(np.matmul(rows[taken], matrix), first[taken]):
                return False
    return True


def _is_placeless(checkpoint: Checkpoint) -> bool:
    # The products with a shared prefix have a fixed number of rows: only places can differ.
    width = checkpoint.config.head_dim
    for n_keys in range(CHUNK, checkpoint.config.context, 5 * CHUNK):
        keys = _noise(n_keys, width)
        queries, weights = _noise(GROUP_ROWS, width), _noise(GROUP_ROWS, n_keys)
        scores, sums = queries @ keys.T, weights @ keys
        for shift in (1, GROUP_ROWS // 2, GROUP_ROWS - 1):
            moved = np.roll(queries, shift, axis=0) @ keys.T, np.roll(weights, shift, axis=0) @ keys
            if not np.array_equal(moved[0], np.roll(scores, shift, axis=0)):
                return False
            if not np.array_equal(moved[1], np.roll(sums, shift, axis=0)):
                return False
    return True


def _noise(*shape: int) -> Floats:
    generator = np.random.Generator(np.random.Philox(key=0))
    return generator.standard_normal(shape, dtype=np.float32)
