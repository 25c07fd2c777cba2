"""The checker `answers`: outcomes of whole solutions."""

import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AnswerType, Outcome, text_problem
from verifiers.answers import Answers
from verifiers.base import Checker

OPTIONS = "Which is prime?\nA) 4\nB) 6\nC) 7\nD) 9"


@pytest.mark.parametrize(
    ("answers", "text", "outcome"),
    [
        (("72",), "48 + 24 = 72\n#### 72", Outcome.CORRECT),
        (("72",), "48 + 24 = 73\n#### 73", Outcome.INCORRECT),
        (("72",), "I do not know.", Outcome.NO_ANSWER),
        (("72",), "", Outcome.NO_ANSWER),
        ((), "#### 72", Outcome.NOT_CHECKED),
        (("1", "2"), r"\boxed{2}", Outcome.CORRECT),
        (("work\n#### 5",), "A: 5", Outcome.CORRECT),
        (("5",), r"\boxed{9^{9^{9^9}}}", Outcome.CHECK_TIMEOUT),
        (("5", "9^{9^{9^9}}"), r"\boxed{9^{9^{9^9}}}", Outcome.CORRECT),
    ],
)
def test_the_outcome_follows_from_the_answer(
    answers: tuple[str, ...], text: str, outcome: Outcome
) -> None:
    """Any accepted answer will do; no answer, no gold and no decision are told apart."""
    assert outcome is Answers().grade(text_problem("?", answers=answers), text).outcome


@pytest.mark.parametrize(
    ("gold", "text"),
    [
        ("15", "The answer is 15 million"),
        ("15", "The answer is 15 million dollars."),
        ("15", "#### 15 thousand"),
        ("15", "The answer is not 15."),
        ("15", "The answer is not $15$."),
        ("15", "The answer isn't 15."),
        ("15", "The answer is not 15 but 16."),
        ("15", "The answer is 1500%"),
        ("15", "The answer is 15:00"),
        ("15", "The answer is 3:15"),
        ("15", "The answer is 15x"),
        ("15", "The answer is 15xy"),
        ("15", "The answer is 15k."),
        ("15", "The answer is 15π"),
        ("15", "The answer is 15.0x"),
        ("15", "15 or 16"),
        ("16", "15 or 16"),
        ("15", "The answer is 15 or 16."),
        ("15", "The answer is 15 or 16 apples."),
        ("15", "#### 15 or 16"),
        ("15", "15 hours and 30 minutes"),
        ("30", "15 hours and 30 minutes"),
        ("15", "The answer is 15 hours and 30 minutes."),
        ("15", "#### 15 hours and 30 minutes"),
    ],
)
def test_a_number_inside_another_answer_is_not_that_answer(gold: str, text: str) -> None:
    """Scales, negations, glued letters, clock times, alternatives and compounds are no match."""
    assert Answers().grade(text_problem("?", answers=(gold,)), text).outcome is not Outcome.CORRECT


@pytest.mark.parametrize(
    ("gold", "text"),
    [
        *(
            ("15", f"{cue}{number}")
            for cue in ("", "The answer is ", "#### ")
            for number in ("15", "15.", "$15", "15 apples", "15.0", "15 dollars", "(15)", "15cm")
        ),
        ("15%", "The answer is 15%"),
        ("0.5", "The answer is 50%"),
        ("15000000", "The answer is 15 million dollars."),
        ("2.5 million", "The answer is 2,500,000"),
        ("16", "The answer is not 15 but 16."),
        ("0.5", "The answer is 1/2 or 0.5."),
        ("12", "答案是12个"),
    ],
)
def test_a_number_with_its_unit_or_scale_is_that_number(gold: str, text: str) -> None:
    """Currencies, counted nouns, units, per cent and scale words do not hide the number."""
    assert Answers().grade(text_problem("?", answers=(gold,)), text).outcome is Outcome.CORRECT


def test_a_limit_is_named_as_the_reason() -> None:
    """What was not tried is censored, with the reason LIMIT and the answer as written."""
    graded = Answers().grade(text_problem("?", answers=("5",)), r"\boxed{9^9^9}")

    assert graded.reason == "LIMIT"
    assert graded.answer == "9^9^9"


def test_a_problem_without_a_comparable_answer_is_not_checked() -> None:
    """The type NONE (a proof, a program) is never compared."""
    problem = text_problem("?", answers=("proof",), answer_type=AnswerType.NONE)

    assert Answers().grade(problem, "proof").outcome is Outcome.NOT_CHECKED


@pytest.mark.parametrize(
    ("gold", "text", "outcome"),
    [
        ("C", "The answer is 7.", Outcome.CORRECT),
        ("C", "The answer is 9.", Outcome.INCORRECT),
        ("7", "The answer is (C).", Outcome.CORRECT),
        ("7", "The answer is (D).", Outcome.INCORRECT),
        ("C", "Solution: Choice_C - 7", Outcome.CORRECT),
    ],
)
def test_an_option_may_be_named_by_its_letter_or_its_text(
    gold: str, text: str, outcome: Outcome
) -> None:
    """Where the question lists options, a letter and the option's text are the same answer."""
    assert outcome is Answers().grade(text_problem(OPTIONS, answers=(gold,)), text).outcome


@given(st.text(), st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_grading_raise(text: str, gold: str) -> None:
    """Any text for any accepted answer gives an outcome."""
    graded = Answers().grade(text_problem("?", answers=(gold,)), text)

    assert graded.outcome is not Outcome.FAILED


def test_the_checker_keeps_its_contract() -> None:
    """It is a Checker, pickles to itself, and names the library that decides."""
    checker = Answers()

    assert isinstance(checker, Checker)
    assert checker == pickle.loads(pickle.dumps(checker))  # noqa: S301  # our own bytes
    assert str(checker.backend).startswith("math-verify ")


def test_plain_answers_do_not_load_the_symbolic_library() -> None:
    """Numbers, letters and words are decided without math-verify, which takes seconds to import."""
    code = (
        "import sys; from verifiers.answers import equal_answers as e;"
        "[e(*p) for p in (('72','$72.00'), ('B','(A)'), ('yes','no'), ('1,2','2,1'))];"
        "sys.exit('sympy' in sys.modules or 'math_verify' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  # our own code
