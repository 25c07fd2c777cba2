"""The potential of a prefix, worked out by hand, and its range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.search import agreement, potential

SHARES = st.floats(0, 1)


@pytest.mark.parametrize(
    ("accuracy", "confidence", "phi"),
    [(1, 1, 1.0), (0, 1, -1.0), (0, 0, 0.0), (1, 0, 0.5), (0.5, 0.5, 0.125), (0.2, 0.8, -0.46)],
)
def test_potential_by_hand(accuracy: float, confidence: float, phi: float) -> None:
    """1.5 Acc Conf + 0.5 Acc - Conf."""
    assert potential(accuracy, confidence) == pytest.approx(phi)


@given(SHARES, SHARES, SHARES)
def test_a_likelier_right_answer_never_lowers_it(one: float, other: float, sure: float) -> None:
    """It stays in [-1, 1]."""
    low, high = sorted((one, other))

    assert -1 <= potential(low, sure) <= potential(high, sure) <= 1


def test_agreement_is_the_share_of_the_commonest_answer() -> None:
    """No answer agrees with none."""
    assert agreement(["4", "5", "4", None, "4"]) == 0.6
    assert agreement([None, None]) == 0.0
