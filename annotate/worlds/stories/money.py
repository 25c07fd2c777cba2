"""Stories of money: prices by relation, a purchase, what is paid and what is left. Pure."""

from annotate.worlds.stories.draft import Draft
from annotate.worlds.stories.forms import MONEY, POSSESSION, QUESTIONS
from annotate.worlds.stories.quantity import Key

ITEMS = ("ball", "bag", "cap", "cup", "doll", "kite", "lamp", "pen", "ring", "scarf", "toy")
LIMIT = 40
"""Dearest item, in dollars."""

_LATEST = 0.75
"""How often a price refers to the item before; else to any before."""


def draw_money(draft: Draft, size: int) -> Key | None:
    """Write a story with about `size` computed quantities; return what it asks for, or None.

    None means that no such story has the drawn shape; draw again.
    """
    dice = draft.dice
    question = dice.pick_weighted(("price", "paid", "left"), (2, 5, 4))
    bought = 0 if question == "price" else dice.pick_weighted((1, 2, 3), (3, 5, 1))
    sums = (bought > 1) + (question == "left")
    relations = size - bought - sums
    if relations < max(0, bought - 2) or relations + 2 > len(ITEMS):
        return None
    items = dice.sample(ITEMS, max(relations + 1, bought))
    priced = [draft.state(MONEY["given"], i=items[0], k=dice.between(2, 30))]
    for index, item in enumerate(items[1:]):
        if index >= relations:
            priced.append(draft.state(MONEY["given"], i=item, k=dice.between(2, 30)))
            continue
        reference = priced[-1] if dice.chance(_LATEST) else dice.pick(priced)
        priced.append(draft.relate(MONEY, reference, limit=LIMIT, i=item, j=reference[1]))
    if question == "price":
        return draft.ask(QUESTIONS["price"], i=items[-1])
    wanted = [items[-1], *dice.sample(items[:-1], bought - 1)]
    return _buy(draft, question, wanted)


def _buy(draft: Draft, question: str, wanted: list[str]) -> Key:
    dice = draft.dice
    name = draft.names[0]
    paid = 0
    for item in wanted:
        count = draft.state(MONEY["count"], a=name, i=item, k=dice.between(2, 6))
        paid += draft.values[count] * draft.values["price", item]
    if question == "paid":
        return draft.ask(QUESTIONS["paid"], a=name)
    purse = paid + dice.between(2, 80)
    draft.state(POSSESSION["given"], a=name, o="dollars", k=purse)
    return draft.ask(QUESTIONS["left"], a=name)
