"""The pool behind a strategy's questions: what a check that fails becomes."""

import asyncio
from collections.abc import Iterator

import pytest

from annotate.checks import PoolContext
from annotate.strategies import Checked, Verified
from schemas import (
    FindingVerdict,
    Outcome,
    Piece,
    RegistryError,
    UnknownReason,
    make_solution,
    text_problem,
)
from verifiers import PluginSource, load_plugin, parse_spec

SOURCE = """
import sys
from dataclasses import dataclass
from typing import ClassVar

from schemas import FindingVerdict, Outcome
from verifiers import CHECKERS, VERIFIERS, Finding, Graded


class Own(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} {second}")


class Mute(Exception):
    def __str__(self):
        return 1 / 0


def fail(how):
    if how == "value":
        raise ValueError("line one\\nline two " + "x" * 500)
    if how == "own":
        raise Own(1, 2)
    if how == "exit":
        sys.exit("bye")
    if how == "deep":
        return fail(how)
    if how == "surrogate":
        raise ValueError("\\ud800")
    if how == "none":
        return None
    if how == "mute":
        raise Mute
    if how == "text":
        return "CORRECT"
    if how == "word":
        return [Finding(step_index=0, verdict="CORRECT")]
    if how == "one":
        return Finding(step_index=0, verdict=FindingVerdict.CORRECT)
    if how == "reason":
        return Graded(answer=1, outcome=Outcome.CORRECT)


@VERIFIERS.register("fails")
@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    how: str
    name: ClassVar[str] = "fails"
    version: ClassVar[str] = "1"
    backend: ClassVar[str | None] = None

    def check(self, problem, solution):
        if solution.text != "bad":
            return [Finding(step_index=0, verdict=FindingVerdict.CORRECT, score=1)]
        return fail(self.how)


@CHECKERS.register("fails")
@dataclass(frozen=True, slots=True, kw_only=True)
class FailsToo:
    how: str
    name: ClassVar[str] = "fails"
    version: ClassVar[str] = "1"
    backend: ClassVar[str | None] = None

    def grade(self, problem, text):
        if text != "bad":
            return Graded(answer=text, outcome=Outcome.CORRECT)
        return fail(self.how)
"""
PLUGIN = PluginSource(name="fails.py", text=SOURCE)
PROBLEM = text_problem("How many?", answers=("4",))
BAD, GOOD = (make_solution(PROBLEM, (Piece(text=text),)) for text in ("bad", "good"))


@pytest.fixture(scope="module")
def context() -> Iterator[PoolContext]:
    """Return one pool for all tests: a child takes a second to start."""
    load_plugin(PLUGIN)
    made = PoolContext(children=1, plugins=(PLUGIN,))
    yield made
    made.close()


def ask(context: PoolContext, how: str) -> tuple[Verified, Verified]:
    """Return what a verifier says of a solution that it fails on, and of one beside it."""
    spec = parse_spec(f"fails(how={how!r})")

    async def both() -> tuple[Verified, Verified]:
        return await asyncio.gather(
            context.verify(spec, PROBLEM, BAD), context.verify(spec, PROBLEM, GOOD)
        )

    return asyncio.run(both())


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("value", "ValueError: line one line two xxx"),
        ("own", "Own: 1 2"),
        ("mute", "Mute"),
        ("exit", "SystemExit: bye"),
        ("deep", "RecursionError: maximum recursion depth exceeded"),
        ("surrogate", r"ValueError: \ud800"),
        ("none", "TypeError: check returned a NoneType, not a sequence of Finding"),
        ("text", "TypeError: check returned a str, not a sequence of Finding"),
        ("one", "TypeError: check returned a Finding, not a sequence of Finding"),
        ("word", "ValidationError: "),
    ],
)
def test_a_verifier_that_fails_on_one_solution_costs_that_one_only(
    context: PoolContext, how: str, message: str
) -> None:
    """It is a stopped check with one line that names the error; the next solution is answered."""
    before = context.stopped
    failed, answered = ask(context, how)

    assert (failed.findings, failed.stopped) == ((), UnknownReason.CRASHED)
    assert (failed.message or "").startswith(message)
    assert len(failed.message or "") <= 200
    assert [(f.step_index, f.verdict) for f in answered.findings] == [(0, FindingVerdict.CORRECT)]
    assert answered.stopped is None
    assert context.stopped == before + 1


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("own", "CRASHED: Own: 1 2"),
        ("none", "CRASHED: TypeError: grade returned a NoneType, not a Graded"),
        ("reason", "CRASHED: ValidationError: "),
    ],
)
def test_a_checker_that_fails_is_censored(context: PoolContext, how: str, reason: str) -> None:
    """An answer that could not be compared is not a wrong one."""
    spec = parse_spec(f"fails(how={how!r})")

    async def both() -> tuple[Checked, Checked]:
        return await asyncio.gather(
            context.grade(spec, PROBLEM, "bad"), context.grade(spec, PROBLEM, "4")
        )

    before = context.stopped
    failed, answered = asyncio.run(both())

    assert (failed.answer, failed.outcome) == (None, Outcome.FAILED)
    assert (failed.reason or "").startswith(reason)
    assert (answered.answer, answered.outcome) == ("4", Outcome.CORRECT)
    assert context.stopped == before + 1


def test_a_check_that_cannot_be_built_is_the_users_to_mend(context: PoolContext) -> None:
    """Every solution would fail alike, so it is no evidence."""
    with pytest.raises(RegistryError, match="how"):
        asyncio.run(context.verify(parse_spec("fails"), PROBLEM, BAD))


def test_a_closed_pool_is_a_programming_error() -> None:
    """It is no crash of a check."""
    closed = PoolContext(children=1)
    closed.close()

    with pytest.raises(RuntimeError, match="close"):
        asyncio.run(closed.verify(parse_spec("arithmetic"), PROBLEM, GOOD))
    assert closed.stopped == 0
