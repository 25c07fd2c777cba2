"""Tokens are drawn by the distribution that was asked for, each by its own counter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from annotate.policies.embedded.checkpoint import Floats
from annotate.policies.embedded.sampler import Draws, draw, uniform

N = 20_000


def _draws(n: int, *, heat: float = 1.0, top_p: float = 1.0, top_k: int = 0) -> Draws:
    return Draws(
        seeds=np.arange(n, dtype=np.uint64),
        ordinals=np.arange(n) % 7,
        temperature=np.full(n, heat, np.float32),
        top_p=np.full(n, top_p, np.float32),
        top_k=np.full(n, top_k),
    )


def _logits(n: int, *values: float) -> Floats:
    return np.tile(np.array(values, np.float32), (n, 1))


def test_uniform_numbers_are_uniform_along_seeds_and_along_ordinals() -> None:
    """Neighbouring seeds, neighbouring ordinals and their diagonal each pass a KS test."""
    steps = np.arange(N)
    none = np.zeros(N, np.int64)
    along = [
        uniform(steps.astype(np.uint64), none),
        uniform(none.astype(np.uint64), steps),
        uniform(steps.astype(np.uint64), steps),
        uniform((2**64 - 1 - steps.astype(np.uint64)), none),
    ]

    for numbers in along:
        assert stats.kstest(numbers, "uniform").pvalue > 1e-4
        assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.03
    assert abs(np.corrcoef(along[0], along[1])[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("heat", "top_p", "top_k", "expected"),
    [
        (1.0, 1.0, 0, [0.4, 0.3, 0.2, 0.1]),
        (0.5, 1.0, 0, [0.16 / 0.3, 0.09 / 0.3, 0.04 / 0.3, 0.01 / 0.3]),
        (1.0, 1.0, 2, [4 / 7, 3 / 7, 0, 0]),
        (1.0, 0.6, 0, [4 / 7, 3 / 7, 0, 0]),
        (1.0, 0.75, 0, [4 / 9, 3 / 9, 2 / 9, 0]),
        (1.0, 0.5, 3, [4 / 7, 3 / 7, 0, 0]),
        (1.0, 1e-6, 0, [1, 0, 0, 0]),
        (0.0, 1.0, 0, [1, 0, 0, 0]),
    ],
)
def test_tokens_come_as_often_as_their_probability_says(
    heat: float, top_p: float, top_k: int, expected: list[float]
) -> None:
    """Temperature, top-p and top-k, worked out by hand; impossible tokens never come."""
    logits = _logits(N, *np.log([0.4, 0.3, 0.2, 0.1]))

    tokens = draw(logits, _draws(N, heat=heat, top_p=top_p, top_k=top_k))

    counts = np.bincount(tokens, minlength=4)
    possible = np.array(expected) > 0
    assert not counts[~possible].any()
    if possible.sum() > 1:
        chance = stats.chisquare(counts[possible], N * np.array(expected)[possible]).pvalue
        assert chance > 1e-4


def test_greedy_takes_the_first_of_equals() -> None:
    """At temperature 0, and so near to it that division overflows, ties go to the smaller token."""
    assert draw(_logits(3, 0.5, 2.0, 2.0), _draws(3, heat=1e-42)).tolist() == [1, 1, 1]
    assert draw(_logits(3, 0.5, 2.0, 2.0), _draws(3, heat=0.0)).tolist() == [1, 1, 1]


@given(
    heats=st.lists(st.sampled_from([0.0, 0.3, 1.0, 2.0]), min_size=1, max_size=20),
    top_p=st.sampled_from([0.2, 0.9, 1.0]),
    top_k=st.sampled_from([0, 1, 7]),
    seed=st.integers(0, 2**64 - 1),
)
def test_a_row_is_drawn_as_if_it_were_alone(
    heats: list[float], top_p: float, top_k: int, seed: int
) -> None:
    """Rows of mixed sampling in one batch get the tokens that each gets by itself."""
    n = len(heats)
    logits = np.random.Generator(np.random.Philox(key=3)).standard_normal((n, 50), np.float32) * 4
    mixed = Draws(
        seeds=np.uint64(seed) + np.arange(n, dtype=np.uint64),
        ordinals=np.arange(n),
        temperature=np.array(heats, np.float32),
        top_p=np.where(np.arange(n) % 2, 1, top_p).astype(np.float32),
        top_k=np.where(np.arange(n) % 3, 0, top_k),
    )

    together = draw(logits, mixed)

    for i in range(n):
        alone = Draws(
            seeds=mixed.seeds[i : i + 1],
            ordinals=mixed.ordinals[i : i + 1],
            temperature=mixed.temperature[i : i + 1],
            top_p=mixed.top_p[i : i + 1],
            top_k=mixed.top_k[i : i + 1],
        )
        assert draw(logits[i : i + 1], alone)[0] == together[i]
