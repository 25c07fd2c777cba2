"""Judge: whether two closed sides agree, exactly or as printed. Pure and deterministic.

A link is refuted only where no reading of it holds: not as written, not rounded or truncated to
the printed digits, not with a converted unit, not as the next line of a running calculation.
"""

from collections.abc import Set as AbstractSet
from enum import Enum, auto, unique
from fractions import Fraction
from itertools import product

from verifiers.arithmetic.expression import Doubt, Form
from verifiers.arithmetic.sides import Closed, Value, slack
from verifiers.arithmetic.surds import Number, approximate, has_pi
from verifiers.arithmetic.tokens import Kind
from verifiers.arithmetic.words import CONVERSIONS, FAMILY_UNITS, MULTIPLIERS, PROSE, singular

LENIENCE = Fraction(1, 50)
"""Relative error that `≈`, or a text that speaks of rounding, may have."""
FLOAT_DIGITS = 10
"""Decimals from which a number was printed by a machine, with its own rounding."""
MIN_LEADING = 100
"""Least number that the digits before trailing zeros form, if the zeros may be rounding."""
PI_ERROR = Fraction(1, 500)
"""Relative error that a decimal stand-in for pi may bring: 22/7 and 3.14 are within it."""


@unique
class Ruling(Enum):
    """What is said of one link."""

    HOLDS = auto()
    """Some reading of it is true."""
    REFUTED = auto()
    """No reading of it is true."""
    OPEN = auto()
    """It cannot be judged safely."""


def rule(left: Closed, right: Closed, relation: str) -> Ruling:
    """Judge one link as written.

    Args:
        left: The side before the relation.
        right: The side after it.
        relation: `=`, `≈`, `<`, `>`, `≤` or `≥`.
    """
    pairs = list(product(left.values, right.values))
    if relation in "<>≤≥":
        return (
            Ruling.HOLDS if any(_ordered(a, b, relation) for a, b in pairs) else _order(left, right)
        )
    lenient = relation == "≈"
    if any(_equal(a, b, lenient=lenient) for a, b in pairs):
        return Ruling.HOLDS
    return Ruling.OPEN if _may_be_meant(left, right) else Ruling.REFUTED


def agrees_loosely(left: Closed, right: Closed) -> bool:
    """Return whether a link holds within the lenience of a text that speaks of rounding."""
    return any(_equal(a, b, lenient=True) for a, b in product(left.values, right.values)) or (
        _gap(left, right) <= slack(left) + slack(right)
    )


def within_slack(left: Closed, right: Closed, inexact: AbstractSet[Number]) -> bool:
    """Return whether decimals that were rounded earlier account for the difference."""
    return _gap(left, right) <= slack(left, among=inexact) + slack(right, among=inexact)


def is_exact(left: Closed, right: Closed) -> bool:
    """Return whether some reading makes the sides equal without rounding."""
    return any(a.exact == b.exact for a, b in product(left.values, right.values))


def factor(left: Closed, right: Closed) -> Fraction:
    """Return by what factor >= 1 the sides differ, 1 where one of them is zero."""
    a, b = (abs(approximate(side.values[0].exact)) for side in (left, right))
    return max(a / b, b / a) if a and b else Fraction(1)


def _ordered(left: Value, right: Value, relation: str) -> bool:
    a, b = approximate(left.exact), approximate(right.exact)
    return (
        (a < b and relation in "<≤")
        or (a > b and relation in ">≥")
        or (a == b and relation in "≤≥")
    )


def _order(left: Closed, right: Closed) -> Ruling:
    """Rule on an inequality that does not hold: units and rounding make it no error."""
    counted = left.side.words or right.side.words
    exact = all(op.places == 0 for side in (left, right) for op in side.program.ops)
    forms = left.program.forms | right.program.forms | left.program.doubts | right.program.doubts
    return Ruling.REFUTED if exact and not counted and not forms else Ruling.OPEN


def _equal(left: Value, right: Value, *, lenient: bool) -> bool:
    if left.exact == right.exact:
        return True
    a, b = approximate(left.exact), approximate(right.exact)
    if right.unit is not None and _rounds(a, b, right.unit, lenient=lenient):
        return True
    if left.unit is not None and _rounds(b, a, left.unit, lenient=lenient):
        return True
    return lenient and abs(a - b) <= LENIENCE * max(abs(a), abs(b))


def _rounds(exact: Fraction, stated: Fraction, unit: Fraction, *, lenient: bool) -> bool:
    """Return whether a value printed to `unit` may be `stated`: half up or even, or cut off."""
    error = abs(exact - stated)
    if lenient:
        return error <= unit or (unit == 1 and 2 * error <= _trailing_unit(stated))
    machine = unit <= Fraction(1, 10**FLOAT_DIGITS) and error * 10**FLOAT_DIGITS <= abs(exact)
    cut = exact * stated >= 0 and 0 <= abs(exact) - abs(stated) < unit
    return machine or cut or 2 * error <= unit


def _trailing_unit(stated: Fraction) -> int:
    """Return the worth of the last digit of an integer that is not zero."""
    digits = str(abs(stated.numerator))
    return 10 ** (len(digits) - len(digits.rstrip("0"))) if stated else 1


def _gap(left: Closed, right: Closed) -> Fraction:
    return abs(approximate(left.values[0].exact) - approximate(right.values[0].exact))


def _may_be_meant(left: Closed, right: Closed) -> bool:
    """Return whether a link that does not hold as written may still be no error."""
    return bool(
        left.program.doubts - {Doubt.SHARE}
        or right.program.doubts
        or _counts_differ(left, right)
        or _adds_percent(left)
        or _adds_percent(right)
        or _runs_on(left, right)
        or _converts(left, right)
        or _stands_in_for_pi(left, right)
        or _keeps_leading_digits(left, right)
        or (
            not left.is_literal
            and not right.is_literal
            and 0 < _gap(left, right) <= slack(left) + slack(right)
        )
    )


def _counts_differ(left: Closed, right: Closed) -> bool:
    """Return whether the sides count different things, so that a factor may be unsaid."""
    a, b = ({singular(word) for word in side.side.words} for side in (left, right))
    if (a | b) & MULTIPLIERS:
        return True
    trailing = [singular(word) for word in right.side.trailing]
    if a and not b and trailing and trailing[0] not in PROSE and not a.intersection(trailing):
        return True
    if a and b and not a & b:
        return True
    if "degree" in a | b and any(
        has_pi(value.exact) for side in (left, right) for value in side.values
    ):
        return True
    return any(_adds(side) and len(set(side.side.words)) > 1 for side in (left, right))


def _adds(closed: Closed) -> bool:
    return any(op.code in {"+", "-"} for op in closed.program.ops)


def _adds_percent(closed: Closed) -> bool:
    """Return whether percentages are added to plain numbers: `50 + 20%`."""
    codes = [op.code for op in closed.program.ops]
    mixed = 0 < codes.count("%") < codes.count("push")
    return Form.PERCENT in closed.program.forms and mixed and _adds(closed)


def _runs_on(left: Closed, right: Closed) -> bool:
    """Return whether the right side goes on from the left one's value: `3 + 4 = 7 * 2`."""
    first = right.program.ops[0].value
    begins = (
        left.operations > 0 and right.side.tokens[0].kind is Kind.NUMBER and right.operations > 0
    )
    if not begins or first is None:
        return False
    places = right.program.ops[0].places
    value = Value(exact=first, unit=Fraction(10) ** -places if places > 0 else None)
    return any(_equal(each, value, lenient=False) for each in left.values)


def _converts(left: Closed, right: Closed) -> bool:
    """Return whether the sides differ by the factor between two units."""
    sides = (left.side, right.side)
    counted = {singular(word) for side in sides for word in (*side.words, *side.trailing)}
    percent = Form.PERCENT in left.program.forms | right.program.forms
    if not (left.operations or right.operations):
        return bool(counted)
    return bool(counted & FAMILY_UNITS or percent) and factor(left, right) in CONVERSIONS


def _keeps_leading_digits(left: Closed, right: Closed) -> bool:
    """Return whether an integer is the other side's value to three significant digits or more.

    A value that is itself an integer has no such excuse.
    """
    for stated, other in ((left, right), (right, left)):
        value, exact = stated.values[0], approximate(other.values[0].exact)
        if value.unit == 1 and isinstance(value.exact, Fraction) and exact.denominator > 1:
            unit = _trailing_unit(value.exact)
            if abs(value.exact) >= MIN_LEADING * unit and 2 * _gap(stated, other) <= unit:
                return True
    return False


def _stands_in_for_pi(left: Closed, right: Closed) -> bool:
    """Return whether the sides agree but for a decimal that stands for pi."""
    if not any(has_pi(value.exact) for side in (left, right) for value in side.values):
        return False
    return _gap(left, right) <= PI_ERROR * abs(approximate(left.values[0].exact))
