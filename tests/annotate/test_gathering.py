"""One problem, its strategies in order: nothing is asked twice, and a screen ends it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from annotate.gathering import gather_case
from annotate.rules import Case
from annotate.strategies import Context, FirstFailure, Gathered, OmegaPrm, Screen, Strategy
from annotate.worlds.simulated import SimulatedWorld
from benchmarks.simulated_context import SimulatedContext
from schemas import TABLES, Piece, Problem, Solution, make_solution

WORLD = SimulatedWorld()
PROBLEM = min(WORLD.problems(24), key=lambda p: abs(WORLD.success_rate(p.question) - 0.4))
BARE = Case(problem=PROBLEM, solutions=())
TREE: Sequence[Strategy] = (Screen(n=8), OmegaPrm(k=2, searches=4))
IDS = ("screen", "tree")


def gather(case: Case, strategies: Sequence[Strategy] = TREE) -> tuple[Gathered, SimulatedContext]:
    """Return what strategies observe, and what was asked for it."""
    context = SimulatedContext(world=WORLD)
    found = asyncio.run(gather_case(case, strategies, IDS[: len(strategies)], context))
    return found, context


def after(case: Case, found: Gathered) -> Case:
    """Return the case as a run holds it afterwards."""
    held = {one.solution_id: one for one in (*case.solutions, *found.solutions)}
    return replace(case, solutions=tuple(held.values()), evidence=case.evidence + found.evidence)


def chain(number: int, problem: Problem = PROBLEM) -> Solution:
    """Return a solution as a file gives it."""
    text = WORLD.complete(problem.question, "", number)
    return make_solution(problem, tuple(Piece(text=f"{part}\n\n") for part in text.split("\n\n")))


def test_later_strategies_see_what_earlier_ones_sampled() -> None:
    """The tree grows from the screen's samples; rows come in the order of strategies."""
    found, _ = gather(BARE)

    assert {row.gathering_id for row in found.evidence} == set(IDS)
    of_tree = {row.solution_id for row in found.evidence if row.gathering_id == "tree"}
    assert {one.solution_id for one in found.solutions} <= of_tree | {None}


def test_what_a_case_holds_is_not_asked_again() -> None:
    """Nothing is asked and nothing is told twice."""
    found, _ = gather(BARE)
    again, context = gather(after(BARE, found))

    assert context.asked == []
    assert again == Gathered(evidence=())


def test_new_solutions_are_asked_about_and_no_row_comes_again() -> None:
    """Evidence, sources and costs that the run holds already are left out."""
    found, _ = gather(BARE)
    known = after(BARE, found)
    late = next(c for c in map(chain, range(1000, 2000)) if c not in known.solutions)
    more, _ = gather(replace(known, solutions=(*known.solutions, late)))

    assert late.solution_id in {row.solution_id for row in more.evidence}
    for name in ("evidence", "sources", "costs"):
        key = TABLES[name].key
        keys = [
            tuple(getattr(row, column) for column in key)
            for part in (found, more)
            for row in getattr(part, name)
        ]
        assert len(keys) == len(set(keys)), name


@pytest.mark.parametrize("screen", [Screen(n=8, min_rate=0.99), Screen(n=8, max_rate=0.01)])
def test_a_problem_that_is_screened_out_costs_no_more(screen: Screen) -> None:
    """Now and in every later call, also when solutions come."""
    found, context = gather(BARE, (screen, FirstFailure()))
    later = replace(after(BARE, found), solutions=(chain(1000),))
    again, nothing = gather(later, (screen, FirstFailure()))

    assert [(row.gathering_id, row.successes is None) for row in found.evidence] == [
        ("screen", False)
    ]
    assert len(context.asked) == 1
    assert (again, nothing.asked) == (Gathered(evidence=()), [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A strategy that only notes when it was asked."""

    asked: list[str] = field(default_factory=list)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Note it."""
        del case, context
        self.asked.append(gathering_id)
        return Gathered(evidence=())


def test_strategies_are_asked_in_order() -> None:
    """Each is done before the next begins."""
    order = Order()
    asyncio.run(
        gather_case(
            BARE,
            (order, order),  # type: ignore[arg-type]  # all that is called of a strategy
            ("first", "second"),
            SimulatedContext(world=WORLD),
        )
    )

    assert order.asked == ["first", "second"]
