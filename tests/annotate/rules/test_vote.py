"""Rule `vote` against shares worked out by hand."""

from collections.abc import Sequence

import pytest

from annotate.rules import Decision, Vote
from schemas import Basis, FirstErrorVerdict, InvalidArgumentError, LabelVerdict, ValueKind
from tests.annotate.rules.gathered import chain, decide, labels, opinion, steps, wrong

L = LabelVerdict


def voted(named: Sequence[int | None], *, n_steps: int = 3, threshold: float = 0.5) -> Decision:
    """Return what opinions decide of a solution."""
    solution = steps(n_steps)
    rows = [opinion(solution, index, ordinal=n) for n, index in enumerate(named)]
    return decide(Vote(threshold=threshold), solution, *rows)


def test_a_step_is_wrong_where_more_than_half_place_an_error_up_to_it() -> None:
    """Of four opinions 0, 1, 1 and none: .25, .75 and .75 hold the error to be made."""
    decision = voted([0, 1, 1, None])

    assert [(s.verdict, s.value, s.basis) for s in labels(decision)] == [
        (L.CORRECT, 0.75, Basis.OBSERVED),
        (L.INCORRECT, 0.25, Basis.OBSERVED),
        (L.INCORRECT, 0.25, Basis.INFERRED),
    ]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.VOTE_SHARE}
    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)


def test_opinions_that_differ_on_the_place_still_agree_that_there_is_an_error() -> None:
    """Three of 0, 1 and 2: the majority is behind the error at 1, though each is named once."""
    assert voted([0, 1, 2]).step_index == 1


def test_a_tie_decides_nothing() -> None:
    """Two opinions, 1 and none: half of them is no majority, from step 1 on."""
    decision = voted([1, None])

    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.UNKNOWN, L.UNKNOWN]
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_a_tie_before_a_wrong_step_leaves_the_first_error_open() -> None:
    """Two opinions, 1 and 2: step 2 is wrong by both, step 1 by one."""
    decision = voted([1, 2])

    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.UNKNOWN, L.INCORRECT]
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


@pytest.mark.parametrize(("threshold", "found"), [(0.1, 0), (0.5, 2), (0.9, None)])
def test_the_threshold_makes_it_a_union_or_an_intersection(
    threshold: float, found: int | None
) -> None:
    """Of four opinions 0, 2, 2 and none, one is enough, or three, or all four would be."""
    assert voted([0, 2, 2, None], threshold=threshold).step_index == found


def test_one_opinion_is_enough() -> None:
    """It decides by itself, both ways."""
    assert voted([2]).step_index == 2
    assert voted([None]).first_error is FirstErrorVerdict.NONE_FOUND


def test_an_opinion_that_could_not_be_read_is_no_vote() -> None:
    """It leaves the denominator; where all are such, the solution is undecided."""
    solution = steps(2)
    lost = [opinion(solution, None, ordinal=n, usable=False) for n in range(3)]

    mixed = decide(Vote(), solution, *lost, opinion(solution, 1, ordinal=3))
    none = decide(Vote(), solution, *lost)
    unasked = decide(Vote(), solution, wrong(solution))

    assert [s.value for s in labels(mixed)] == [1.0, 0.0]
    assert {s.verdict for s in labels(none)} == {L.UNKNOWN}
    assert {s.verdict for s in labels(unasked)} == {L.NOT_CHECKED}


def test_an_opinion_that_two_gatherings_hold_is_one_vote() -> None:
    """Asking for one and then for three gives three opinions, not four."""
    solution = steps(2)
    rows = [opinion(solution, index, ordinal=n) for n, index in enumerate([0, None, None])]

    decision = decide(Vote(), solution, *rows, opinion(solution, 0, gathering="other"))

    assert labels(decision)[0].value == pytest.approx(2 / 3)


def test_judges_vote_together_unless_one_is_named() -> None:
    """Equal numbers of two judges are two opinions."""
    solution = steps(2)
    rows = [opinion(solution, 0, source="a"), opinion(solution, None, source="b")]

    assert labels(decide(Vote(), solution, *rows))[0].value == 0.5
    assert labels(decide(Vote(source="a"), solution, *rows))[0].value == 0.0


def test_an_opinion_on_what_takes_no_label_is_no_vote() -> None:
    """A tool's answer is not the first wrong step, nor is one that is not there."""
    solution = chain("a\n", "tool\n", "b", observed=(1,))
    rows = [
        opinion(solution, 1, ordinal=0),
        opinion(solution, 9, ordinal=1),
        opinion(solution, 2, ordinal=2),
    ]

    decision = decide(Vote(), solution, *rows)

    assert [s.value for s in labels(decision)] == [1.0, 0.0]
    assert decision.step_index == 2


@pytest.mark.parametrize("threshold", [0, 1, float("nan"), True])
def test_a_threshold_that_decides_nothing_is_refused(threshold: float) -> None:
    """It is a number in (0, 1)."""
    with pytest.raises(InvalidArgumentError, match=r"threshold=.*\(0, 1\)"):
        Vote(threshold=threshold)
