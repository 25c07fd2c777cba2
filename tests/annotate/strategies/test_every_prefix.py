"""The strategy `every_prefix`: one question per prefix, the last step left to the outcome."""

import asyncio

import pytest

from annotate.strategies import EveryPrefix
from schemas import (
    InvalidArgumentError,
    Outcome,
    Piece,
    Role,
    Scope,
    SourceKind,
    StepKind,
    make_solution,
    prefix_id,
)
from tests.annotate.strategies.scripted import (
    CORRECT,
    PROBLEM,
    Scripted,
    case_of,
    numbered,
    sound_until,
)


def test_every_prefix_but_the_last_is_rolled_out() -> None:
    """Rollouts start from the exact text, whatever the outcome; counts per step as evidence."""
    solution = numbered(4)
    context = Scripted(answer=sound_until(2, k_right=3), outcomes={solution.text: CORRECT})
    found = asyncio.run(EveryPrefix(k=8).gather(case_of(solution), context, "g"))

    texts = ["s0\n", "s0\ns1\n", "s0\ns1\ns2\n"]
    assert context.asked == [(Role.COMPLETER, text, 8) for text in texts]
    outcome, *rows = found.evidence
    assert (outcome.scope, outcome.outcome, outcome.source) == (Scope.SOLUTION, CORRECT, "answers")
    assert [(r.step_index, r.successes, r.trials, r.tokens) for r in rows] == [
        (0, 3, 8, 80),
        (1, 3, 8, 80),
        (2, 0, 8, 80),
    ]
    assert [r.prefix_id for r in rows] == [prefix_id(PROBLEM.problem_id, text) for text in texts]
    assert {(r.scope, r.source_kind, r.source, r.solution_id, r.ordinal) for r in rows} == {
        (Scope.PREFIX, SourceKind.ROLLOUTS, "policy as COMPLETER", solution.solution_id, 0)
    }


def test_what_no_rule_reads_is_not_paid_for() -> None:
    """No empty step, whose prefix is another's, nor one behind which only a tool answers."""
    texts = ("", "a\n", "", "b\n", "seen\n")
    kinds = (*[StepKind.RESPONSE] * 4, StepKind.OBSERVATION)
    pieces = tuple(Piece(text=text, kind=kind) for text, kind in zip(texts, kinds, strict=True))
    context = Scripted()
    asyncio.run(EveryPrefix().gather(case_of(make_solution(PROBLEM, pieces)), context, "g"))

    assert context.prefixes == ["a\n"]


def test_the_outcome_is_graded_and_paid_for_as_ask_verifiers_does() -> None:
    """One grade and one cost per solution."""
    solutions = (numbered(1), numbered(3))
    found = asyncio.run(EveryPrefix().gather(case_of(*solutions), Scripted(), "g"))

    ids = [s.solution_id for s in solutions]
    assert [grade.completion_id for grade in found.grades] == ids
    assert [(cost.solution_id, cost.seconds) for cost in found.costs] == [(i, 0.25) for i in ids]


def test_a_solution_of_one_step_costs_nothing() -> None:
    """Its only step is its last."""
    context = Scripted()
    found = asyncio.run(EveryPrefix().gather(case_of(numbered(1)), context, "g"))

    assert context.asked == []
    assert len(found.evidence) == 1


def test_prefixes_that_solutions_share_have_one_id_and_a_row_each() -> None:
    """The rollouts are the same; the ledger pays for them once."""
    found = asyncio.run(EveryPrefix().gather(case_of(numbered(2), numbered(3)), Scripted(), "g"))

    shared, *rest = [row for row in found.evidence if row.scope is Scope.PREFIX]
    assert [row.prefix_id == shared.prefix_id for row in rest] == [True, False]


def test_a_prefix_of_a_given_solution_ends_with_its_separator() -> None:
    """The next step begins where the completion does; an empty step has a prefix of its own."""
    pieces = (Piece(text="a"), Piece(text=""), Piece(text="c"))
    solution = make_solution(PROBLEM, pieces, separator="\n\n")
    context = Scripted()
    asyncio.run(EveryPrefix().gather(case_of(solution), context, "g"))

    assert context.prefixes == ["a\n\n", "a\n\n\n\n"]


def test_what_a_tool_answered_is_not_rolled_out() -> None:
    """Only labelled steps are asked about; an observation stays in the text of later prefixes."""
    pieces = (
        Piece(text="call\n", kind=StepKind.ACTION),
        Piece(text="5\n", kind=StepKind.OBSERVATION),
        Piece(text="so\n"),
        Piece(text="end\n"),
    )
    context = Scripted()
    asyncio.run(EveryPrefix().gather(case_of(make_solution(PROBLEM, pieces)), context, "g"))

    assert context.prefixes == ["call\n", "call\n5\nso\n"]


def test_censored_rollouts_are_no_trials() -> None:
    """Where all are censored the row says 0 of 0: undecided, never wrong."""
    context = Scripted(answer=lambda _prefix, i: (f"{i}", Outcome.TRUNCATED))
    found = asyncio.run(EveryPrefix(k=3).gather(case_of(numbered(2)), context, "g"))

    assert [(r.successes, r.trials) for r in found.evidence[1:]] == [(0, 0)]


def test_the_root_is_asked_where_a_rule_needs_it() -> None:
    """Its row comes first among the rollouts and is about the problem."""
    context = Scripted()
    found = asyncio.run(EveryPrefix(k=2, root_k=5).gather(case_of(numbered(2)), context, "g"))

    assert context.asked == [(Role.COMPLETER, "", 5), (Role.COMPLETER, "s0\n", 2)]
    assert [row.scope for row in found.evidence] == [Scope.SOLUTION, Scope.PROBLEM, Scope.PREFIX]


def test_drawing_stops_at_the_first_success_where_that_is_said() -> None:
    """1, 2, 4, 8 in all; a prefix that never succeeds takes all; the rows say it."""

    def third(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        return "", CORRECT if ordinal == 2 and prefix == "s0\n" else Outcome.INCORRECT

    context = Scripted(answer=third)
    strategy = EveryPrefix(k=7, stop_at_success=True)
    found = asyncio.run(strategy.gather(case_of(numbered(3)), context, "g"))

    asked = {prefix: [n for _, p, n in context.asked if p == prefix] for prefix in context.prefixes}
    assert asked == {"s0\n": [1, 2, 4], "s0\ns1\n": [1, 2, 4, 7]}
    rows = [(r.successes, r.trials, r.tokens, r.reason) for r in found.evidence[1:]]
    assert rows == [(1, 4, 40, "STOPPED_AT_SUCCESS"), (0, 7, 70, "STOPPED_AT_SUCCESS")]
    assert strategy.stop_rule == "all; a prefix at its first success"


def test_no_rollouts_per_prefix_is_refused() -> None:
    """The line names the argument."""
    with pytest.raises(InvalidArgumentError, match="k=0"):
        EveryPrefix(k=0)


def test_right_solutions_are_left_out_where_that_is_said() -> None:
    """They are graded all the same."""
    sound, broken = numbered(3, "r"), numbered(3, "w")
    context = Scripted(outcomes={sound.text: CORRECT})
    found = asyncio.run(EveryPrefix(k=2, right=False).gather(case_of(sound, broken), context, "g"))

    asked = {row.solution_id for row in found.evidence if row.scope is Scope.PREFIX}
    graded = {row.solution_id for row in found.evidence if row.scope is Scope.SOLUTION}
    assert asked == {broken.solution_id}
    assert graded == {sound.solution_id, broken.solution_id}
