"""Closed sides: the values that one may have, and how precisely it was printed. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from verifiers.arithmetic.chains import Side
from verifiers.arithmetic.expression import Form, Op, Program, evaluate, readings
from verifiers.arithmetic.parsing import parse
from verifiers.arithmetic.surds import BeyondLimitError, NoValueError, Number, add, approximate

MAX_DECIMALS = 24
"""Printed decimals of one side whose rounding is followed through; more are taken as exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a side is worth under one reading."""

    exact: Number
    """The value."""
    unit: Fraction | None
    """For a lone printed number the worth of its last digit; null for an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A side that is a whole closed expression."""

    side: Side
    """Where it stands."""
    program: Program
    """The expression, plainly read."""
    values: tuple[Value, ...]
    """One per reading, the plain one first."""

    @property
    def is_literal(self) -> bool:
        """Whether it is one printed number."""
        return self.values[0].unit is not None

    @property
    def operations(self) -> int:
        """How many operations it holds, signs and percent apart."""
        return sum(op.code not in {"push", "neg", "%"} for op in self.program.ops)


def close(side: Side) -> Closed | None:
    """Return the side with its values, or None where it is no closed expression with a value.

    Raises:
        BeyondLimitError: If a deterministic limit stops it.
    """
    if not side.whole:
        return None
    program = parse(side.tokens)
    if program is None:
        return None
    values = []
    for reading in readings(program.forms):
        read = parse(side.tokens, reading) if reading else program
        if read is None:
            continue
        try:
            exact = evaluate(read.ops)
        except NoValueError:
            continue
        unit = _printed_unit(program.ops)
        if unit is not None and Form.PERCENT in program.forms - reading:
            unit /= 100
        values.append(Value(exact=exact, unit=unit))
    return Closed(side=side, program=program, values=tuple(values)) if values else None


def slack(closed: Closed, *, among: AbstractSet[Number] | None = None) -> Fraction:
    """Return how far the plain value moves if each printed decimal moves by its last digit.

    Args:
        closed: The side.
        among: The decimals that are not exact; null for all.
    """
    ops = list(closed.program.ops)
    decimals = [
        index
        for index, op in enumerate(ops)
        if op.value is not None and op.places > 0 and (among is None or op.value in among)
    ]
    if not decimals or len(decimals) > MAX_DECIMALS:
        return Fraction(0)
    total = Fraction(0)
    try:
        base = approximate(evaluate(ops))
        for index in decimals:
            op = ops[index]
            moved = add(op.value or Fraction(0), Fraction(10) ** -op.places)
            ops[index] = Op("push", moved, op.places)
            total += abs(approximate(evaluate(ops)) - base)
            ops[index] = op
    except (NoValueError, BeyondLimitError):
        return Fraction(0)
    return total


def _printed_unit(ops: Sequence[Op]) -> Fraction | None:
    """Return the worth of the last printed digit of a lone number, null for an expression."""
    kept = [op for op in ops if op.code not in {"neg", "%"}]
    codes = [op.code for op in kept]
    if codes == ["push"]:
        return Fraction(10) ** -kept[0].places
    if codes == ["push", "push", "push", "^", "*"] and kept[1].value == 10:  # noqa: PLR2004  # scientific notation
        sign = -1 if any(op.code == "neg" for op in ops[ops.index(kept[2]) :]) else 1
        power = kept[2].value
        if isinstance(power, Fraction) and power.denominator == 1:
            return Fraction(10) ** (sign * power.numerator - kept[0].places)
    return None
