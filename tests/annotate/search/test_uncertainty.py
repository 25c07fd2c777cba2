"""The order in which uncertain steps are looked at, worked out by hand."""

from annotate.search import uncertain_first


def test_the_most_uncertain_step_comes_first_and_the_earlier_of_equals() -> None:
    """One without tokens comes last."""
    assert uncertain_first([0.5, None, 2.0, 0.5, 3.0], increase=False) == (4, 2, 0, 3, 1)


def test_the_increase_compares_with_the_step_before() -> None:
    """Rises of 0 (the first), +1.5, -1, +0.9; a step without tokens is passed over."""
    assert uncertain_first([1.0, 2.5, None, 1.5, 2.4], increase=True) == (1, 4, 0, 3, 2)


def test_nothing_has_no_order() -> None:
    """A solution of one step asks about none."""
    assert uncertain_first([], increase=True) == ()
