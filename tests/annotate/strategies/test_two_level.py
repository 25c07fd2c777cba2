"""The strategy `two_level`: thoughts first, then the steps of the first wrong one."""

import asyncio
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.strategies import TwoLevel
from schemas import Outcome, Piece, Scope, Solution, StepKind, make_solution
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    PROBLEM,
    Scripted,
    case_of,
    numbered,
    sound_until,
)


def chain(*sizes: int) -> Solution:
    """Return a solution of thoughts of so many steps, a blank line after each."""
    texts = [
        f"t{n}s{i}\n" + ("\n" if i == size - 1 else "")
        for n, size in enumerate(sizes)
        for i in range(size)
    ]
    return make_solution(PROBLEM, tuple(Piece(text=text) for text in texts))


def asked(solution: Solution, first_wrong: int) -> list[int | None]:
    """Return the steps whose prefixes are asked about, in order."""
    wrong = {solution.prefix(n) for n in range(first_wrong + 1, len(solution.steps))}

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        return f"{ordinal}", INCORRECT if prefix in wrong else CORRECT

    found = asyncio.run(TwoLevel().gather(case_of(solution), Scripted(answer=answer), "g"))
    return [row.step_index for row in found.evidence if row.scope is Scope.PREFIX]


def test_thoughts_are_halved_and_then_the_steps_of_the_first_wrong_one() -> None:
    """Of the thoughts 0-2, 3-7, 8-9, 10-12 the second is the first wrong one, by its step 6."""
    assert asked(chain(3, 5, 2, 3), 6) == [7, 2, 4, 5, 6]


def test_an_error_that_is_taken_back_within_its_thought_is_not_searched() -> None:
    """Prefixes of thought 0 fail inside and succeed at its end: the error of thought 2 is found."""
    solution = chain(4, 4, 4)
    inside = {solution.prefix(n) for n in (2, 3)}
    behind = {solution.prefix(n) for n in range(10, 12)}

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        return f"{ordinal}", INCORRECT if prefix in inside | behind else CORRECT

    found = asyncio.run(TwoLevel().gather(case_of(solution), Scripted(answer=answer), "g"))
    rows = [(r.step_index, r.successes) for r in found.evidence if r.scope is Scope.PREFIX]

    assert rows == [(3, 8), (7, 8), (9, 0), (8, 8)]


def test_thought_that_turns_into_response_ends_there() -> None:
    """Two groups, whatever the lines."""
    kinds = [StepKind.THOUGHT] * 6 + [StepKind.RESPONSE] * 2
    pieces = tuple(Piece(text=f"s{n}\n", kind=kind) for n, kind in enumerate(kinds))

    assert asked(make_solution(PROBLEM, pieces), 7) == [5, 6]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_any_error_of_a_plain_chain_is_found_at_the_stated_cost(case: tuple[int, int]) -> None:
    """One step costs nothing; 300 steps 11 probes at most, against the 9 of bisection."""
    n_steps, first_wrong = case
    context = Scripted(answer=sound_until(first_wrong))
    found = asyncio.run(TwoLevel(k=1).gather(case_of(numbered(n_steps)), context, "g"))
    rows = [row for row in found.evidence if row.scope is Scope.PREFIX]
    sound = [row.step_index for row in rows if row.successes and row.step_index is not None]
    wrong = [row.step_index for row in rows if not row.successes and row.step_index is not None]

    assert max(sound, default=-1) + 1 == first_wrong
    assert min(wrong, default=n_steps - 1) == first_wrong
    assert len(rows) <= math.ceil(math.log2(n_steps)) + 2


def test_a_threshold_compares_with_the_roots_rate() -> None:
    """Three of eight are below half of eight of eight, though they are successes."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        right = 8 if prefix.count("\n") <= 2 else 3
        return f"{ordinal}", CORRECT if ordinal < right else INCORRECT

    strategy = TwoLevel(threshold=0.5, root_k=8)
    context = Scripted(answer=answer)
    found = asyncio.run(strategy.gather(case_of(numbered(9)), context, "g"))
    rows = [(row.step_index, row.successes) for row in found.evidence[1:]]

    assert rows == [(None, 8), (2, 3), (0, 8), (1, 8)]
