"""Scores of given tokens: their probabilities and the entropies that they were drawn under. Pure.

Each row is worked by itself, so that a token's scores have the same bits in any company.
"""

import numpy as np

from annotate.policies.embedded.checkpoint import Floats
from annotate.policies.embedded.sampler import Ints

_ROWS = 64
"""Rows worked at a time: a large vocabulary takes much room in double precision."""

Score = tuple[int, float, float]
"""Bytes of the text up to the end of a token; log probability and entropy, in nats."""


def first_scored(ends: Ints, start: int) -> int:
    """Return the first token that is scored: the first that ends behind `start`.

    A token that reaches over `start` belongs to the text. The very first token is never scored:
    nothing stands before it.

    Args:
        ends: [tokens] Bytes up to the end of each token.
        start: Bytes before the text.
    """
    return max(1, int(np.searchsorted(ends, start, side="right")))


def scores_of(logits: Floats, tokens: Ints, ends: Ints) -> list[Score]:
    """Return the scores of tokens.

    Args:
        logits: What each token was one draw of. Shape [tokens, vocabulary].
        tokens: Shape [tokens].
        ends: Bytes of the text up to the end of each. Shape [tokens].
    """
    found: list[Score] = []
    for start in range(0, len(tokens), _ROWS):
        part = slice(start, start + _ROWS)
        rows = logits[part].astype(np.float64)
        rows -= rows.max(axis=1, keepdims=True)
        mass = np.exp(rows)
        total = mass.sum(axis=1)
        # H = log Z - E[logit], over the whole vocabulary.
        entropy = np.log(total) - (mass * rows).sum(axis=1) / total
        said = rows[np.arange(len(rows)), tokens[part]] - np.log(total)
        found += zip(
            ends[part].tolist(), said.tolist(), np.maximum(entropy, 0.0).tolist(), strict=True
        )
    return found
