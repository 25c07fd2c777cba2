"""Expressions: postfix programs, the readings of their forms, and their exact value. Pure.

Where writers differ in what a form means (`a/b(c)`, `-3^2`, `20%`, `2 1/2`), a program names the
form and each `Reading` settles it; the judge asks whether any reading holds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto, unique
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from verifiers.arithmetic.surds import (
    Number,
    add,
    choose,
    factorial,
    invert,
    multiply,
    raised,
    remainder,
    root,
)


@unique
class Form(Enum):
    """A form that writers read in two ways; a reading that holds it takes the second."""

    PERCENT = auto()
    """`20%` is 0.2, or 20."""
    TIGHT = auto()
    """`a/b(c)` is (a/b)c, or a/(bc); `a / b/c` is (a/b)/c, or a/(b/c)."""
    SIGNED_POWER = auto()
    """`-3^2` is -(3^2), or (-3)^2."""
    MIXED = auto()
    """A number before a fraction is added to it, or multiplied."""
    BULLET = auto()
    """A dash at the start of a line is a sign, or the mark of a list."""
    FINAL_BANG = auto()
    """A last `!` is a factorial, or ends the sentence."""


@unique
class Doubt(Enum):
    """A form that is read in one way and too often meant in another to refute anything."""

    TOWER = auto()
    """`2^3^2`."""
    ASIDE = auto()
    """`7 (3 + 4)`: a product, or a number and a remark."""
    MODULUS = auto()
    """`17 mod 5`: an operation, or the arithmetic in which an equation holds."""
    SHARE = auto()
    """`1/3 of 150`: a product, or a number and what it is a share of."""


Reading = frozenset[Form]
"""The forms taken the second way."""
PLAIN: Reading = frozenset()
"""Every form taken the first way."""


class Op(NamedTuple):
    """One instruction of a postfix program."""

    code: str
    """`push`, a binary sign, `neg`, `%`, `!` or `√n`."""
    value: Number | None = None
    """What `push` pushes."""
    places: int = 0
    """Decimals of a pushed number as printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A closed expression, ready to be evaluated."""

    ops: tuple[Op, ...]
    """Instructions in postfix order."""
    forms: frozenset[Form]
    """Forms in it that have two readings."""
    doubts: frozenset[Doubt]
    """Forms in it that refute nothing."""


def readings(forms: frozenset[Form]) -> list[Reading]:
    """Return every way to take `forms`, the plain one first."""
    ordered = sorted(forms, key=lambda form: form.value)
    return [
        frozenset(chosen)
        for size in range(len(ordered) + 1)
        for chosen in combinations(ordered, size)
    ]


def evaluate(ops: Sequence[Op]) -> Number:
    """Return the exact value of a program.

    Raises:
        NoValueError: If it has none that can be written exactly.
        BeyondLimitError: If a number on the way is too large.
    """
    stack: list[Number] = []
    for op in ops:
        if op.value is not None:
            stack.append(op.value)
        elif op.code[0] == "√":
            stack.append(root(stack.pop(), int(op.code[1:])))
        elif op.code in _UNARY:
            stack.append(_UNARY[op.code](stack.pop()))
        else:
            right = stack.pop()
            stack.append(_BINARY[op.code](stack.pop(), right))
    return stack[-1]


_UNARY: Mapping[str, Callable[[Number], Number]] = {
    "neg": lambda value: multiply(Fraction(-1), value),
    "%": lambda value: multiply(Fraction(1, 100), value),
    "!": factorial,
}
_BINARY: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": add,
    "-": lambda left, right: add(left, multiply(Fraction(-1), right)),
    "*": multiply,
    "/": lambda left, right: multiply(left, invert(right)),
    "^": raised,
    "choose": choose,
    "mod": remainder,
}
