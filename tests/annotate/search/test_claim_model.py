"""Claim models: distributions, whatever the truth and however short the solution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.search import ClaimModel
from schemas import InvalidArgumentError

MODEL = ClaimModel(hit=0.5, late=0.2, early=0.1, miss=0.2, alarm=0.1)


def test_a_claim_by_hand() -> None:
    """Step 1 of three is named; the first and the last step have no earlier and no later ones."""
    told = np.exp(MODEL.log_likelihood(1, 3))

    assert told == pytest.approx([0.1 / 0.9, 0.5, 0.05 / 0.8, 0.1 / 3])
    assert np.exp(MODEL.log_likelihood(None, 3)) == pytest.approx([0.2 / 0.9, 0.2, 0.25, 0.9])


@given(n_steps=st.integers(1, 30))
def test_what_may_be_said_adds_up_to_one(n_steps: int) -> None:
    """Over all steps and none, given each first error, and given none."""
    said = [*range(n_steps), None]
    total = sum(np.exp(MODEL.log_likelihood(named, n_steps)) for named in said)

    assert np.asarray(total) == pytest.approx(np.ones(n_steps + 1))


def test_shares_outside_their_range_are_refused() -> None:
    """None may be certain, for nobody is."""
    with pytest.raises(InvalidArgumentError, match="alarm"):
        ClaimModel(hit=0.5, late=0.2, early=0.1, miss=0.2, alarm=0.0)
    with pytest.raises(InvalidArgumentError, match="sum 1"):
        ClaimModel(hit=0.9, late=0.2, early=0.1, miss=0.2, alarm=0.1)
