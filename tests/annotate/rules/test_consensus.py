"""Rule `consensus` against the paper's rule worked out by hand."""

import pytest

from annotate.rules import Consensus
from schemas import FirstErrorVerdict, LabelVerdict, Outcome
from tests.annotate.rules.gathered import (
    decide,
    ended,
    labels,
    opinion,
    prefix,
    prefixes,
    right,
    steps,
    wrong,
)

L = LabelVerdict
SOLUTION = steps(4)
WRONG_AT_2 = (*prefixes(SOLUTION, 5, 1, 0), wrong(SOLUTION))
ALL_RIGHT = (*prefixes(SOLUTION, 5, 1, 3), right(SOLUTION))


def test_the_labels_are_kept_where_both_name_the_same_step() -> None:
    """The first zero is at 2 and the judge says 2."""
    decision = decide(Consensus(), SOLUTION, *WRONG_AT_2, opinion(SOLUTION, 2))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [(s.verdict, s.value) for s in labels(decision)] == [
        (L.CORRECT, 1.0),
        (L.CORRECT, 1.0),
        (L.INCORRECT, 0.0),
        (L.INCORRECT, 0.0),
    ]


def test_both_may_find_no_error() -> None:
    """All prefixes succeed, the answer is right, and the judge names none."""
    decision = decide(Consensus(), SOLUTION, *ALL_RIGHT, opinion(SOLUTION, None))

    assert decision.first_error is FirstErrorVerdict.NONE_FOUND
    assert {s.verdict for s in labels(decision)} == {L.CORRECT}


@pytest.mark.parametrize("named", [0, 1, 3, None])
def test_a_disagreement_drops_the_whole_solution(named: int | None) -> None:
    """A difference by one step is one, and nothing before it is kept either."""
    decision = decide(Consensus(), SOLUTION, *WRONG_AT_2, opinion(SOLUTION, named))

    assert {(s.verdict, s.value) for s in labels(decision)} == {(L.UNKNOWN, None)}
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_an_error_that_only_the_judge_sees_drops_the_solution() -> None:
    """Right answers may hide wrong steps: such a solution is not called right."""
    decision = decide(Consensus(), SOLUTION, *ALL_RIGHT, opinion(SOLUTION, 1))

    assert {s.verdict for s in labels(decision)} == {L.UNKNOWN}


def test_an_opinion_that_could_not_be_read_drops_the_solution() -> None:
    """It agrees with nothing."""
    lost = opinion(SOLUTION, None, usable=False)

    assert {s.verdict for s in labels(decide(Consensus(), SOLUTION, *ALL_RIGHT, lost))} == {
        L.UNKNOWN
    }


def test_what_was_not_asked_is_not_checked() -> None:
    """Neither source decides alone."""
    alone = decide(Consensus(), SOLUTION, *WRONG_AT_2)
    judged = decide(Consensus(), SOLUTION, wrong(SOLUTION), opinion(SOLUTION, 2))

    assert {s.verdict for s in labels(alone)} == {L.NOT_CHECKED}
    assert {s.verdict for s in labels(judged)} == {L.NOT_CHECKED}


def test_rollouts_that_leave_the_place_open_agree_with_no_judge() -> None:
    """A censored prefix before the zero, or a censored end, is undecided."""
    gap = (prefix(SOLUTION, 0, 4), prefix(SOLUTION, 2, 0), wrong(SOLUTION))
    cut = (*prefixes(SOLUTION, 5, 1, 3), ended(SOLUTION, Outcome.TRUNCATED))

    for evidence, named in ((gap, 2), (cut, None)):
        decision = decide(Consensus(), SOLUTION, *evidence, opinion(SOLUTION, named))
        assert {s.verdict for s in labels(decision)} == {L.UNKNOWN}


def test_of_several_opinions_more_than_half_must_name_the_step() -> None:
    """Two of three are enough; two of four are not; an unreadable one is not counted."""
    said = [opinion(SOLUTION, index, ordinal=n) for n, index in enumerate([2, 2, None, 1])]
    lost = opinion(SOLUTION, None, ordinal=9, usable=False)

    assert decide(Consensus(), SOLUTION, *WRONG_AT_2, *said[:3], lost).step_index == 2
    assert decide(Consensus(), SOLUTION, *WRONG_AT_2, *said).step_index is None
