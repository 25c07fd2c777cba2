"""Interval: bisection finds what is planted, and asks no more than it must."""

import math

from hypothesis import given
from hypothesis import strategies as st

from annotate.search import Interval


def bisect(n_spans: int, first_wrong: int) -> tuple[Interval, list[int]]:
    """Return where a search of `n_spans` ends, and what it asked, for an error in one of them."""
    interval = Interval(good=0, bad=n_spans)
    asked = []
    while (middle := interval.middle) is not None:
        asked.append(middle)
        interval = interval.narrowed(middle, sound=middle <= first_wrong)
    return interval, asked


@given(st.integers(1, 600).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_any_planted_error_is_found_within_the_promised_questions(case: tuple[int, int]) -> None:
    """Only real prefixes are asked, none twice, at most ceil(log2 n) of them."""
    n_spans, first_wrong = case
    found, asked = bisect(n_spans, first_wrong)

    assert found == Interval(good=first_wrong, bad=first_wrong + 1)
    assert len(asked) <= math.ceil(math.log2(n_spans))
    assert len(set(asked)) == len(asked)
    assert all(0 < middle < n_spans for middle in asked)


def test_a_power_of_two_takes_its_logarithm_whatever_the_error() -> None:
    """Sixteen spans take four questions, each time."""
    assert {len(bisect(16, error)[1]) for error in range(16)} == {4}


def test_one_span_asks_nothing() -> None:
    """The outcome has already said that it is wrong."""
    assert Interval(good=0, bad=1).middle is None
