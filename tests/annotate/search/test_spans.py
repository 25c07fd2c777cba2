"""Merging of short steps: lengths, and steps that are never split."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from annotate.search import kept_cuts

LENGTHS = st.lists(st.integers(0, 30), min_size=1, max_size=25)


@given(LENGTHS, st.integers(0, 50), st.floats(0, 40))
def test_every_span_is_long_enough_or_it_is_the_whole(
    lengths: list[int], start: int, min_length: float
) -> None:
    """No piece between two cuts that remain is shorter than asked for."""
    ends = [start + sum(lengths[: i + 1]) for i in range(len(lengths))]
    *cuts, stop = ends
    kept = kept_cuts(cuts, start=start, stop=stop, min_length=min_length)

    edges = [start, *(cuts[position] for position in kept), stop]
    assert sorted(set(kept)) == list(kept)
    if kept:
        assert all(b - a >= min_length for a, b in pairwise(edges))


@given(LENGTHS)
def test_nothing_is_merged_where_nothing_is_asked_for(lengths: list[int]) -> None:
    """A least length of zero keeps every cut, those of empty steps too."""
    ends = [sum(lengths[: i + 1]) for i in range(len(lengths))]
    kept = kept_cuts(ends[:-1], start=0, stop=ends[-1], min_length=0)

    assert kept == tuple(range(len(lengths) - 1))


def test_short_steps_join_the_next_and_a_short_end_the_one_before() -> None:
    """Cuts at 2, 10, 12, 20 and 29 of 30, pieces of at least 5: only 10 and 20 remain."""
    assert kept_cuts([2, 10, 12, 20, 29], start=0, stop=30, min_length=5) == (1, 3)
