"""The strategy `ask_judge`: what an opinion becomes."""

import asyncio

import pytest

from annotate.strategies import AskJudge, Opinion
from schemas import FindingVerdict, Piece, Scope, SourceKind, StepKind, make_solution
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
