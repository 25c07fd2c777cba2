"""Drawing tokens from logits, each row by its own counter-based randomness. Pure.

A token depends on its row's logits, seed, ordinal in the completion and sampling, and on nothing
else in the batch.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotate.policies.embedded.checkpoint import Floats

Ints = npt.NDArray[np.int64]
Seeds = npt.NDArray[np.uint64]

SEED_MASK = (1 << 64) - 1
"""Seeds count modulo 2**64."""
COLDEST = 1e-5
"""Below this temperature the likeliest token is taken: dividing by it would overflow."""
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_FRACTION_SHIFT, _FRACTION = np.uint64(11), 2.0**-53


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """How the rows of one batch are drawn. All arrays have shape [rows]."""

    seeds: Seeds
    """Seed of each row's completion."""
    ordinals: Ints
    """Tokens that the completion has already."""
    temperature: Floats
    """Below `COLDEST` takes the likeliest token, the first of equals."""
    top_p: Floats
    """Least mass that is drawn from, in (0, 1]."""
    top_k: Ints
    """Likeliest tokens that are drawn from; 0 means all."""


def uniform(seeds: Seeds, ordinals: Ints) -> npt.NDArray[np.float64]:
    """Return a number in [0, 1) for each (seed, ordinal), without state.

    Source: SplitMix64 (Steele, Lea, Flood 2014, OOPSLA), its finalizer applied to the seed and
    then to seed and counter, so that neighbouring seeds share nothing.
    """
    counted = (ordinals.astype(np.uint64) + np.uint64(1)) * np.uint64(_GOLDEN)
    mixed = _mix(_mix(seeds + np.uint64(_GOLDEN)) + counted)
    return (mixed >> _FRACTION_SHIFT).astype(np.float64) * _FRACTION


def draw(logits: Floats, draws: Draws) -> Ints:
    """Draw one token per row.

    Args:
        logits: Shape [rows, vocabulary]; not changed.
        draws: Seeds and sampling of the rows.

    Returns:
        Tokens. Shape [rows].
    """
    greedy = draws.temperature < COLDEST
    scaled = logits / np.where(greedy, np.float32(1), draws.temperature)[:, None]
    scaled -= scaled.max(axis=1, keepdims=True)
    mass = np.exp(scaled, dtype=np.float64)
    cut = np.flatnonzero(((draws.top_k > 0) | (draws.top_p < 1)) & ~greedy)
    if cut.size:
        mass[cut] = _kept(mass[cut], draws.top_k[cut], draws.top_p[cut])
    cumulated = np.cumsum(mass, axis=1)
    threshold = uniform(draws.seeds, draws.ordinals) * cumulated[:, -1]
    tokens: Ints = (cumulated > threshold[:, None]).argmax(axis=1)
    if greedy.any():
        tokens[greedy] = logits[greedy].argmax(axis=1)
    return tokens


def _kept(mass: npt.NDArray[np.float64], top_k: Ints, top_p: Floats) -> npt.NDArray[np.float64]:
    # As vLLM and Transformers do: first the k likeliest, then the least head of them that holds
    # top_p of what is left. A stable order breaks ties by token.
    order = np.argsort(-mass, axis=1, kind="stable")
    ranked = np.take_along_axis(mass, order, axis=1)
    ranks = np.arange(mass.shape[1])
    ranked[(ranks[None, :] >= top_k[:, None]) & (top_k > 0)[:, None]] = 0.0
    before = np.cumsum(ranked, axis=1) - ranked
    ranked[before >= top_p[:, None] * ranked.sum(axis=1, keepdims=True)] = 0.0
    kept = np.empty_like(mass)
    np.put_along_axis(kept, order, ranked, axis=1)
    return kept


def _mix(state: Seeds) -> Seeds:
    state = (state ^ (state >> _SHIFT_1)) * _MIX_1
    state = (state ^ (state >> _SHIFT_2)) * _MIX_2
    return state ^ (state >> _SHIFT_3)
