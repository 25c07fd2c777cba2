"""Write steps: the text of one computed quantity, and a whole right chain. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from annotate.worlds.stories.forms import COMPUTED
from annotate.worlds.stories.phrases import write_names, write_phrase
from annotate.worlds.stories.quantity import Key, Operation, Relation
from annotate.worlds.stories.world import World


def _kind(key: Key) -> Key:
    return key[:2] if key[0] in {"total", "gap"} else key[:1]


_WORDINGS = {_kind(form.target): form.phrases[0] for form in COMPUTED}


def write_equation(
    operation: Operation, numbers: Sequence[Fraction | int], result: Fraction | int
) -> str:
    """Return "3 + 5 = 8" for a sum of 3 and 5."""
    return f"{f' {operation.value} '.join(map(str, numbers))} = {result}"


def write_step(
    key: Key, equation: str, clauses: Mapping[Key, str], *, words: Mapping[str, str]
) -> str:
    """Return the step that computes `key` by this equation.

    Args:
        key: A quantity that a sentence relates to others, or that follows from its kind.
        equation: As `write_equation` gives it.
        clauses: The sentences of the story without their full stops, by what they state.
        words: The verb of the story as "v", and the count of a purchase as "k".
    """
    if key in clauses:
        return f"{clauses[key]}, so {equation}."
    kind, *parts = key
    filled: dict[str, str] = {**words, "e": equation}
    match kind:
        case "total":
            filled |= {"o": parts[1], "n": write_names(tuple(parts[2:]))}
        case "gap":
            filled |= dict(zip("oab", parts[1:], strict=True))
        case _:
            filled |= dict(zip("ai" if kind == "cost" else "ao", parts, strict=False))
    wording = _WORDINGS[_kind(key)]
    return write_phrase(wording, filled) + "."


def write_answer(value: Fraction | int) -> str:
    """Return the last line of a chain."""
    return f"The answer is {value}."


def write_solution(
    world: World, plan: Sequence[Key], clauses: Mapping[Key, str], *, verb: str
) -> tuple[str, ...]:
    """Return the chain that computes `plan` in its order, and the answer."""
    lines: list[str] = []
    for key in plan:
        relation = world.define(key)
        if not isinstance(relation, Relation):
            raise TypeError(key)
        numbers = [_known(world, term) for term in relation.terms]
        equation = write_equation(relation.operation, numbers, _known(world, key))
        words = {"v": verb, "k": str(numbers[0])}
        lines.append(write_step(key, equation, clauses, words=words))
    return (*lines, write_answer(_known(world, world.asked)))


def _known(world: World, term: Key | int) -> Fraction:
    value = world.value(term)
    if value is None:
        raise ValueError(term)
    return value
