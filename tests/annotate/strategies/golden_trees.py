"""Golden trees: what `omega_prm` grows over the simulated world, as text that can be reviewed.

`python -m tests.annotate.strategies.golden_trees` writes them anew.
"""

import asyncio
import json
from pathlib import Path

from annotate.rules import Case
from annotate.search import Weights
from annotate.strategies import Screen
from annotate.strategies.omega_search import OmegaSearch
from annotate.strategies.probing import Prober
from annotate.worlds.simulated import SimulatedWorld, first_error
from benchmarks.simulated_context import SimulatedContext
from schemas import Json, Problem, Role

GOLDEN = Path(__file__).parents[2] / "golden" / "omega_trees.json"
N_PROBLEMS = 3
SEARCHES = 6


def grow(problem: Problem, world: SimulatedWorld) -> Json:
    """Return the tree of one problem: a row per state, a row per question, what was searched."""

    async def run() -> Json:
        context = SimulatedContext(world=world)
        screened = await Screen(take_wrong=2, take_right=1).gather(
            Case(problem=problem, solutions=()), context, "screen"
        )
        prober = Prober(context=context, problem=problem, role=Role.COMPLETER, gathering_id="g")
        search = OmegaSearch(prober=prober, weights=Weights(), k=8, pieces=16)
        given = screened.solutions
        await search.plant(given[:2], all_given=given)
        for _ in range(SEARCHES):
            await search.locate_next()
        numbers = {s.solution_id: i for i, s in enumerate((*given, *search.found().solutions))}
        return {
            "question": problem.question,
            "screen": screened.evidence[0].reason,
            "states": [
                [s.parent, s.text.count("="), s.successes, s.trials, s.visits]
                for s in search.tree.states
            ],
            "asked": [
                [numbers.get(row.solution_id or ""), row.step_index]
                for row in search.found().evidence
            ],
            "true first errors": [
                first_error(problem, s) for s in (*given, *search.found().solutions)
            ],
            "waiting": len(search.pool),
        }

    return asyncio.run(run())


def trees() -> Json:
    """Return the trees of the first problems of the world with seed 3."""
    world = SimulatedWorld(seed=3)
    return {
        "columns of states": ["parent", "steps", "successes", "trials", "visits"],
        "columns of asked": ["solution", "step"],
        "trees": [grow(problem, world) for problem in world.problems(N_PROBLEMS)],
    }


if __name__ == "__main__":
    rows = json.dumps(trees(), indent=1)
    GOLDEN.write_text(rows + "\n", encoding="utf-8")
