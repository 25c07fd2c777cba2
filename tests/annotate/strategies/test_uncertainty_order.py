"""The strategy `uncertainty_order`: which prefixes are asked, and what is kept of the scores."""

import asyncio

import pytest

from annotate.rules import HalfRoot
from annotate.strategies import UncertaintyOrder
from schemas import FindingVerdict, InvalidArgumentError, Outcome, Scope, ScoreKind, SourceKind
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    Scripted,
    case_of,
    numbered,
    sound_until,
)

UNCERTAIN = {"s0": 0.1, "s1": 0.9, "s2": 0.3, "s3": 0.2, "s4": 0.8, "s5": 0.7, "s6": 1.5}


def asked(strategy: UncertaintyOrder, first_wrong: int) -> list[tuple[int | None, int | None]]:
    """Return step and successes of the rows about rollouts, for a solution of seven steps."""
    context = Scripted(answer=sound_until(first_wrong), entropies=UNCERTAIN)
    found = asyncio.run(strategy.gather(case_of(numbered(7)), context, "g"))
    rows = [row for row in found.evidence if row.source_kind is SourceKind.ROLLOUTS]
    return [(row.step_index, row.successes) for row in rows]


def test_the_most_uncertain_comes_first_and_then_those_before_the_one_that_fails() -> None:
    """Order 1, 4, 5, 2, 3, 0 (the last is not asked): 4 fails, 3 fails, 2 is sound."""
    assert asked(UncertaintyOrder(), 3) == [(None, 8), (1, 8), (4, 0), (3, 0), (2, 8)]


def test_it_looks_back_no_further_than_allowed_and_stops_at_what_is_known() -> None:
    """At most two probes; none where the one before was sound already, or without a look back."""
    assert asked(UncertaintyOrder(), 0) == [(None, 8), (1, 0), (0, 0)]
    assert asked(UncertaintyOrder(), 2) == [(None, 8), (1, 8), (4, 0), (3, 0), (2, 0)]
    assert asked(UncertaintyOrder(back=1), 2) == [(None, 8), (1, 8), (4, 0), (3, 0)]
    assert asked(UncertaintyOrder(back=0), 2) == [(None, 8), (1, 8), (4, 0)]
    assert asked(UncertaintyOrder(), 5) == [(None, 8), (1, 8), (4, 8), (5, 0)]


def test_where_none_fails_the_last_step_is_left() -> None:
    """All prefixes were asked by then."""
    steps = [step for step, _ in asked(UncertaintyOrder(), 6)]

    assert steps == [None, 1, 4, 5, 2, 3, 0]


def test_the_increase_of_uncertainty_orders_otherwise() -> None:
    """Rises: s1 +.8, s4 +.6, s0 0, s3 -.1, s5 -.1, s2 -.6."""
    steps = [step for step, _ in asked(UncertaintyOrder(increase=True), 6)]

    assert steps[1:] in ([1, 4, 0, 3, 5, 2], [1, 4, 0, 5, 3, 2])


def test_means_and_extremes_of_scores_are_kept_for_each_step() -> None:
    """Under the policy's name, with what the number is; one pass per wrong solution."""
    right = numbered(3, "r")
    context = Scripted(answer=sound_until(9), entropies=UNCERTAIN, outcomes={right.text: CORRECT})
    case = case_of(numbered(3), right)
    found = asyncio.run(UncertaintyOrder().gather(case, context, "g"))
    rows = [row for row in found.evidence if row.source_kind is SourceKind.SCORES]

    assert context.scored == ["COMPLETER: s0\ns1\ns2\n"]
    assert {(row.scope, row.source) for row in rows} == {(Scope.STEP, "policy as COMPLETER")}
    assert len({(row.step_index, row.ordinal) for row in rows}) == len(rows) == 12
    assert [(row.step_index, row.reason, row.score) for row in rows[:6]] == [
        (0, ScoreKind.MEAN_ENTROPY.name, 0.1),
        (1, ScoreKind.MEAN_ENTROPY.name, 0.9),
        (2, ScoreKind.MEAN_ENTROPY.name, 0.3),
        (0, ScoreKind.MEAN_LOGPROB.name, -0.2),
        (1, ScoreKind.MEAN_LOGPROB.name, -1.8),
        (2, ScoreKind.MEAN_LOGPROB.name, -0.6),
    ]
    # a step is one token here, so that its extremes are its means
    assert [row.score for row in rows[6:]] == [row.score for row in rows[:6]]


def test_a_text_that_cannot_be_scored_says_so_and_is_asked_in_order() -> None:
    """As one that is longer than the context."""
    context = Scripted(answer=sound_until(1), no_scores="error: too long")
    found = asyncio.run(UncertaintyOrder(back=0).gather(case_of(numbered(4)), context, "g"))
    (scored,) = [row for row in found.evidence if row.source_kind is SourceKind.SCORES]

    assert (scored.scope, scored.verdict) == (Scope.SOLUTION, FindingVerdict.UNKNOWN)
    assert scored.reason == "error: too long"
    assert context.prefixes == ["", "s0\n", "s0\ns1\n"]


def test_a_prefix_of_which_nothing_counts_is_passed_over() -> None:
    """What is behind it may still fail."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        steps = prefix.count("\n")
        censored = steps == 2
        return f"{ordinal}", Outcome.FAILED if censored else INCORRECT if steps > 4 else CORRECT

    context = Scripted(answer=answer, entropies=UNCERTAIN)
    found = asyncio.run(UncertaintyOrder().gather(case_of(numbered(7)), context, "g"))
    rows = [row for row in found.evidence if row.scope is Scope.PREFIX]

    assert [(row.step_index, row.trials) for row in rows] == [(1, 0), (4, 8), (3, 8)]


def test_the_rule_takes_the_first_that_fails_for_the_first_error_where_it_is_told_to() -> None:
    """With `resolution=1` steps that were not asked leave nothing open."""
    context = Scripted(answer=sound_until(1), entropies=UNCERTAIN)
    case = case_of(numbered(7))
    found = asyncio.run(UncertaintyOrder(back=0).gather(case, context, "g"))
    gathered = type(case)(problem=case.problem, solutions=case.solutions, evidence=found.evidence)

    assert HalfRoot(resolution=1.0).decide(gathered, None)[0].step_index == 1
    assert HalfRoot().decide(gathered, None)[0].step_index is None


def test_a_solution_of_one_step_and_one_that_is_never_solved_are_not_scored() -> None:
    """There is nothing to ask about."""
    context = Scripted(answer=sound_until(1))
    asyncio.run(UncertaintyOrder().gather(case_of(numbered(1)), context, "g"))
    hopeless = Scripted()
    asyncio.run(UncertaintyOrder().gather(case_of(numbered(4)), hopeless, "g"))

    assert (context.scored, hopeless.scored) == ([], [])
    with pytest.raises(InvalidArgumentError, match="back=-1"):
        UncertaintyOrder(back=-1)
