"""The strategy `most_informative`: where it asks, when it stops, and what it leaves alone."""

import asyncio
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.rules import Case
from annotate.strategies import EveryPrefix, MostInformative
from annotate.strategies.every_prefix import is_chosen
from schemas import Evidence, InvalidArgumentError, Outcome, Piece, Scope, make_solution
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    PROBLEM,
    Scripted,
    case_of,
    numbered,
)

ROOT_K = 16


def answers(first_wrong: int, *, root: int = 14) -> Scripted:
    """Return a context whose sound prefixes nearly always succeed, and wrong ones never."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        steps = prefix.count("\n")
        if steps == 0:
            return f"{ordinal}", CORRECT if ordinal < root else INCORRECT
        sound = steps <= first_wrong and ordinal % 8 != 7
        return f"{ordinal}", CORRECT if sound else INCORRECT

    return Scripted(answer=answer)


def gather(context: Scripted, case: Case, strategy: MostInformative) -> list[Evidence]:
    """Return the rows about prefixes."""
    found = asyncio.run(strategy.gather(case, context, "g"))
    return [row for row in found.evidence if row.scope is Scope.PREFIX]


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 24).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_it_asks_around_the_first_error_and_stops(case: tuple[int, int]) -> None:
    """The prefix just before the error is sound, the one that ends with it is not; few rollouts."""
    n_steps, first_wrong = case
    context = answers(first_wrong)
    rows = gather(context, case_of(numbered(n_steps)), MostInformative(price=0.02))
    rates = {row.step_index or 0: (row.successes or 0) / (row.trials or 1) for row in rows}

    assert sum(row.trials or 0 for row in rows) <= 64
    assert all(step < n_steps - 1 for step in rates)
    if first_wrong > 0:
        assert rates[first_wrong - 1] > 0.5
    if first_wrong < n_steps - 1:
        assert rates[first_wrong] == 0


def test_a_higher_price_buys_fewer_rollouts() -> None:
    """And one that nothing is worth buys none."""
    spent = [
        sum(
            row.trials or 0
            for row in gather(answers(4), case_of(numbered(12)), MostInformative(price=price))
        )
        for price in (0.01, 0.05, 0.2, 10.0)
    ]

    assert spent == sorted(spent, reverse=True)
    assert spent[-1] == 0


@pytest.mark.parametrize("k", [1, 4])
def test_never_more_than_the_most(k: int) -> None:
    """Whatever the price, and however many are asked for at once."""
    rows = gather(answers(4), case_of(numbered(12)), MostInformative(price=1e-9, most=7, k=k))

    assert sum(row.trials or 0 for row in rows) == 7


def test_a_problem_that_is_never_solved_is_left_alone() -> None:
    """Its prefixes could not tell anything."""
    assert gather(answers(4, root=0), case_of(numbered(12)), MostInformative()) == []


def test_the_root_is_asked_only_where_its_rate_is_not_known() -> None:
    """What a screen told of the same policy is not paid for again."""
    case = case_of(numbered(3))
    context = answers(1)
    found = asyncio.run(MostInformative(root_k=ROOT_K).gather(case, context, "g"))
    root = next(row for row in found.evidence if row.scope is Scope.PROBLEM)
    known = Case(problem=case.problem, solutions=case.solutions, evidence=(root,))
    again = answers(1)
    asyncio.run(MostInformative().gather(known, again, "h"))

    assert (context.prefixes.count(""), again.prefixes.count("")) == (1, 0)
    assert root.trials == ROOT_K


def test_a_prefix_whose_rollouts_are_censored_is_not_asked_again() -> None:
    """Nothing is learned of it, and the search ends."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        return f"{ordinal}", Outcome.TRUNCATED if prefix else CORRECT

    context = Scripted(answer=answer)
    rows = gather(context, case_of(numbered(6)), MostInformative(price=1e-6))

    assert len(rows) == 5
    assert all(row.trials == 0 for row in rows)


@pytest.mark.parametrize(
    "arguments", [{"k": 0}, {"most": 0}, {"root_k": 0}, {"rollouts": 0.0}, {"price": -1.0}]
)
def test_numbers_out_of_range_are_refused(arguments: dict[str, float]) -> None:
    """The line names the strategy."""
    with pytest.raises(InvalidArgumentError, match="most_informative"):
        MostInformative(**arguments)  # type: ignore[arg-type]  # of mixed types


def test_an_audit_takes_its_share_of_problems_by_their_hash() -> None:
    """The same ones each time; none at 0, all at 1."""
    ids = [f"{number * 2654435761 % 2**32:08x}" for number in range(2000)]
    chosen = [one for one in ids if is_chosen(one, 0.1)]

    assert 150 < len(chosen) < 250
    assert not any(is_chosen(one, 0.0) for one in ids)
    assert all(is_chosen(one, 1.0) for one in ids)
    context = answers(1)
    found = asyncio.run(EveryPrefix(share=0.0).gather(case_of(numbered(3)), context, "g"))
    assert [row.scope for row in found.evidence] == [Scope.SOLUTION]  # met, and not asked about
    assert context.asked == []


def test_what_was_censored_before_is_learned_neither_twice_nor_backwards() -> None:
    """An earlier gathering counted six of eight rollouts: the seventh is none that is new."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        steps = prefix.count("\n")
        if steps and ordinal < 2:
            return f"{ordinal}", Outcome.TRUNCATED
        return f"{ordinal}", CORRECT if steps < 3 else INCORRECT

    case = case_of(numbered(5))
    earlier = asyncio.run(EveryPrefix(k=8, root_k=8).gather(case, Scripted(answer=answer), "g"))
    known = Case(problem=case.problem, solutions=case.solutions, evidence=earlier.evidence)
    context = Scripted(answer=answer)
    strategy = MostInformative(price=1e-9, most=4)
    found = asyncio.run(strategy.gather(known, context, "h"))
    rows = [row for row in found.evidence if row.scope is Scope.PREFIX]

    assert len(context.asked) == 4
    assert len({row.step_index for row in rows}) == 4  # each is asked once, for it tells nothing


def test_an_empty_step_is_no_prefix_of_its_own() -> None:
    """Its rollouts are those of the prefix before: they are asked, and told, once."""
    texts = ("a\n", "b\n", "", "c\n", "d\n")
    solution = make_solution(PROBLEM, tuple(Piece(text=text) for text in texts))
    rows = gather(answers(1), case_of(solution), MostInformative(price=0.01))

    assert {row.step_index for row in rows} <= {0, 1, 3}


@pytest.mark.parametrize("n_steps", [30, 300])
def test_a_long_solution_takes_few_rollouts(n_steps: int) -> None:
    """Near the logarithm of its length, not near the length."""
    first_wrong = n_steps // 3
    rows = gather(
        answers(first_wrong), case_of(numbered(n_steps)), MostInformative(price=0.02, most=64)
    )
    near = [row.step_index for row in rows if abs((row.step_index or 0) - first_wrong) <= 1]

    assert near
    assert sum(row.trials or 0 for row in rows) <= 8 * math.log2(n_steps)
