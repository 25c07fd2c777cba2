"""Draw word problems: varied families, names and wordings, numbers small enough for a small model.

Pure: a problem is a function of its seed (and of the number of steps, where one is asked for).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from annotate.worlds.stories.dice import Dice
from annotate.worlds.stories.draft import Draft
from annotate.worlds.stories.money import draw_money
from annotate.worlds.stories.possession import draw_possession
from annotate.worlds.stories.quantity import Key
from annotate.worlds.stories.work import draw_work
from annotate.worlds.stories.world import World
from annotate.worlds.stories.writing import write_solution
from schemas.errors import InvalidArgumentError

STEP_WEIGHTS = {2: 26, 3: 24, 4: 18, 5: 12, 6: 9, 7: 6, 8: 5}
"""How often a problem takes so many steps, in percent."""

_FAMILIES = (draw_possession, draw_money, draw_work)
_FAMILY_WEIGHTS = (5, 4, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A word problem with its meaning and one right chain."""

    text: str
    """The problem, sentences and question on one line."""
    answer: str
    """The right answer: an integer in digits."""
    quantities: World
    """What the text means: named quantities, each given or computed from others."""
    plan: tuple[Key, ...]
    """The quantities that the solution computes, in its order. [steps]"""
    solution: tuple[str, ...]
    """A right chain, one line each without its newline; the answer comes last. [steps + 1]"""
    clauses: Mapping[Key, str]
    """The sentences without their full stops, by the quantity that each states."""
    verb: str
    """The verb of work in the story, in its plain form."""
    steps: int
    """Computed quantities on the way to the answer; the answer's own line is not counted."""


def draw_problem(seed: int, steps: int | None = None) -> Story:
    """Return the word problem of `seed`.

    Args:
        seed: Any integer; different seeds give independent problems.
        steps: Length of the solution, in [2, 8]; None draws it by `STEP_WEIGHTS`.

    Raises:
        InvalidArgumentError: If `steps` is outside its range.
    """
    if steps is not None and steps not in STEP_WEIGHTS:
        raise InvalidArgumentError(f"steps={steps!r} must be from 2 to 8, or None to draw it.")
    dice = Dice("story", seed)
    size = steps or dice.pick_weighted(tuple(STEP_WEIGHTS), tuple(STEP_WEIGHTS.values()))
    attempt = 0
    while True:
        attempt += 1
        trial = Dice("story", seed, size, attempt)
        draft = Draft(trial)
        asked = trial.pick_weighted(_FAMILIES, _FAMILY_WEIGHTS)(draft, size)
        if asked is None:
            continue
        world = World(draft.facts, asked)
        plan = world.plan()
        if len(plan) == size:
            break
    return Story(
        text=" ".join(draft.sentences),
        answer=str(world.value(asked)),
        quantities=world,
        plan=plan,
        solution=write_solution(world, plan, draft.clauses, verb=draft.verb),
        clauses=draft.clauses,
        verb=draft.verb,
        steps=size,
    )
