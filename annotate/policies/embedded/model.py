"""Model: one pass of a Llama decoder over rows of many sequences at once, in NumPy.

A row is one token at one position of one sequence. Its result has the same bits whatever the other
rows are: every product runs at a size for which `invariance.py` has shown that on this machine, and
everything else works row by row. Not safe for threads: buffers are reused between passes.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from annotate.policies.embedded.checkpoint import Checkpoint, Floats
from annotate.policies.embedded.invariance import SLACK, Tiling
from annotate.policies.embedded.sampler import Ints

Attend = Callable[[int, Floats, Floats, Floats, Floats], None]
"""Called with layer, queries, keys, values and where the result goes, each of shape
[rows + slack, heads, head_dim]; the slack may be read and written at will."""


class Model:
    """A checkpoint with its buffers."""

    def __init__(self, checkpoint: Checkpoint, *, tiling: Tiling, rows: int) -> None:
        """Allocate.

        Args:
            checkpoint: Weights.
            tiling: At which numbers of rows products run.
            rows: Rows of a pass at most.
        """
        shape = checkpoint.config
        self.config = shape
        self._weights = checkpoint
        self._tiling = tiling
        self._width = shape.n_heads * shape.head_dim
        n = tiling.padded(rows) + SLACK

        def buffer(width: int) -> Floats:
            return np.zeros((n, width), np.float32)

        self._x, self._normed = buffer(shape.hidden_size), buffer(shape.hidden_size)
        self._qkv, self._attended = buffer(3 * self._width), buffer(self._width)
        self._gates = buffer(2 * shape.intermediate_size)
        self._gated = buffer(shape.intermediate_size)
        self._added = buffer(shape.hidden_size)
        self._turns = _rotations(shape.context, shape.head_dim, shape.rope_theta)

    def logits(self, tokens: Ints, positions: Ints, attend: Attend, wanted: Ints) -> Floats:
        """Run one pass.

        Args:
            tokens: Token of each row. Shape [rows].
            positions: Its position in its sequence, < context. Shape [rows].
            attend: Stores keys and values and computes attention.
            wanted: Rows whose logits are returned.

        Returns:
            Shape [wanted, vocabulary].
        """
        rows = len(tokens)
        n = self._tiling.padded(rows)
        self._x[:rows] = self._weights.embedding[tokens]
        self._x[rows:n] = 0
        turns = np.ones((n, 1, self.config.head_dim // 2), np.complex64)
        turns[:rows, 0] = self._turns[positions]
        for layer, block in enumerate(self._weights.blocks):
            self._norm(n)
            self._tiling.multiply(self._normed, block.qkv, self._qkv, n)
            self._rotate(turns, n)
            heads = self._qkv.reshape(-1, 3, self.config.n_heads, self.config.head_dim)
            out = self._attended.reshape(-1, self.config.n_heads, self.config.head_dim)
            attend(layer, heads[:, 0], heads[:, 1], heads[:, 2], out)
            self._tiling.multiply(self._attended, block.out, self._added, n)
            self._x[:n] += self._added[:n]
            self._norm(n)
            self._tiling.multiply(self._normed, block.gate_up, self._gates, n)
            self._gate(n)
            self._tiling.multiply(self._gated, block.down, self._added, n)
            self._x[:n] += self._added[:n]
        return self._head(wanted)

    def _head(self, wanted: Ints) -> Floats:
        n = self._tiling.padded(len(wanted))
        kept = self._x[wanted]
        self._x[: len(wanted)] = kept
        self._norm(n)
        logits = np.empty((n, self.config.vocab_size), np.float32)
        self._tiling.multiply(self._normed, self._weights.head, logits, n)
        return logits[: len(wanted)]

    def _norm(self, n: int) -> None:
        x = self._x[:n]
        scale = np.vecdot(x, x)
        scale /= self.config.hidden_size
        scale += self.config.rms_norm_eps
        np.sqrt(scale, out=scale)
        np.divide(x, scale[:, None], out=self._normed[:n])

    def _rotate(self, turns: npt.NDArray[np.complex64], n: int) -> None:
        pairs = self._qkv[:n].view(np.complex64)[:, : self._width]
        turned = pairs.reshape(n, 2 * self.config.n_heads, -1)
        np.multiply(turned, turns, out=turned)

    def _gate(self, n: int) -> None:
        inner = self.config.intermediate_size
        gate, up = self._gates[:n, :inner], self._gates[:n, inner:]
        gated = self._gated[:n]
        np.negative(gate, out=gated)
        np.exp(gated, out=gated)
        gated += 1
        np.divide(gate, gated, out=gated)
        gated *= up


def _rotations(context: int, width: int, theta: float) -> npt.NDArray[np.complex64]:
    speeds = theta ** (-np.arange(0, width, 2, dtype=np.float64) / width)
    angles = np.arange(context, dtype=np.float64)[:, None] * speeds
    turns: npt.NDArray[np.complex64] = np.exp(1j * angles).astype(np.complex64)
    return turns
