"""`tests`: what each outcome means, and that real programs are told from broken ones."""

import gzip
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from schemas import AnswerType, InvalidArgumentError, Outcome, Problem, text_problem
from verifiers import CHECKERS, Checker, build, build_checker, parse_spec
from verifiers.answers import Answers
from verifiers.programs import ByTests, checker, tried_containment

CODE = Path(__file__).parents[3].parent / "shared" / "data" / "code" / "HumanEval.jsonl.gz"

SUM = "def add(a, b):\n    return a + b"
TESTS = "assert add(1, 2) == 3\nassert add(-1, 1) == 0"

needs_sandbox = pytest.mark.skipif(
    isinstance(tried_containment(), str), reason=f"no sandbox holds here: {tried_containment()}"
)
needs_data = pytest.mark.skipif(
    not CODE.exists(), reason=f"the development data is not beside the repository: {CODE}"
)


def problem(*tests: str, question: str = "Write `add`.") -> Problem:
    """Return a programming problem."""
    return text_problem(question, answers=tests, answer_type=AnswerType.TESTS)


@needs_sandbox
@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        (SUM, Outcome.CORRECT, None),
        (
            "def add(a, b):\n    return a * b",
            Outcome.INCORRECT,
            "AssertionError: assert add(1, 2) == 3",
        ),
        ("def sub(a, b): ...", Outcome.INCORRECT, "NameError: name 'add' is not defined"),
        (
            "def add(a, b):\n    return a / 0",
            Outcome.INCORRECT,
            "ZeroDivisionError: division by zero",
        ),
        ("import sys\nsys.exit(0)", Outcome.INCORRECT, "SystemExit: 0"),
        ("import os\nos._exit(0)", Outcome.INCORRECT, "ended before its tests did: exit status 0"),
        ("import numpy", Outcome.INCORRECT, "ModuleNotFoundError: No module named 'numpy'"),
        (
            "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd",
            Outcome.INCORRECT,
            "Odd",
        ),
        ("I cannot.", Outcome.NO_ANSWER, None),
        ("x = 1\n" * 20_000, Outcome.CHECK_TIMEOUT, "LIMIT"),
    ],
)
def test_each_end_has_its_outcome(text: str, outcome: Outcome, reason: str | None) -> None:
    """With the failing assertion or the exception in one line."""
    graded = ByTests().grade(problem(TESTS), text)

    assert (graded.outcome, graded.reason, graded.answer) == (outcome, reason, None)


@needs_sandbox
def test_a_syntax_error_is_a_wrong_answer() -> None:
    """The line says what Python does."""
    graded = ByTests().grade(problem(TESTS), "```python\ndef add(a, b:\n```")

    assert graded.outcome is Outcome.INCORRECT
    assert (graded.reason or "").startswith("SyntaxError: ")


@needs_sandbox
def test_a_program_that_runs_on_is_censored() -> None:
    """Over its time it is neither right nor wrong."""
    graded = ByTests(cpu_s=1).grade(problem(TESTS), "while True:\n    pass")

    assert (graded.outcome, graded.reason) == (
        Outcome.CHECK_TIMEOUT,
        "over 1 s of computing or 2 s in all",
    )


@needs_sandbox
@pytest.mark.parametrize(
    ("tests", "outcome"),
    [
        (("assert add(1, 1) == 3", TESTS), Outcome.CORRECT),
        (("assert add(1, 1) == 3", "assert False"), Outcome.INCORRECT),
        (("assert False", "bytearray(1 << 40)"), Outcome.CHECK_TIMEOUT),
        (("def broken(", "assert False"), Outcome.FAILED),
        (("def broken(", TESTS), Outcome.CORRECT),
        ((), Outcome.NOT_CHECKED),
    ],
)
def test_passing_any_of_the_test_programs_is_right(
    tests: tuple[str, ...], outcome: Outcome
) -> None:
    """As accepted answers go; what one leaves open is not decided by another's failure."""
    assert ByTests().grade(problem(*tests), SUM).outcome is outcome


def test_each_checker_leaves_the_other_s_problems_alone() -> None:
    """A number is no program, and tests are no answer: both are NOT_CHECKED."""
    numbers = text_problem("How many?", answers=("2",))

    assert ByTests(unsafe=True).grade(numbers, SUM).outcome is Outcome.NOT_CHECKED
    assert (
        Answers().grade(problem("assert True"), "The answer is 2.").outcome is Outcome.NOT_CHECKED
    )


@needs_sandbox
def test_a_grade_can_be_had_again() -> None:
    """Chance, the order of sets and addresses are the same in every run, or left out."""
    tests = (
        "import random\nassert not draw(), (random.random(), list({'a', 'b', 'c', 'd'}), object())"
    )
    text = "def draw():\n    return True"
    first, second = (ByTests().grade(problem(tests), text) for _ in range(2))

    assert first == second
    assert "0x..." in (first.reason or "")


@needs_sandbox
def test_dataclasses_threads_and_event_loops_work() -> None:
    """The standard library is there, as far as it needs no files and no network."""
    text = """
from __future__ import annotations
import asyncio, collections, dataclasses, hashlib, threading, typing

@dataclasses.dataclass(slots=True)
class Point:
    x: typing.ClassVar[int] = 1
    y: int = 2

Pair = collections.namedtuple("Pair", "a b")

async def wait() -> int:
    await asyncio.sleep(0.001)
    return Point().y

def add(a, b):
    found = []
    workers = [threading.Thread(target=lambda: found.append(1)) for _ in range(8)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    return asyncio.run(wait()) + len(found) + len(hashlib.sha256().digest()) + Pair(1, 2).b
"""

    graded = ByTests().grade(problem("assert add(0, 0) == 44"), text)

    assert (graded.outcome, graded.reason) == (Outcome.CORRECT, None)


def test_without_a_sandbox_nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome is NOT_CHECKED with the reason, and no backend is stated."""
    monkeypatch.setattr(checker, "tried_containment", lambda: "nothing here holds")
    graded = ByTests().grade(problem(TESTS), SUM)

    assert (graded.outcome, graded.reason) == (
        Outcome.NOT_CHECKED,
        "NO_SANDBOX: nothing here holds",
    )
    assert ByTests().backend is None
    assert ByTests(unsafe=True).backend == "unsafe"
    assert ByTests(unsafe=True).grade(problem(TESTS), SUM).outcome is Outcome.CORRECT


@pytest.mark.parametrize("arguments", ["cpu_s=0", "cpu_s=60", "memory_mb=1"])
def test_limits_out_of_range_are_refused(arguments: str) -> None:
    """The line shows the value and the range."""
    with pytest.raises(InvalidArgumentError, match=f"{arguments} must be a whole number of"):
        build(CHECKERS, parse_spec(f"tests({arguments})"))


def test_it_is_registered_and_travels() -> None:
    """By its name, as a frozen dataclass of primitives."""
    built = build_checker(parse_spec("tests(cpu_s=2)"))

    assert isinstance(built, Checker)
    assert pickle.loads(pickle.dumps(built)) == built == ByTests(cpu_s=2)  # noqa: S301  # written in this line


def humaneval() -> list[dict[str, Any]]:
    """Return every fifth problem of HumanEval."""
    with gzip.open(CODE, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines][::5]


@needs_sandbox
@needs_data
def test_reference_programs_pass_and_broken_ones_fail() -> None:
    """HumanEval's own programs all pass; those that return nothing, or a constant, all fail."""
    found: dict[str, list[Outcome]] = {"right": [], "nothing": [], "constant": []}
    for row in humaneval():
        asked = problem(f"{row['test']}\n\ncheck({row['entry_point']})\n", question=row["prompt"])
        texts = {"right": row["canonical_solution"], "nothing": "    return\n"}
        texts["constant"] = "    return 0\n"
        for name, text in texts.items():
            found[name].append(ByTests().grade(asked, text).outcome)

    assert {name: set(outcomes) for name, outcomes in found.items()} == {
        "right": {Outcome.CORRECT},
        "nothing": {Outcome.INCORRECT},
        "constant": {Outcome.INCORRECT},
    }
