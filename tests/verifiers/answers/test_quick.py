"""The quick way of the checker answers: what `grade` would say, or nothing."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import AnswerType, Outcome, text_problem
from verifiers.answers import Answers

numbers = st.one_of(
    st.integers(-(10**17), 10**17).map(str),
    st.integers(0, 99).map(lambda n: f"0{n}"),
    st.sampled_from(
        ["1,000", "1.0", "3/4", "$5", "50%", "1e3", "\u0663", "5 apples", "five", "", "x"]
    ),
)
phrases = st.sampled_from(
    [
        "The answer is {}.",
        "#### {}",
        r"\boxed{{{}}}",
        "so we get {} in the end",
        "The answer is {} or 7.",
        "Step 1: 3 + 4 = 7. Step 2: = {}",
        "{}",
        "A: {}\nThe answer is not known",
    ]
)


@given(
    gold=numbers,
    answer=numbers,
    phrase=phrases,
    kind=st.sampled_from([AnswerType.AUTO, AnswerType.NUMBER, AnswerType.TEXT, AnswerType.CHOICE]),
)
@example(gold="5", answer="05", phrase="#### {}", kind=AnswerType.AUTO)
@example(gold="1000", answer="1,000", phrase="#### {}", kind=AnswerType.AUTO)
@settings(max_examples=150, deadline=None)
def test_quick_says_what_grade_says_or_nothing(
    gold: str, answer: str, phrase: str, kind: AnswerType
) -> None:
    """Whatever the gold, the answer and the way it is announced."""
    problem = text_problem("How many? (A) 1 (B) 5", answers=(gold,), answer_type=kind)
    text = phrase.format(answer)
    quick = Answers().quick(problem, text)

    assert quick is None or quick == Answers().grade(problem, text)


def test_plain_numbers_are_settled_at_once() -> None:
    """The usual case needs no child process; a problem with two answers or none does."""
    one = text_problem("?", answers=("42",))
    right, wrong = (Answers().quick(one, f"The answer is {n}.") for n in (42, 43))

    assert right is not None
    assert wrong is not None
    assert (right.outcome, wrong.outcome) == (Outcome.CORRECT, Outcome.INCORRECT)
    for answers in ((), ("42", "43")):
        assert Answers().quick(text_problem("?", answers=answers), "The answer is 42.") is None
