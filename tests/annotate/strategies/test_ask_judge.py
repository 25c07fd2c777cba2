"""The strategy `ask_judge`: what an opinion becomes."""

import asyncio
from dataclasses import replace

import pytest

from annotate.rules import Case
from annotate.strategies import AskJudge, Opinion
from schemas import (
    FindingVerdict,
    InvalidArgumentError,
    Piece,
    RegistryError,
    Scope,
    SourceKind,
    StepKind,
    make_problem,
    make_solution,
)
from tests.annotate.strategies.scripted import PROBLEM, Scripted, case_of

SOLUTION = make_solution(
    PROBLEM, (Piece(text="a"), Piece(text="5", kind=StepKind.OBSERVATION), Piece(text="c"))
)


def opinion(ordinal: int, first_error: int | None, unknown: str | None = None) -> Opinion:
    """Return an opinion of seven tokens."""
    return Opinion(ordinal=ordinal, first_error=first_error, unknown=unknown, text="...", tokens=7)


@pytest.mark.parametrize(
    ("first_error", "unknown", "expected"),
    [
        (2, None, (Scope.STEP, 2, FindingVerdict.INCORRECT, None)),
        (None, None, (Scope.SOLUTION, None, FindingVerdict.CORRECT, None)),
        (None, "UNPARSABLE", (Scope.SOLUTION, None, FindingVerdict.UNKNOWN, "UNPARSABLE")),
        (None, "TRUNCATED", (Scope.SOLUTION, None, FindingVerdict.UNKNOWN, "TRUNCATED")),
        (1, None, (Scope.SOLUTION, None, FindingVerdict.UNKNOWN, "OUT_OF_RANGE")),
        (3, None, (Scope.SOLUTION, None, FindingVerdict.UNKNOWN, "OUT_OF_RANGE")),
        (-1, None, (Scope.SOLUTION, None, FindingVerdict.UNKNOWN, "OUT_OF_RANGE")),
    ],
)
def test_an_opinion_is_one_row(
    first_error: int | None,
    unknown: str | None,
    expected: tuple[Scope, int | None, FindingVerdict, str | None],
) -> None:
    """A named step, none, or a reason; a tool's answer and a step that is not there take none."""
    context = Scripted(said=[opinion(0, first_error, unknown)])
    (row,) = asyncio.run(AskJudge().gather(case_of(SOLUTION), context, "g")).evidence

    assert (row.scope, row.step_index, row.verdict, row.reason) == expected
    assert (row.source_kind, row.source, row.tokens) == (SourceKind.JUDGE, "policy as JUDGE", 7)


def test_several_opinions_keep_their_numbers() -> None:
    """Equal opinions are rows of their own."""
    context = Scripted(said=[opinion(0, 0), opinion(1, 0), opinion(2, None), opinion(3, 0)])
    found = asyncio.run(AskJudge(n=3).gather(case_of(SOLUTION), context, "g"))

    assert [(row.ordinal, row.step_index) for row in found.evidence] == [(0, 0), (1, 0), (2, None)]


def test_a_critique_is_one_row_that_lists_all() -> None:
    """About its first wrong step; a tool's answer among them spoils it; an empty list is a list."""
    said = [
        replace(opinion(0, 0), listed=(0, 2)),
        replace(opinion(1, 0), listed=(0, 1)),
        replace(opinion(2, None), listed=()),
    ]
    found = asyncio.run(AskJudge(n=3).gather(case_of(SOLUTION), Scripted(said=said), "g"))

    assert [(row.step_index, row.verdict, row.reason) for row in found.evidence] == [
        (0, FindingVerdict.INCORRECT, "LISTED 0 2"),
        (None, FindingVerdict.UNKNOWN, "OUT_OF_RANGE"),
        (None, FindingVerdict.CORRECT, "LISTED"),
    ]


def test_each_question_is_a_source_of_its_own() -> None:
    """Two prompts, without the answer and with it; a problem without one is not shown one."""
    asking = AskJudge(prompts=("first_error_boxed", "doubt_boxed"), reference="both")
    context = Scripted(said=[opinion(0, 0)])
    found = asyncio.run(asking.gather(case_of(SOLUTION), context, "g"))
    bare = make_problem(PROBLEM.messages)
    unshown = Case(problem=bare, solutions=(make_solution(bare, (Piece(text="a"),)),))
    alone = asyncio.run(asking.gather(unshown, Scripted(said=[opinion(0, 0)]), "g"))

    sources = [row.source for row in found.evidence]
    assert sources == [
        "policy as JUDGE by first_error_boxed",
        "policy as JUDGE by doubt_boxed",
        "policy as JUDGE by first_error_boxed with the answer",
        "policy as JUDGE by doubt_boxed with the answer",
    ]
    assert context.questions == list(asking.questions())
    assert [row.source for row in alone.evidence] == sources[:2]


def test_prompts_that_are_not_there_are_refused() -> None:
    """So are one named twice, and a word that says nothing of the answer."""
    for prompts in (("first_errors",), ("doubt_boxed", "doubt_boxed")):
        with pytest.raises(RegistryError, match="each once"):
            AskJudge(prompts=prompts)
    with pytest.raises(InvalidArgumentError, match="one of without, with, both"):
        AskJudge(reference="yes")
