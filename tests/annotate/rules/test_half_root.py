"""Rule `half_root` against labels worked out by hand."""

import pytest

from annotate.rules import HalfRoot
from schemas import FirstErrorVerdict, InvalidArgumentError, LabelVerdict, ValueKind
from tests.annotate.rules.gathered import (
    decide,
    labels,
    prefix,
    prefixes,
    right,
    root,
    steps,
    wrong,
)

L = LabelVerdict


def test_the_first_rate_below_half_of_the_roots_is_the_first_error() -> None:
    """The root has .75: .5 and .375 pass, .25 fails although rollouts succeed from there."""
    solution = steps(5)

    decision = decide(
        HalfRoot(), solution, root(12, 16), *prefixes(solution, 4, 3, 2, 0), wrong(solution)
    )

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [(s.verdict, s.value) for s in labels(decision)] == [
        (L.CORRECT, 0.5),
        (L.CORRECT, 0.375),
        (L.INCORRECT, 0.25),
        (L.INCORRECT, 0.0),
        (L.INCORRECT, 0.0),
    ]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.SUCCESS_RATE}


def test_a_hard_problem_is_not_held_against_its_steps() -> None:
    """The root has .25: one success in eight is not below half of that."""
    solution = steps(3)

    decision = decide(HalfRoot(), solution, root(2, 8), *prefixes(solution, 1, 0), wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)


def test_counts_of_unequal_size_are_compared_as_shares() -> None:
    """The root has .5: 12 of 48 is not below a half of it, 3 of 16 is, though 12 of 72 are too."""
    solution = steps(4)
    asked = (prefix(solution, 0, 12, 48), prefix(solution, 1, 3, 16), prefix(solution, 2, 12, 72))

    decision = decide(HalfRoot(), solution, root(36, 72), *asked, wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)
    assert [s.value for s in labels(decision)] == [0.25, 3 / 16, 1 / 6, 0.0]


def test_the_fraction_moves_the_threshold() -> None:
    """The root has 1: .75 is below nine tenths of it and not below a half."""
    solution = steps(2)
    asked = (root(8, 8), prefix(solution, 0, 6), wrong(solution))

    assert decide(HalfRoot(), solution, *asked).step_index == 1
    assert decide(HalfRoot(fraction=0.9), solution, *asked).step_index == 0


def test_without_a_rate_of_the_root_nothing_is_checked() -> None:
    """A root that never succeeds, or whose rollouts were all censored, was asked in vain."""
    solution = steps(2)
    asked = (prefix(solution, 0, 4), right(solution))

    missing = decide(HalfRoot(), solution, *asked)
    hopeless = decide(HalfRoot(), solution, *asked, root(0, 8))
    censored = decide(HalfRoot(), solution, *asked, root(0, 0))

    assert [s.verdict for s in labels(missing)] == [L.NOT_CHECKED] * 2
    assert [s.verdict for s in labels(hopeless)] == [L.UNKNOWN] * 2
    assert [s.verdict for s in labels(censored)] == [L.UNKNOWN] * 2
    assert missing.first_error is FirstErrorVerdict.UNDECIDED


@pytest.mark.parametrize("fraction", [0, 1, -1, float("nan"), True])
def test_a_fraction_that_compares_nothing_is_refused(fraction: float) -> None:
    """It is a number in (0, 1)."""
    with pytest.raises(InvalidArgumentError, match=r"fraction=.*\(0, 1\)"):
        HalfRoot(fraction=fraction)
