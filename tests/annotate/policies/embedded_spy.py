"""Spy: what an engine drew from, for tests that compare bits."""

import numpy as np
import pytest

from annotate.policies.embedded import batch
from annotate.policies.embedded.checkpoint import Floats
from annotate.policies.embedded.sampler import Draws, Ints, draw


class Spy:
    """Keeps the logits that each token was drawn from, and the token, by seed and ordinal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen to all engines of a test."""
        self.logits: dict[tuple[int, int], Floats] = {}
        self.tokens: dict[tuple[int, int], int] = {}
        monkeypatch.setattr(batch, "draw", self._draw)

    def bits(self) -> dict[tuple[int, int], bytes]:
        """Return all logits seen since the last call, as bytes."""
        seen = {key: row.tobytes() for key, row in self.logits.items()}
        self.logits = {}
        return seen

    def _draw(self, logits: Floats, draws: Draws) -> Ints:
        keys = list(zip(draws.seeds.tolist(), draws.ordinals.tolist(), strict=True))
        tokens = draw(logits, draws)
        self.logits |= {key: np.array(row) for key, row in zip(keys, logits, strict=True)}
        self.tokens |= dict(zip(keys, tokens.tolist(), strict=True))
        return tokens
