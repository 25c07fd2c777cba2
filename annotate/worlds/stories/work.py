"""Stories of work: a rate per hour, hours worked, and what comes of both. Pure."""

from annotate.worlds.stories.draft import Draft
from annotate.worlds.stories.forms import QUESTIONS, TIME, WORK, Form
from annotate.worlds.stories.quantity import Key

THINGS = {
    "pick": ("pears", "plums", "roses"),
    "pack": ("boxes", "bags", "crates"),
    "sell": ("cakes", "tickets", "rolls"),
    "make": ("dolls", "mugs", "masks"),
    "paint": ("chairs", "doors", "fences"),
}
"""What is made, for each verb of `forms.VERBS`."""

RATE_LIMIT = 25
"""Most that anybody makes in an hour."""
TIME_LIMIT = 9
"""Most hours that anybody works."""


def draw_work(draft: Draft, size: int) -> Key | None:
    """Write a story with about `size` computed quantities; return what it asks for, or None.

    None means that no such story has the drawn shape; draw again.
    """
    dice = draft.dice
    question = dice.pick_weighted(("made", "total_made", "gap_made"), (4, 4, 2))
    asked = 1 if question == "made" else 2
    relations = size - asked - (asked > 1)
    if relations < 0:
        return None
    of_time = dice.between(0, min(relations, 3))
    of_rate = relations - of_time
    people = draft.names[: max(of_rate, of_time, asked - 1) + 1]
    thing = dice.pick(THINGS[draft.verb])
    _chain(draft, WORK, people, (of_rate, asked), RATE_LIMIT, thing)
    _chain(draft, TIME, people, (of_time, asked), TIME_LIMIT, thing)
    if question == "made":
        return draft.ask(QUESTIONS["made"], a=people[-1], o=thing)
    if question == "total_made":
        return draft.ask(QUESTIONS["total_made"], n=draft.list_names(*people[-2:]), o=thing)
    amounts = {
        name: draft.values["rate", name, thing] * draft.values["time", name] for name in people[-2:]
    }
    less, more = sorted(amounts, key=amounts.__getitem__)
    if amounts[less] == amounts[more]:
        return None
    return draft.ask(QUESTIONS["gap_made"], a=more, b=less, o=thing)


def _chain(
    draft: Draft,
    forms: dict[str, Form],
    people: list[str],
    shape: tuple[int, int],
    limit: int,
    thing: str,
) -> None:
    """State one kind of quantity for the last people: one number, then relations to the last.

    Args:
        draft: The story.
        forms: Sentences of the kind.
        people: All of the story; the last are asked for.
        shape: Number of relations, and of people asked for.
        limit: Largest value.
        thing: What is made.
    """
    dice = draft.dice
    relations, asked = shape
    involved = people[-max(relations + 1, asked) :]
    latest: Key = ()
    for index, name in enumerate(involved):
        if 0 < index <= relations:
            latest = draft.relate(forms, latest, limit=limit, a=name, b=latest[1], o=thing)
        else:
            number = dice.between(2, limit // 2)
            latest = draft.state(forms["given"], a=name, o=thing, k=number)
