"""Thoughts as groups of spans."""

from hypothesis import given
from hypothesis import strategies as st

from annotate.search import thought_ends


def test_thoughts_end_where_the_text_says() -> None:
    """The last one ends with the chain."""
    assert thought_ends([False, True, False, False, True, False]) == (2, 5, 6)


def test_where_every_span_or_none_ends_one_there_are_about_sqrt_n() -> None:
    """300 spans are 17 groups of 17 or 18."""
    ends = thought_ends([False] * 300)

    assert thought_ends([True] * 300) == ends
    assert {b - a for a, b in zip((0, *ends), ends, strict=False)} == {17, 18}
    assert (len(ends), thought_ends([True]), thought_ends([False] * 2)) == (17, (1,), (2,))


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_thoughts_cover_the_chain_in_order(breaks: list[bool]) -> None:
    """None is empty."""
    ends = thought_ends(breaks)

    assert ends[-1] == len(breaks)
    assert all(a < b for a, b in zip((0, *ends), ends, strict=False))
