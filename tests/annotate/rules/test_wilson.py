"""Wilson's interval of a share."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules.wilson import wilson

counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_the_interval_is_wilsons(count: tuple[int, int]) -> None:
    """Bounds: p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2), over 1 + z^2/n."""
    hits, n = count
    z, p = 1.959964, hits / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    bounds = [(p + z * z / (2 * n) + sign * half) / (1 + z * z / n) for sign in (-1, 1)]

    assert list(wilson(hits, n)) == pytest.approx(bounds, abs=1e-6)
