"""World: what a story says, as quantities and relations, and the exact value of each. Pure."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from annotate.worlds.stories.quantity import Key, Operation, Relation, Term, compute

Fact = Relation | int
"""What a sentence says of a quantity: its number, or its relation to others."""


def _total(of: str, thing: str, *names: str) -> Relation:
    terms = tuple((of, name, thing) for name in names)
    return Relation(operation=Operation.SUM, terms=terms)


def _gap(of: str, thing: str, more: str, less: str) -> Relation:
    terms = ((of, more, thing), (of, less, thing))
    return Relation(operation=Operation.SUBTRACT, terms=terms)


def _made(name: str, thing: str) -> Relation:
    terms = (("rate", name, thing), ("time", name))
    return Relation(operation=Operation.MULTIPLY, terms=terms)


def _cost(name: str, item: str) -> Relation:
    terms = (("count", name, item), ("price", item))
    return Relation(operation=Operation.MULTIPLY, terms=terms)


def _left(name: str) -> Relation:
    terms = (("has", name, "dollars"), ("paid", name))
    return Relation(operation=Operation.SUBTRACT, terms=terms)


_DERIVED: dict[str, Callable[..., Relation]] = {
    "total": _total,
    "gap": _gap,
    "made": _made,
    "cost": _cost,
    "left": _left,
}
"""How the quantities that no sentence states follow, by kind; called with the key's other parts."""


class World:
    """The facts of one story, in the order of its sentences. Not changed once made."""

    __slots__ = ("_values", "asked", "facts")

    def __init__(self, facts: Mapping[Key, Fact], asked: Key) -> None:
        """Take the facts and the quantity that the question asks for."""
        self.facts = dict(facts)
        self.asked = asked
        self._values: dict[Key, Fraction | None] = {}

    def define(self, key: Key) -> Fact | None:
        """Return how `key` is known: as stated, or as its kind says; None for an unknown one."""
        if key in self.facts:
            return self.facts[key]
        kind, *parts = key
        if kind == "paid":
            return self._define_paid(*parts)
        return _DERIVED[kind](*parts) if kind in _DERIVED else None

    def _define_paid(self, name: str) -> Fact | None:
        costs = tuple(("cost", name, fact[2]) for fact in self.facts if fact[:2] == ("count", name))
        if len(costs) > 1:
            return Relation(operation=Operation.SUM, terms=costs)
        return self.define(costs[0]) if costs else None

    def value(self, term: Term) -> Fraction | None:
        """Return the exact value, or None where the story does not fix one."""
        if isinstance(term, int):
            return Fraction(term)
        if term not in self._values:
            self._values[term] = None  # a quantity defined by itself has no value
            self._values[term] = self._evaluate(self.define(term))
        return self._values[term]

    def _evaluate(self, fact: Fact | None) -> Fraction | None:
        if fact is None or isinstance(fact, int):
            return None if fact is None else Fraction(fact)
        values = tuple(self.value(term) for term in fact.terms)
        known = tuple(value for value in values if value is not None)
        return compute(fact.operation, known) if len(known) == len(values) else None

    def is_given(self, key: Key) -> bool:
        """Return whether a sentence gives the number of `key` outright."""
        return isinstance(self.facts.get(key), int)

    def plan(self) -> tuple[Key, ...]:
        """Return the quantities to compute for the question, each after what it needs.

        Stated ones come in the order of the text, then those that only their kind defines.
        """
        needed: dict[Key, None] = {}
        self._need(self.asked, needed)
        stated = [key for key in self.facts if key in needed]
        return (*stated, *(key for key in needed if key not in self.facts))

    def _need(self, key: Key, needed: dict[Key, None]) -> None:
        fact = self.define(key)
        if not isinstance(fact, Relation) or key in needed:
            return
        for term in fact.terms:
            if not isinstance(term, int):
                self._need(term, needed)
        needed[key] = None
