"""Plant mistakes: a story's chain with one error of a chosen kind, carried on as if right. Pure.

Used to train the embedded policy and to test what finds errors.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

from annotate.worlds.stories.dice import Dice
from annotate.worlds.stories.drawing import Story
from annotate.worlds.stories.quantity import Key, Operation, Relation, Term, compute
from annotate.worlds.stories.truth import StepError
from annotate.worlds.stories.writing import write_answer, write_equation, write_step

KINDS = {
    StepError.ARITHMETIC: 3,
    StepError.OPERAND: 8,
    StepError.OPERATION: 2,
    StepError.UNKNOWN_QUANTITY: 3,
}
"""Kinds that can be planted, with how often each is drawn when none is asked for."""


class FlawedChain:
    """A chain in the making, with the values that it believes; mutable, used for one chain."""

    __slots__ = ("_at", "_believed", "_dice", "_kind", "_story", "lines")

    def __init__(self, story: Story, dice: Dice, at: int, kind: StepError) -> None:
        """Write the chain of `story` with an error of `kind` at step `at`, 0-based, <= steps.

        At `at == story.steps` the answer's own line is wrong, whatever the kind.
        """
        self._story, self._dice, self._at, self._kind = story, dice, at, kind
        world = story.quantities
        self._believed: dict[Key, Fraction] = {
            key: Fraction(fact) for key, fact in world.facts.items() if isinstance(fact, int)
        }
        self.lines = [self._write(index, key) for index, key in enumerate(story.plan)]
        answer = self._believed[world.asked]
        if at == story.steps:
            answer = self._other(answer)
        self.lines.append(write_answer(answer))

    def _write(self, index: int, key: Key) -> str:
        relation = self._story.quantities.define(key)
        if not isinstance(relation, Relation):
            raise TypeError(key)
        operation, clauses = relation.operation, self._story.clauses
        numbers = [self._value(term) for term in relation.terms]
        count = str(numbers[0])
        slip = 0
        if index == self._at:
            match self._kind:
                case StepError.ARITHMETIC:
                    slip = self._slip()
                case StepError.OPERATION:
                    operation = self._other_operation(operation, numbers)
                case StepError.OPERAND if key in clauses and self._dice.chance(0.4):
                    clauses, numbers = self._other_clause(key, relation)
                case StepError.OPERAND:
                    place = self._place(relation)
                    numbers[place] = self._other(numbers[place])
                case _:
                    numbers[self._place(relation)] = self._unheard()
        result = (compute(operation, tuple(numbers)) or Fraction(0)) + slip
        self._believed[key] = Fraction(result.__floor__())
        equation = write_equation(operation, numbers, self._believed[key])
        words = {"v": self._story.verb, "k": count}
        return write_step(key, equation, clauses, words=words)

    def _value(self, term: Term) -> Fraction:
        return Fraction(term) if isinstance(term, int) else self._believed[term]

    def _slip(self) -> int:
        size = self._dice.pick_weighted((1, 2, 3, 10, 20, 100), (6, 2, 1, 6, 2, 1))
        return size if self._dice.chance(0.5) else -size

    def _other(self, value: Fraction) -> Fraction:
        others = sorted(set(self._numbers()) - {value})
        return self._dice.pick(others) if others else value + self._slip()

    def _unheard(self) -> Fraction:
        heard = set(self._numbers())
        while True:
            number = Fraction(self._dice.between(2, self._dice.pick((30, 99, 200))))
            if number not in heard:
                return number

    def _numbers(self) -> list[Fraction]:
        facts = self._story.quantities.facts.values()
        constants = [
            Fraction(term)
            for fact in facts
            if isinstance(fact, Relation)
            for term in fact.terms
            if isinstance(term, int)
        ]
        return [*constants, *self._believed.values()]

    def _place(self, relation: Relation) -> int:
        places = [i for i, term in enumerate(relation.terms) if not isinstance(term, int)]
        return self._dice.pick(places) if self._dice.chance(0.8) else len(relation.terms) - 1

    def _other_operation(self, operation: Operation, numbers: list[Fraction]) -> Operation:
        likely = {
            Operation.SUM: (Operation.SUBTRACT, Operation.MULTIPLY),
            Operation.SUBTRACT: (Operation.SUM,),
            Operation.MULTIPLY: (Operation.SUM,),
            Operation.DIVIDE: (Operation.MULTIPLY, Operation.SUBTRACT),
        }[operation]
        small = max(numbers) * min(numbers) <= 300  # noqa: PLR2004 - as stories stay small
        return likely[-1 if len(likely) > 1 and small and self._dice.chance(0.4) else 0]

    def _other_clause(
        self, key: Key, relation: Relation
    ) -> tuple[Mapping[Key, str], list[Fraction]]:
        """Return the clause with another person, thing or number in it, and its operands."""
        clause = self._story.clauses[key]
        reference = next(term for term in relation.terms if not isinstance(term, int))
        peers = [
            other
            for other in self._believed
            if other[0] == key[0] and other[2:] == reference[2:] and other not in relation.terms
        ]
        numbers = [self._value(term) for term in relation.terms]
        constant = re.search(r"\d+", clause)
        if peers and not (constant and self._dice.chance(0.3)):
            peer = self._dice.pick(peers)
            numbers[relation.terms.index(reference)] = self._believed[peer]
            clause = re.sub(rf"\b{reference[1]}\b", peer[1], clause)
        elif constant:
            number = self._other(Fraction(constant.group()))
            numbers[-1] = number
            clause = clause.replace(constant.group(), str(number))
        else:
            place = relation.terms.index(reference)
            numbers[place] = self._other(numbers[place])
        return {**self._story.clauses, key: clause}, numbers


def write_flawed(
    story: Story, dice: Dice, at: int, kind: StepError | None = None
) -> tuple[str, ...]:
    """Return the story's chain with one planted error at 0-based step `at`, in [0, steps].

    What follows is computed from the wrong value. The kind is drawn by `KINDS` where None; now
    and then the story allows no visible error of a kind, and the chain is right after all: ask
    the checker.
    """
    kind = kind or dice.pick_weighted(tuple(KINDS), tuple(KINDS.values()))
    return tuple(FlawedChain(story, dice, at, kind).lines)
