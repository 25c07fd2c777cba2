"""Rule `potential` against labels worked out by hand."""

import pytest

from annotate.rules import Potential
from schemas import (
    FirstErrorVerdict,
    InvalidArgumentError,
    LabelVerdict,
    ValueKind,
)
from tests.annotate.rules.gathered import (
    chain,
    decide,
    labels,
    potential,
    potentials,
    prefixes,
    right,
    root,
    steps,
    wrong,
)

L = LabelVerdict


def test_the_first_fall_below_the_threshold_is_the_first_error() -> None:
    """From 0 by +.25, -.25, -.75 and, to -1 by the outcome, -.25."""
    solution = steps(4)
    rows = potentials(solution, 0.0, 0.25, 0.0, -0.75)

    decision = decide(Potential(), solution, *rows, wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [s.value for s in labels(decision)] == [0.25, -0.25, -0.75, -0.25]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.PROGRESS}
    assert decide(Potential(least=-0.2), solution, *rows, wrong(solution)).step_index == 1


def test_a_right_solution_ends_sure() -> None:
    """Its values add up to 1 less the bare problem's potential."""
    solution = steps(3)
    rows = potentials(solution, -0.5, -0.25, 0.5)

    decision = decide(Potential(), solution, *rows, right(solution))

    assert decision.first_error is FirstErrorVerdict.NONE_FOUND
    assert sum(s.value or 0.0 for s in labels(decision)) == 1.5


def test_what_was_not_asked_or_not_told_decides_nothing() -> None:
    """NOT_CHECKED, also where there are rollouts alone; UNKNOWN."""
    solution = steps(3)
    rollouts = (root(8, 16), *prefixes(solution, 4, 0))
    half = decide(Potential(), solution, *potentials(solution, 0.0, 0.5), wrong(solution))
    none = decide(Potential(), solution, *rollouts, wrong(solution))
    open_ = decide(Potential(), solution, *potentials(solution, 0.0, None, 0.5), wrong(solution))

    assert {s.verdict for s in labels(half)} == {s.verdict for s in labels(none)} == {L.NOT_CHECKED}
    assert {s.verdict for s in labels(open_)} == {L.UNKNOWN}


def test_of_two_gatherings_the_first_by_id_counts_in_any_order() -> None:
    """A potential that one of them could not tell is that of the other."""
    solution = chain("a\n", "b\n")
    rows = [
        potential(solution, None, 0.0),
        potential(solution, 0, None, gathering="a"),
        potential(solution, 0, 0.5, gathering="b"),
        potential(solution, 0, -1.0, gathering="c"),
    ]
    for told in (rows, rows[::-1]):
        assert decide(Potential(), solution, *told, wrong(solution)).step_index == 1


def test_those_of_two_policies_are_refused_unless_one_is_named() -> None:
    """By scores and by agreement are two, though the policy is one."""
    solution = chain("a\n", "b\n")
    rows = [
        potential(solution, step, score, source=source)
        for source, scores in (("p", (0.0, -1.0)), ("p by agreement", (0.0, 0.5)))
        for step, score in zip((None, 0), scores, strict=True)
    ]

    with pytest.raises(InvalidArgumentError, match=r"p by agreement.*source='p'"):
        decide(Potential(), solution, *rows, wrong(solution))
    assert decide(Potential(source="p"), solution, *rows, wrong(solution)).step_index == 0
    named = Potential(source="p by agreement")
    assert decide(named, solution, *rows, wrong(solution)).step_index == 1


@pytest.mark.parametrize("least", [0.1, -2.5, float("nan")])
def test_a_threshold_that_no_change_can_have_is_refused(least: float) -> None:
    """Changes of potential lie in [-2, 2]."""
    with pytest.raises(InvalidArgumentError, match="least"):
        Potential(least=least)
