"""Adaptive bisection: counts and starts worked out by hand, and the bounds of both."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.search import Interval, adaptive_count, adaptive_middle


@pytest.mark.parametrize(
    ("right", "count"),
    [
        ([True] * 72, 16),  # seen after 10: the least
        ([False, True] * 36, 24),  # after 20: rounded up
        ([False] * 6 + [True] * 10 + [False] * 56, 16),  # after 16: a multiple already
        ([False] * 7 + [True] * 10 + [False] * 55, 24),  # after 17
        ([False] * 62 + [True] * 10, 72),  # with the very last
        ([False] * 63 + [True] * 9, 72),  # never
        ([True] * 9, 72),  # the root had fewer rollouts than are enough
    ],
)
def test_as_many_as_it_took_to_see_ten_right_ones(right: list[bool], count: int) -> None:
    """Rounded up to a multiple of 8, 16 at least and 72 at most."""
    assert adaptive_count(right, enough=10, least=16, most=72, multiple=8) == count


@given(st.lists(st.booleans(), max_size=90), st.integers(1, 12), st.integers(1, 9))
def test_a_count_keeps_its_bounds_and_more_right_ones_never_raise_it(
    right: list[bool], enough: int, multiple: int
) -> None:
    """An easier problem takes no more."""

    def count(seen: list[bool]) -> int:
        return adaptive_count(seen, enough=enough, least=5, most=50, multiple=multiple)

    assert 5 <= count(right) <= 50
    assert count([True, *right[1:]]) <= count(right)


@pytest.mark.parametrize(
    ("n_steps", "rate", "middle"),
    [
        (8, 0.2, 2),  # rated 1: a quarter of the solution earlier
        (8, 0.3, 4),  # rated round(1.5) = 2
        (8, 0.89, 4),  # rated round(4.45) = 4
        (8, 1.0, 6),  # rated 5: a quarter later
        (4, 0.0, 1),
        (4, 1.0, 3),
        (3, 1.0, 1),  # too short to be moved
        (1, 0.0, None),  # nothing to ask
    ],
)
def test_the_start_is_moved_by_a_quarter(n_steps: int, rate: float, middle: int | None) -> None:
    """To the left below a rating of 2, to the right from 5 on."""
    assert adaptive_middle(Interval(good=0, bad=n_steps), rate, 4) == middle


@given(
    st.integers(2, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))),
    st.floats(0, 1),
    st.integers(2, 6),
)
def test_a_moved_start_stays_inside_and_takes_one_question_more_at_most(
    case: tuple[int, int], rate: float, shift: int
) -> None:
    """What is planted is found all the same."""
    n_spans, first_wrong = case
    interval = Interval(good=0, bad=n_spans)
    middle = adaptive_middle(interval, rate, shift)
    asked = 0
    while middle is not None:
        assert 1 <= middle <= n_spans - 1
        interval = interval.narrowed(middle, sound=middle <= first_wrong)
        asked += 1
        middle = interval.middle

    assert interval == Interval(good=first_wrong, bad=first_wrong + 1)
    assert asked <= 1 + math.ceil(math.log2(n_spans))
