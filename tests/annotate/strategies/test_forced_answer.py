"""The strategy `forced_answer`: potentials worked out by hand, by scores and by agreement."""

import asyncio
import math

import pytest

from annotate.policies import TokenScores
from annotate.strategies import ForcedAnswer
from schemas import (
    Evidence,
    FindingVerdict,
    InvalidArgumentError,
    Role,
    Scope,
    SourceKind,
    prefix_id,
)
from tests.annotate.strategies.scripted import (
    CORRECT,
    PROBLEM,
    Scripted,
    case_of,
    lines,
    numbered,
)


def gather(context: Scripted, n_steps: int, *, by_scores: bool = True) -> list[Evidence]:
    """Return the rows of potentials of a wrong solution."""
    strategy = ForcedAnswer(scored=by_scores)
    found = asyncio.run(strategy.gather(case_of(numbered(n_steps)), context, "g"))
    return [row for row in found.evidence if row.scope is Scope.PREFIX]


def scored(logprobs: tuple[float, ...], entropies: tuple[float, ...]) -> TokenScores:
    """Return scores of so many tokens."""
    ends = tuple(range(1, len(logprobs) + 1))
    return TokenScores(ends=ends, logprobs=logprobs, entropies=entropies)


def test_the_potential_by_scores_worked_out_by_hand() -> None:
    """Acc = (1 + 1/4) / 2, Conf = (1 + 1/2) / 2 after two steps; at the root 1/2 and 1."""

    def likely(prefix: str, text: str) -> TokenScores:
        if text == " 4":
            late = (0.0, math.log(1 / 4))
            return scored(late if prefix.startswith("s0") else (math.log(1 / 2),), (9.0, 9.0))
        return scored((0.0, 0.0), (math.log(4), 0.0) if text == " 7." else (0.0, 0.0))

    def forced(prefix: str) -> tuple[str, ...]:
        return (" 7.", "fails", " 4.", "") if prefix.startswith("s0") else (" 6.",)

    context = Scripted(forced=forced, likely=likely)
    root, first, second = gather(context, 3)
    phi = 1.5 * 0.625 * 0.75 + 0.5 * 0.625 - 0.75

    assert root.score == pytest.approx(1.5 * 0.5 + 0.25 - 1)
    assert [row.score for row in (first, second)] == pytest.approx([phi, phi])
    assert context.asked == [
        (Role.COMPLETER, "So it is", 5),
        (Role.COMPLETER, "s0\nSo it is", 5),
        (Role.COMPLETER, "s0\ns1\nSo it is", 5),
    ]
    assert (root.solution_id, root.step_index, second.step_index, second.tokens) == (
        None,
        None,
        1,
        8,
    )
    assert root.prefix_id == prefix_id(PROBLEM.problem_id, "")
    assert {(row.source_kind, row.source, row.reason) for row in (root, first)} == {
        (SourceKind.SCORES, "policy as COMPLETER", "POTENTIAL")
    }


def test_the_potential_by_agreement_says_so_in_its_source() -> None:
    """Two of three are right: Acc = 2/3, and all give one answer by the checker's reading."""
    context = Scripted(
        forced=lambda _prefix: (" 4", " 4. And", " 5."),
        outcomes={"So it is 4.": CORRECT, "So it is 4. And": CORRECT},
    )
    root, *_ = gather(context, 2, by_scores=False)

    assert root.score == pytest.approx(1.5 * 2 / 3 + 1 / 3 - 1)
    assert root.source == "policy as COMPLETER by agreement"
    assert context.graded[1:4] == ["So it is 4.", "So it is 4. And", "So it is 5."]


def test_where_nothing_was_said_or_scored_the_potential_is_unknown() -> None:
    """With why: no continuation at all, or a text that does not fit."""
    silent = gather(Scripted(forced=lambda _prefix: ("", "fails")), 2)
    long = gather(
        Scripted(
            forced=lambda _prefix: (" 4",), likely=lambda _p, _t: TokenScores(error="error: long")
        ),
        2,
    )

    assert {(row.score, row.verdict, row.reason) for row in silent} == {
        (None, FindingVerdict.UNKNOWN, "NO_CONTINUATION")
    }
    assert {(row.score, row.verdict, row.reason) for row in long} == {
        (None, FindingVerdict.UNKNOWN, "error: long")
    }


def test_a_sentence_does_not_run_into_the_cue() -> None:
    """A line break stands between where the step has no white space at its end."""
    context = Scripted(forced=lambda _prefix: ())
    case = case_of(lines("a", "b"))
    glued = type(case)(problem=PROBLEM, solutions=(numbered(1), lines("a", "b")))
    asyncio.run(ForcedAnswer(scored=False).gather(glued, context, "g"))

    assert context.prefixes == ["So it is", "a\nSo it is"]


def test_right_solutions_are_left_out_where_that_is_said_and_bare_answers_are_needed() -> None:
    """Nothing is asked of a problem that nothing could be right for."""
    solution = numbered(3)
    context = Scripted(outcomes={solution.text: CORRECT})
    asyncio.run(ForcedAnswer(right=False).gather(case_of(solution), context, "g"))

    assert context.asked == []
    assert ForcedAnswer().needs_scores
    assert not ForcedAnswer(scored=False).needs_scores
    with pytest.raises(InvalidArgumentError, match="max_tokens=0"):
        ForcedAnswer(max_tokens=0)
