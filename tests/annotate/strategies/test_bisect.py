"""The strategy `bisect`: bounds on cost, both thresholds, and what stops it."""

import asyncio
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.strategies import Bisect
from schemas import InvalidArgumentError, Outcome, Scope
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    Scripted,
    case_of,
    numbered,
    sound_until,
)


@given(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_the_first_error_lies_between_a_sound_prefix_and_a_wrong_one(case: tuple[int, int]) -> None:
    """Found exactly, with at most ceil(log2 M) probes, the last step never among them."""
    n_steps, first_wrong = case
    context = Scripted(answer=sound_until(first_wrong, k_right=1))
    found = asyncio.run(Bisect(k=8).gather(case_of(numbered(n_steps)), context, "g"))
    rows = {row.step_index: row.successes for row in found.evidence[1:]}

    sound = max(
        (step for step, successes in rows.items() if successes and step is not None), default=-1
    )
    wrong = min(
        (step for step, successes in rows.items() if not successes and step is not None),
        default=n_steps - 1,
    )
    assert (sound + 1, wrong) == (first_wrong, first_wrong)
    assert len(context.asked) <= math.ceil(math.log2(n_steps))
    assert n_steps - 1 not in rows


def test_a_right_solution_costs_nothing() -> None:
    """Its end is not wrong: there is nothing to halve."""
    solution = numbered(9)
    context = Scripted(outcomes={solution.text: CORRECT})
    asyncio.run(Bisect(threshold=0.5).gather(case_of(solution), context, "g"))

    assert context.asked == []


def relative(prefix: str, ordinal: int) -> tuple[str, Outcome]:
    """Answer 8 of 8 from the root, 4 after up to three steps, then 3."""
    steps = prefix.count("\n")
    right = 8 if steps == 0 else 4 if steps <= 3 else 3
    return f"{ordinal}", CORRECT if ordinal < right else INCORRECT


def test_a_threshold_compares_with_the_roots_rate_and_the_rate_itself_is_sound() -> None:
    """Half of the root's rate is 0.5: 4 of 8 is not below it, 3 of 8 is."""
    context = Scripted(answer=relative)
    found = asyncio.run(Bisect(threshold=0.5).gather(case_of(numbered(8)), context, "g"))
    rows = [row for row in found.evidence if row.scope is not Scope.SOLUTION]

    assert [(r.scope, r.step_index, r.successes) for r in rows] == [
        (Scope.PROBLEM, None, 8),
        (Scope.PREFIX, 3, 3),
        (Scope.PREFIX, 1, 4),
        (Scope.PREFIX, 2, 4),
    ]


def test_without_a_threshold_any_success_is_enough() -> None:
    """The same rollouts then place the error in the last step, and the root is not asked."""
    context = Scripted(answer=relative)
    found = asyncio.run(Bisect().gather(case_of(numbered(8)), context, "g"))

    assert [row.step_index for row in found.evidence] == [None, 3, 5, 6]


def test_a_threshold_on_a_problem_that_is_never_solved_searches_nothing() -> None:
    """Below half of nothing lies no rate: the root's row is the evidence."""
    context = Scripted()
    found = asyncio.run(Bisect(threshold=0.5, root_k=72).gather(case_of(numbered(8)), context, "g"))

    assert [n for _, _, n in context.asked] == [72]
    assert [row.scope for row in found.evidence] == [Scope.SOLUTION, Scope.PROBLEM]


def test_an_undecided_prefix_ends_the_search() -> None:
    """Neither half can be left out for it."""
    context = Scripted(answer=lambda _prefix, i: (f"{i}", Outcome.FAILED))
    found = asyncio.run(Bisect().gather(case_of(numbered(8)), context, "g"))

    assert [(row.step_index, row.trials) for row in found.evidence[1:]] == [(3, 0)]


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(threshold: float) -> None:
    """It is a share of the root's rate."""
    with pytest.raises(InvalidArgumentError, match="threshold"):
        Bisect(threshold=threshold)


def test_a_rate_is_not_told_from_rollouts_that_stop_at_a_success() -> None:
    """A threshold needs all of them."""
    with pytest.raises(InvalidArgumentError, match="stop_at_success"):
        Bisect(threshold=0.5, stop_at_success=True)


def adaptive(root_right: frozenset[int], sound: int) -> Callable[[str, int], tuple[str, Outcome]]:
    """Answer right from the root at some ordinals, and always after at most `sound` steps."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        steps = prefix.count("\n")
        right = ordinal in root_right if steps == 0 else steps <= sound
        return f"{ordinal}", CORRECT if right else INCORRECT

    return answer


EPIC = Bisect(k=16, threshold=0.5, root_k=72, enough=10, shift=4)


def test_an_easy_problem_takes_few_rollouts_and_begins_late() -> None:
    """Ten right ones after ten, so 16 per prefix; rated 5 of 5, so that 8 steps begin after 6."""
    context = Scripted(answer=adaptive(frozenset(range(72)), 6))
    asyncio.run(EPIC.gather(case_of(numbered(8)), context, "g"))

    asked = [(prefix.count("\n"), n) for _, prefix, n in context.asked]
    assert asked == [(0, 72), (6, 16), (7, 16)]


def test_a_hard_problem_takes_many_rollouts_and_begins_early() -> None:
    """The tenth right one is the 41st rollout, so 48 per prefix; rated round(0.69) = 1 of 5."""
    context = Scripted(answer=adaptive(frozenset(range(31, 41)), 2))
    asyncio.run(EPIC.gather(case_of(numbered(8)), context, "g"))

    asked = [(prefix.count("\n"), n) for _, prefix, n in context.asked]
    assert asked == [(0, 72), (2, 48), (5, 48), (3, 48)]


def test_a_problem_with_too_few_right_rollouts_takes_all_that_the_root_had() -> None:
    """Nine in 72 are not ten."""
    context = Scripted(answer=adaptive(frozenset(range(9)), 1))
    asyncio.run(EPIC.gather(case_of(numbered(3)), context, "g"))

    assert [n for _, _, n in context.asked] == [72, 72, 72]


def test_adaptive_counts_without_enough_of_the_root_are_refused() -> None:
    """Fewer rollouts of the root than of a prefix could not tell how many a prefix takes."""
    with pytest.raises(InvalidArgumentError, match="root_k=0 must be a whole number from 16"):
        Bisect(k=16, enough=10)
    with pytest.raises(InvalidArgumentError, match="shift=1"):
        Bisect(shift=1)
