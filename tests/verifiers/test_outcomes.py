"""Outcomes: accepted answers, a majority in their place, or none."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import AnswerType, InvalidArgumentError, Outcome, text_problem
from verifiers.answers import Answers
from verifiers.outcomes import OUTCOMES, ByAnswer, ByMajority, NoOutcome, cluster, with_answers
from verifiers.spec import build, parse_spec

OPEN = text_problem("How many apples are left?")
KNOWN = text_problem("How many apples are left?", answers=("4",))


def says(*answers: str | None) -> list[str]:
    """Return completions with these final answers."""
    lost = "Let us first count all of the apples, then take away those that were eaten."
    return [lost if a is None else f"So the answer is {a}." for a in answers]


def test_the_problems_own_answers_are_accepted() -> None:
    """Nothing is sampled for them."""
    assert ByAnswer().accepted(KNOWN, ()) == ("4",)
    assert ByAnswer().accepted(OPEN, says("5", "5", "5", "5")) == ()


def test_a_majority_stands_in_where_there_is_no_answer() -> None:
    """Three of five agree; a problem with an answer keeps it whatever samples say."""
    texts = says("7", "7", "5", "7", "6")

    assert ByMajority().accepted(OPEN, texts) == ("7",)
    assert ByMajority().accepted(KNOWN, texts) == ("4",)


def test_answers_are_one_where_they_are_equal_as_written_otherwise() -> None:
    """A half is .5; none of the spellings alone has a majority."""
    texts = [rf"\boxed{{{a}}}" for a in ("1/2", "0.5", r"\frac{1}{2}", "2", "2")]

    (answer,) = ByMajority().accepted(OPEN, texts)

    graded = Answers().grade(with_answers(OPEN, (answer,)), r"\boxed{0.5}")
    assert graded.outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    "answers",
    [
        ("7", "7", "5", "5"),
        ("7", "7", "7"),
        ("7", "7", "5", "6"),
        ("7", "7", "7", "7", None, None, None, None),
        (None, None, None, None),
        (),
    ],
    ids=["tie", "few", "half", "half with none", "no answer", "no sample"],
)
def test_a_tie_a_small_sample_and_a_small_share_give_none(answers: tuple[str | None, ...]) -> None:
    """What is not told apart from chance is not held to be right."""
    assert ByMajority().accepted(OPEN, says(*answers)) == ()


def test_a_plurality_is_enough_where_the_share_says_so() -> None:
    """Two of five agree and no other two do."""
    texts = says("7", "7", "5", "6", "8")

    assert ByMajority(min_share=0.0).accepted(OPEN, texts) == ("7",)
    assert ByMajority(min_share=0.4).accepted(OPEN, texts) == ()


def test_no_more_samples_vote_than_were_asked_for() -> None:
    """A screen may have drawn more: the vote stays the same."""
    texts = says("7", "7", "7", "5") + says(*["5"] * 20)

    assert ByMajority(samples=4).accepted(OPEN, texts) == ("7",)


def test_last_words_are_a_vote_only_where_the_type_gives_them_a_form() -> None:
    """The word "eaten" is no answer that anybody agreed on; a number at the end may be one."""
    texts = ["First we add, and then the rest is eaten."] * 5
    number = text_problem("How many?", answer_type=AnswerType.NUMBER)

    assert ByMajority().accepted(OPEN, texts) == ()
    assert ByMajority().accepted(number, texts) == ()
    assert ByMajority().accepted(number, ["2 + 2 = 4"] * 5) == ("4",)


def test_a_problem_whose_answers_cannot_be_compared_has_no_majority() -> None:
    """A proof has no final answer to vote on."""
    proof = text_problem("Prove it.", answer_type=AnswerType.NONE)

    assert ByMajority().accepted(proof, says("7", "7", "7", "7")) == ()


def test_without_answers_the_outcome_is_not_checked() -> None:
    """`none` grades nothing, though the problem has an answer; the id stays the problem's."""
    seen = with_answers(KNOWN, NoOutcome().accepted(KNOWN, says("4")))

    assert Answers().grade(seen, "The answer is 4.").outcome is Outcome.NOT_CHECKED
    assert seen.problem_id == KNOWN.problem_id


@given(st.lists(st.none() | st.sampled_from(["1", "2", "3", "01", "2.0"]), max_size=12), st.data())
def test_the_cluster_does_not_depend_on_the_order_of_answers(
    answers: list[str | None], data: st.DataObject
) -> None:
    """It is a vote, and its winner has more votes than any other value."""
    shuffled = data.draw(st.permutations(answers))

    found = cluster(answers, lambda a, b: float(a) == float(b))

    assert found == cluster(shuffled, lambda a, b: float(a) == float(b))
    values = [float(a) for a in answers if a is not None]
    sizes = sorted((values.count(v) for v in set(values)), reverse=True)
    if found is None:
        assert not sizes or (len(sizes) > 1 and sizes[0] == sizes[1])
    else:
        assert (found.votes, found.asked) == (
            values.count(float(found.representative)),
            len(answers),
        )
        assert found.votes == sizes[0]
        assert len(sizes) == 1 or sizes[1] < sizes[0]


def test_a_chain_of_near_equal_answers_is_not_one_cluster() -> None:
    """Each is within 1 of the next, and the ends are far apart: the head decides."""
    found = cluster(["1", "1", "2", "3", "4"], lambda a, b: abs(float(a) - float(b)) <= 1)

    assert found is not None
    assert (found.representative, found.votes, found.asked) == ("1", 3, 5)


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_each_kind_is_built_by_name_and_travels_to_workers(name: str) -> None:
    """It is a frozen dataclass of primitives under its own name."""
    kind = build(OUTCOMES, parse_spec(name))

    assert kind.name == name
    assert pickle.loads(pickle.dumps(kind)) == kind  # noqa: S301  # our own bytes


@pytest.mark.parametrize(
    "arguments", [{"min_share": 1.0}, {"min_share": -0.1}, {"min_answers": 0}, {"samples": 3}]
)
def test_arguments_that_no_vote_could_meet_are_refused(arguments: dict[str, float]) -> None:
    """The message names the argument."""
    with pytest.raises(InvalidArgumentError, match=next(iter(arguments))):
        ByMajority(**arguments)  # type: ignore[arg-type]  # wrong values are the point
