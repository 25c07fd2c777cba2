"""The strategy `first_failure`: what is asked of wrong solutions, and when it stops."""

import asyncio

import pytest

from annotate.strategies import FirstFailure
from schemas import Outcome
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    Scripted,
    case_of,
    lines,
    numbered,
    sound_until,
)


@pytest.mark.parametrize(("first_wrong", "asked"), [(0, 1), (1, 2), (4, 5), (5, 5)])
def test_it_asks_up_to_the_first_failure_and_never_the_last_step(
    first_wrong: int, asked: int
) -> None:
    """8 * (t + 1) rollouts for a first failure at step t of six; 8 * 5 if only the end is wrong."""
    context = Scripted(answer=sound_until(first_wrong, k_right=1))
    found = asyncio.run(FirstFailure(k=8).gather(case_of(numbered(6)), context, "g"))

    assert sum(n for _, _, n in context.asked) == 8 * asked
    assert [row.step_index for row in found.evidence] == [None, *range(asked)]
    assert all(row.successes for row in found.evidence[1:-1])


def test_a_right_solution_costs_nothing() -> None:
    """Its outcome is all that is gathered."""
    solution = numbered(5)
    context = Scripted(outcomes={solution.text: CORRECT})
    found = asyncio.run(FirstFailure().gather(case_of(solution), context, "g"))

    assert context.asked == []
    assert [row.outcome for row in found.evidence] == [CORRECT]


@pytest.mark.parametrize(
    "outcome",
    [Outcome.TRUNCATED, Outcome.CHECK_TIMEOUT, Outcome.FAILED, Outcome.NOT_CHECKED],
)
def test_a_solution_whose_outcome_is_not_known_costs_nothing(outcome: Outcome) -> None:
    """It may be right."""
    solution = numbered(5)
    context = Scripted(outcomes={solution.text: outcome})
    asyncio.run(FirstFailure().gather(case_of(solution), context, "g"))

    assert context.asked == []


def test_a_solution_without_an_answer_is_wrong() -> None:
    """It ended by itself."""
    solution = numbered(2)
    context = Scripted(outcomes={solution.text: Outcome.NO_ANSWER})
    asyncio.run(FirstFailure().gather(case_of(solution), context, "g"))

    assert context.prefixes == ["s0\n"]


def test_a_wrong_solution_of_one_step_is_decided_by_its_outcome() -> None:
    """No rollout is needed."""
    context = Scripted()
    asyncio.run(FirstFailure().gather(case_of(numbered(1)), context, "g"))

    assert context.asked == []


def test_an_undecided_prefix_ends_the_walk_and_is_no_failure() -> None:
    """A later failure could not be called the first; the row says 0 of 0."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        return f"{ordinal}", CORRECT if prefix == "s0\n" else Outcome.TRUNCATED

    context = Scripted(answer=answer)
    found = asyncio.run(FirstFailure(k=4).gather(case_of(numbered(6)), context, "g"))

    assert [(row.successes, row.trials) for row in found.evidence[1:]] == [(4, 4), (0, 0)]


def test_a_rollout_without_an_answer_counts_as_wrong() -> None:
    """Eight of them are a failure."""
    context = Scripted(answer=lambda _prefix, i: (f"{i}", Outcome.NO_ANSWER))
    found = asyncio.run(FirstFailure().gather(case_of(numbered(3)), context, "g"))

    assert [(row.successes, row.trials) for row in found.evidence[1:]] == [(0, 8)]


def test_rows_are_in_the_order_of_solutions_whichever_walk_ends_first() -> None:
    """Evidence is a function of the case."""
    early, late = lines("bad", "x", "y"), lines("good", "x", "y")

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        return f"{ordinal}", CORRECT if prefix.startswith("good") else INCORRECT

    found = asyncio.run(FirstFailure().gather(case_of(late, early), Scripted(answer=answer), "g"))
    asked = [(row.solution_id, row.step_index) for row in found.evidence[2:]]

    assert asked == [(late.solution_id, 0), (late.solution_id, 1), (early.solution_id, 0)]


def test_the_root_is_asked_once_where_wanted() -> None:
    """Rules that divide by its rate need it where no screen gave it."""
    context = Scripted()
    asyncio.run(FirstFailure(root_k=16).gather(case_of(numbered(1)), context, "g"))

    assert context.prefixes == [""]
