"""Memory: what a chain has said so far of each quantity, and which steps rest on which.

Mutable, used within one check of one chain.
"""

from fractions import Fraction

from annotate.worlds.stories.claims import Claim
from annotate.worlds.stories.quantity import Key, Relation, Term
from annotate.worlds.stories.world import World


class Memory:
    """The chain's beliefs beside the story's truth."""

    __slots__ = ("_believed", "_by", "_rests", "world")

    def __init__(self, world: World) -> None:
        """Start with nothing computed."""
        self.world = world
        self._believed: dict[Key, Fraction] = {}
        self._by: dict[Key, int] = {}
        self._rests: dict[int, set[int]] = {}

    def true(self, term: Term) -> tuple[Fraction, ...]:
        """Return the term's true value, or nothing where the story fixes none."""
        value = self.world.value(term)
        return () if value is None else (value,)

    def believed(self, term: Term) -> tuple[Fraction, ...]:
        """Return what the chain holds of the term, or nothing."""
        if isinstance(term, int) or term not in self._believed:
            return ()
        return (self._believed[term],)

    def plausible(self, term: Term) -> tuple[Fraction, ...]:
        """Return the true value and the one that the chain believes."""
        return (*self.true(term), *self.believed(term))

    def is_established(self, term: Term) -> bool:
        """Return whether the text gives the term's number or a step has computed it."""
        return isinstance(term, int) or self.world.is_given(term) or term in self._believed

    def occurs(self, number: int) -> bool:
        """Return whether the number stands in the story or was computed by the chain."""
        facts = self.world.facts.values()
        return (
            number in self._believed.values()
            or number in facts
            or any(isinstance(fact, Relation) and number in fact.terms for fact in facts)
        )

    def believe(self, claim: Claim, value: Fraction, index: int) -> None:
        """Record what step `index` says of its target, and the steps that it rests on."""
        used = self._terms(claim)
        self._rests[index] = {self._by[term] for term in used if term in self._by}
        self._believed[claim.target] = value
        self._by[claim.target] = index

    def withdraw(self, index: int) -> set[int]:
        """Forget what step `index` said and all that rests on it; return those steps."""
        fallen = {index}
        for step in sorted(self._rests):
            if step not in fallen and self._rests[step] & fallen:
                fallen.add(step)
        for key in [key for key, step in self._by.items() if step in fallen]:
            del self._by[key], self._believed[key]
        return fallen

    def _terms(self, claim: Claim) -> tuple[Key, ...]:
        relation = self.world.define(claim.target) if claim.fact is None else claim.fact
        terms = relation.terms if isinstance(relation, Relation) else ()
        return tuple(term for term in terms if not isinstance(term, int))
