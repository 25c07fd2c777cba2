"""SignalModel: which step is the first wrong one, by its signals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.search import SignalModel
from schemas import InvalidArgumentError

NUMBERS = st.lists(st.floats(-4, 4), min_size=1, max_size=8)


def model(*weights: float, bias: float = 0.0) -> SignalModel:
    """Return a model of signals that are standardised already."""
    n = len(weights)
    return SignalModel(
        names=tuple(map(str, range(n))),
        means=(0.0,) * n,
        spreads=(1.0,) * n,
        weights=weights,
        bias=bias,
    )


def test_the_first_error_by_hand() -> None:
    """Two steps, each wrong with probability 1/2 if none was before: 2/3 and 1/3 of all errors."""
    told = model(0.0).log_likelihood(np.zeros((2, 1)))

    assert np.exp(told) == pytest.approx([2 * 2 / 3, 2 * 1 / 3, 1.0])


def test_of_two_suspicious_steps_the_earlier_one_is_likelier() -> None:
    """However bad the later one looks: what is asked is the first."""
    told = model(1.0).log_likelihood(np.array([[-5.0], [3.0], [9.0]]))

    assert int(np.argmax(told[:-1])) == 1


@given(NUMBERS, st.floats(-3, 3), st.floats(-2, 2))
def test_the_first_errors_are_a_distribution(
    signals: list[float], weight: float, bias: float
) -> None:
    """Their likelihoods have the mean 1: whether there is an error they leave open."""
    told = model(weight, bias=bias).log_likelihood(np.array(signals)[:, None])

    assert np.exp(told[:-1]).mean() == pytest.approx(1.0)
    assert told[-1] == 0.0


def test_an_unknown_signal_counts_as_the_mean() -> None:
    """A policy that scores no text, a text that was too long."""
    one = model(2.0)

    assert one.log_odds(np.array([[math.nan]])) == one.log_odds(np.array([[0.0]]))


def test_shapes_that_differ_are_refused() -> None:
    """In one line."""
    with pytest.raises(InvalidArgumentError, match="of one length"):
        SignalModel(names=("a",), means=(), spreads=(1.0,), weights=(1.0,), bias=0.0)
