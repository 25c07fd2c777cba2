"""Claims: what one step of a chain says, read from its text. Pure.

A step is a relation with or without its equation ("Ann has 5 more pens than Tom, so 3 + 5 = 8."),
a quantity computed in place ("Ann pays 4 + 8 = 12 dollars."), a number of the story ("Tom has 3
pens."), a withdrawal ("Wait, step 2 is wrong.") or the answer ("The answer is 12.").
"""

import re
from dataclasses import dataclass

from annotate.worlds.stories.forms import COMPUTED, STATEMENTS
from annotate.worlds.stories.phrases import Phrase, read_phrase
from annotate.worlds.stories.quantity import Key, Operation
from annotate.worlds.stories.world import Fact

_WITHDRAWAL = re.compile(r"Wait, step (\d{1,4}) is wrong\.")
_ANSWER = re.compile(r"The answer is (-?\d{1,9})\.")
_EQUATION = re.compile(r"-?\d{1,9}(?: [-+*/] -?\d{1,9})+ = -?\d{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """An operation written out: `numbers` joined by one sign, and what it is said to give."""

    operation: Operation
    """The sign between the numbers."""
    numbers: tuple[int, ...]
    """The operands as written; two or more."""
    result: int
    """The number after the equals sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A step that says something of a quantity."""

    target: Key
    """The quantity it is about."""
    fact: Fact | None
    """What it states of the target before any equation; None where it states nothing."""
    equation: Equation | None
    """How it computes the target; None where it only states."""
    beside: tuple[Key, int] | None = None
    """A number of another quantity that it states in passing, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A step that takes an earlier step back."""

    step: int
    """The step it names, counted from 1, withdrawals counted too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalAnswer:
    """A step that gives the answer."""

    value: int
    """The number it gives."""


Step = Claim | Withdrawal | FinalAnswer


def read_step(text: str) -> Step | None:
    """Return what the step says, or None where it is off the grammar; outer white space is free."""
    text = text.strip()
    if match := _WITHDRAWAL.fullmatch(text):
        return Withdrawal(step=int(match.group(1)))
    if match := _ANSWER.fullmatch(text):
        return FinalAnswer(value=int(match.group(1)))
    return _read_claim(text[:-1]) if text.endswith(".") else None


def _read_claim(text: str) -> Claim | None:
    clause, joined, written = text.rpartition(", so ")
    if joined:
        equation = read_equation(written)
        phrase = read_phrase(clause, STATEMENTS)
        if equation is None or phrase is None:
            return None
        return Claim(target=phrase.target, fact=phrase.fact, equation=equation)
    if stated := read_phrase(text, STATEMENTS):
        return Claim(target=stated.target, fact=stated.fact, equation=None)
    computed = read_phrase(text, COMPUTED)
    return _read_computed(computed) if computed is not None else None


def _read_computed(phrase: Phrase) -> Claim | None:
    equation = read_equation(phrase.words["e"])
    if equation is None:
        return None
    beside = None
    if phrase.target[0] == "cost":
        beside = (("count", *phrase.target[1:]), int(phrase.words["k"]))
    return Claim(target=phrase.target, fact=None, equation=equation, beside=beside)


def read_equation(text: str) -> Equation | None:
    """Return the equation, or None where it is none or mixes signs."""
    if not _EQUATION.fullmatch(text):
        return None
    left, _, right = text.partition(" = ")
    first, *rest = left.split(" ")
    signs = set(rest[::2])
    if len(signs) > 1:
        return None
    return Equation(
        operation=Operation(signs.pop()),
        numbers=tuple(map(int, (first, *rest[1::2]))),
        result=int(right),
    )
