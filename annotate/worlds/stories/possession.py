"""Stories of possession: who has how many of a thing, by relations between people. Pure."""

from annotate.worlds.stories.draft import Draft
from annotate.worlds.stories.forms import POSSESSION, QUESTIONS
from annotate.worlds.stories.quantity import Key

OBJECTS = ("apples", "books", "coins", "cards", "marbles", "pencils", "shells", "stamps")
LIMIT = 200
"""Largest number that anybody has."""

_LATEST = 0.75
"""How often a relation refers to the person before; else to anybody before."""
_ASIDE = 0.25
"""How often the story gives one more number, often not needed."""


def draw_possession(draft: Draft, size: int) -> Key | None:
    """Write a story with about `size` computed quantities; return what it asks for, or None.

    None means that the drawn numbers allow no such question; draw again.
    """
    dice = draft.dice
    question = dice.pick_weighted(("has", "total_has", "gap_has"), (4, 4, 2))
    thing = dice.pick(OBJECTS)
    relations = size if question == "has" else size - 1
    names = list(draft.names[: relations + 1])
    held = [draft.state(POSSESSION["given"], a=names[0], o=thing, k=dice.between(2, 40))]
    aside = dice.between(1, relations) if dice.chance(_ASIDE) else 0
    for index in range(1, relations + 1):
        if index == aside:
            names.append(draft.names[relations + 1])
            number = dice.between(2, 40)
            extra = draft.state(POSSESSION["given"], a=names[-1], o=thing, k=number)
            held.insert(-1, extra)
        held.append(_relate(draft, held, names[index], thing))
    return _ask(draft, question, held, thing)


def _relate(draft: Draft, held: list[Key], name: str, thing: str) -> Key:
    dice = draft.dice
    latest = held[-1] if dice.chance(_LATEST) else dice.pick(held)
    others = [key for key in held if key != latest]
    other = dice.pick(others) if others else latest
    fits = draft.values[latest] + draft.values[other] <= LIMIT
    if others and fits and dice.chance(1 / 7):
        return draft.state(POSSESSION["sum"], a=name, b=latest[1], c=other[1], o=thing)
    return draft.relate(POSSESSION, latest, limit=LIMIT, a=name, b=latest[1], o=thing)


def _ask(draft: Draft, question: str, held: list[Key], thing: str) -> Key | None:
    dice = draft.dice
    last, before = held[-1][1], [key[1] for key in held[:-1]]
    if question == "has":
        return draft.ask(QUESTIONS["has"], a=last, o=thing)
    if question == "total_has":
        size = 2 if len(before) > 1 and dice.chance(0.25) else 1
        names = draft.list_names(last, *dice.sample(before, size))
        return draft.ask(QUESTIONS["total_has"], n=names, o=thing)
    other = dice.pick(before)
    more, less = draft.values["has", last, thing], draft.values["has", other, thing]
    if more == less:
        return None
    first, second = (last, other) if more > less else (other, last)
    return draft.ask(QUESTIONS["gap_has"], a=first, b=second, o=thing)
