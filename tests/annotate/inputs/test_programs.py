"""Programming problems: HumanEval, MBPP, and rows that bring tests of their own."""

from pathlib import Path

import pytest

from annotate.inputs import ParsedRow
from schemas import AnswerType, Rejection, RejectReason
from tests.annotate.inputs.written import one, read, steps

HUMANEVAL = {
    "task_id": "HumanEval/1",
    "prompt": 'def twice(x):\n    """Return twice x."""\n',
    "entry_point": "twice",
    "canonical_solution": "    return 2 * x\n",
    "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    assert candidate(2) == 4\n",
}
MBPP = {
    "task_id": 7,
    "text": "Write a function to double a number.",
    "code": "def twice(x):\n  return 2 * x",
    "test_list": ["assert twice(2) == 4", "assert twice(0) == 0"],
    "test_setup_code": "",
    "challenge_test_list": [],
}


def test_humaneval_asks_by_the_head_of_a_function(tmp_path: Path) -> None:
    """The answer is its test program, called with the function's name; the body is a reference."""
    row = one(tmp_path, HUMANEVAL)

    assert row.problem.question == HUMANEVAL["prompt"]
    assert row.problem.answer_type is AnswerType.TESTS
    assert row.problem.answers == (f"{HUMANEVAL['test']}\n\ncheck(twice)\n",)
    assert (row.source.generator, row.source.source_id) == ("reference", "HumanEval/1")
    assert steps(row) == ["    return 2 * x\n"]


def test_a_model_s_completion_is_the_solution(tmp_path: Path) -> None:
    """It stands before the reference, under its own writer; the problem is the same."""
    sampled = {**HUMANEVAL, "completion": "    return x + x\n", "model": "m"}
    row = one(tmp_path, sampled)

    assert steps(row) == ["    return x + x\n"]
    assert row.source.generator == "m"
    assert row.problem == one(tmp_path, HUMANEVAL).problem


def test_mbpp_asks_by_words_and_tests(tmp_path: Path) -> None:
    """Words alone do not name the function; all the tests of the list are one program."""
    row = one(tmp_path, MBPP)

    assert row.problem.question == (
        "Write a function to double a number.\nYour code should pass these tests:\n\n"
        "assert twice(2) == 4\nassert twice(0) == 0\n"
    )
    assert row.problem.answer_type is AnswerType.TESTS
    assert row.problem.answers == ("\nassert twice(2) == 4\nassert twice(0) == 0",)
    assert row.source.generator == "reference"
    assert "".join(steps(row)) == MBPP["code"]


def test_sanitised_mbpp_has_its_imports_before_its_tests(tmp_path: Path) -> None:
    """Its task is in another field."""
    row = {name: value for name, value in MBPP.items() if name not in {"text", "test_setup_code"}}
    found = one(tmp_path, {**row, "prompt": "Double.", "test_imports": ["import math"]})

    assert found.problem.question.startswith("Double.\nYour code ")
    assert found.problem.answers[0].startswith("import math\nassert twice(2) == 4")


@pytest.mark.parametrize("tests", ["assert f() == 1", ["assert f() == 1", "assert f() < 2"]])
def test_any_row_may_bring_tests(tmp_path: Path, tests: object) -> None:
    """A text or a list of texts; they stand for the accepted answer."""
    row = one(tmp_path, {"question": "Write f.", "tests": tests, "response": "def f(): return 1"})

    assert row.problem.answer_type is AnswerType.TESTS
    assert row.problem.answers == ("\n".join([tests] if isinstance(tests, str) else tests),)  # type: ignore[arg-type]  # a list of texts
    assert steps(row) == ["def f(): return 1"]


@pytest.mark.parametrize("other", [True, 3, "test", "passed", ["a", "b"], {"x": 1}, "def f(:"])
def test_what_asserts_nothing_is_no_test(tmp_path: Path, other: object) -> None:
    """Columns called so for other reasons change nothing: the answer stands."""
    row = one(tmp_path, {"question": "How many?", "answer": "2", "test": other})

    assert row.problem.answers == ("2",)
    assert row.problem.answer_type is AnswerType.AUTO


def test_tests_may_go_by_another_name(tmp_path: Path) -> None:
    """With `--map tests=FIELD`, also those that assert nothing; what is no code is told."""
    good, bad = read(
        tmp_path,
        {"question": "Write f.", "hidden": "run(f)"},
        {"question": "Write g.", "hidden": "run(g"},
        mapping=("tests=hidden",),
    )

    assert isinstance(good, ParsedRow)
    assert good.problem.answers == ("run(f)",)
    assert isinstance(bad, Rejection)
    assert (bad.reason, bad.field) == (RejectReason.WRONG_TYPE, "hidden")
