"""Rule `step_vote` against votes counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules import StepVote, Vote
from annotate.rules.opinions import read_listed, say_listed
from schemas import FirstErrorVerdict, InvalidArgumentError, LabelVerdict, Semantics, ValueKind
from tests.annotate.rules.gathered import chain, critique, decide, labels, opinion, steps

RIGHT, WRONG = LabelVerdict.CORRECT, LabelVerdict.INCORRECT


@pytest.mark.parametrize(
    ("agreement", "verdicts"),
    [
        ("intersection", [RIGHT, WRONG, RIGHT, RIGHT]),
        ("majority", [RIGHT, WRONG, RIGHT, WRONG]),
        ("union", [WRONG, WRONG, RIGHT, WRONG]),
    ],
)
def test_steps_are_wrong_by_the_votes_of_four_critiques(
    agreement: str, verdicts: list[LabelVerdict]
) -> None:
    """Votes 1, 4, 0 and 2 of 4; half is a majority; behind an error a step may be right."""
    solution = steps(4)
    lists = ((1,), (1, 3), (0, 1, 3), (1,))
    said = [critique(solution, *wrong, ordinal=i) for i, wrong in enumerate(lists)]

    decision = decide(StepVote(agreement=agreement), solution, *said)

    assert [s.verdict for s in labels(decision)] == verdicts
    assert [s.value for s in labels(decision)] == [0.75, 0.0, 1.0, 0.5]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.VOTE_SHARE}
    assert decision.semantics is Semantics.LOCAL
    assert decision.step_index == verdicts.index(WRONG)


def test_critiques_that_list_nothing_hold_all_right() -> None:
    """One is enough; a tool's answer takes no label."""
    solution = chain("a", "5", "b", observed=(1,))

    decision = decide(StepVote(agreement="intersection"), solution, critique(solution))

    assert decision.first_error is FirstErrorVerdict.NONE_FOUND
    assert [s.verdict for s in labels(decision)] == [RIGHT, RIGHT]


def test_an_opinion_on_the_first_error_alone_has_no_vote() -> None:
    """It says nothing of the steps behind; of what could not be read nothing is known at all."""
    solution = steps(3)

    first = decide(StepVote(), solution, opinion(solution, 1))
    unread = decide(StepVote(), solution, opinion(solution, 1, usable=False))

    assert {s.verdict for s in labels(first)} == {LabelVerdict.NOT_CHECKED}
    assert {s.verdict for s in labels(unread)} == {LabelVerdict.UNKNOWN}


def test_a_critique_votes_on_the_first_error_too() -> None:
    """For rules of first errors it is an opinion like any other, of its first wrong step."""
    solution = steps(3)

    decision = decide(Vote(), solution, critique(solution, 1, 2), opinion(solution, 1, ordinal=1))

    assert decision.step_index == 1


@given(wrong=st.sets(st.integers(0, 400)).map(sorted))
def test_a_list_is_read_as_it_was_said(wrong: list[int]) -> None:
    """An empty one is a list too; any other reason is none."""
    assert read_listed(say_listed(wrong)) == tuple(wrong)
    assert read_listed("UNPARSABLE") is None
    assert read_listed(None) is None


def test_an_agreement_that_is_no_word_is_refused() -> None:
    """The line names those that are."""
    with pytest.raises(InvalidArgumentError, match="intersection, majority, union"):
        StepVote(agreement="half")
