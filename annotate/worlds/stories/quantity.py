"""Quantities: how a story names an amount, and how one amount follows from others. Pure data.

A key names a quantity: ("has", "Tom", "apples"), ("price", "pen"), ("rate", "Tom", "pears"),
("time", "Tom"), ("count", "Tom", "pen") are stated by sentences; ("made", "Tom", "pears"),
("cost", "Tom", "pen"), ("paid", "Tom"), ("left", "Tom"), ("total", kind, object, *names) and
("gap", kind, object, more, less) follow from those (`World.define`).
"""

from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from math import prod

Key = tuple[str, ...]
"""Names a quantity: its kind, then who and what."""

Term = tuple[str, ...] | int
"""An operand: a quantity, or a number that the text gives."""


@unique
class Operation(Enum):
    """What a relation does with its operands; the value is the sign in an equation."""

    SUM = "+"
    """Adds two or more operands, in any order."""
    SUBTRACT = "-"
    """Takes the second operand from the first."""
    MULTIPLY = "*"
    """Multiplies the operands, in any order."""
    DIVIDE = "/"
    """Divides the first operand by the second."""


COMMUTATIVE = (Operation.SUM, Operation.MULTIPLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One quantity as an operation on others."""

    operation: Operation
    """What is done with the terms."""
    terms: tuple[Term, ...]
    """The operands in their order; two, or two and more for a sum."""


def compute(operation: Operation, values: tuple[Fraction, ...]) -> Fraction | None:
    """Return the exact result, or None for a division by zero."""
    match operation:
        case Operation.SUM:
            return sum(values, Fraction(0))
        case Operation.MULTIPLY:
            return prod(values, start=Fraction(1))
        case Operation.SUBTRACT:
            return values[0] - sum(values[1:], Fraction(0))
        case Operation.DIVIDE:
            divisor = prod(values[1:], start=Fraction(1))
            return values[0] / divisor if divisor else None
