r"""Numbers as exact rationals, with their unit. Pure; work is bounded by length and size of powers.

Reads what stands for one rational number: `1,000.50`, `1 000`, `1000,5`, `\frac{3}{4}`, `1 1/2`,
`2^{10}`, `1.2 \times 10^5`, `3 + 4/5`, `28 percent`, `$5`, `5 cm^2`, `seven`. Never a float.
"""

import ast
import functools
import re
from dataclasses import dataclass, replace
from fractions import Fraction

from verifiers.answers.units import CURRENCY, PERCENT, SCALES, UNITS, WORDS

MAX_LENGTH = 400
"""Characters of a number; anything longer is not read as one."""
MAX_BITS = 1 << 16
"""Size of a power that is worked out, in bits."""

_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([, '])\d{2,3})*?(?:\1|[, '])\d{3}(?:\.\d+)?", re.ASCII)
_GROUPED_BY_DOTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_LETTERS = re.compile(r"[^\W\d_]")
_FRACTION = re.compile(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_REPEATING = re.compile(r"(\d*)\.(\d*)\\overline\s*\{(\d+)\}")
_MIXED = re.compile(
    r"(?<![\d.)\s])\s*(\d+)\s*(?:\s|(?=\(\())\s*(\(\(\d+\)/\(\d+\)\)|\d+/\d+)(?![\d.])"
)
_SCIENTIFIC = re.compile(r"(?<=\d)[eE]([+-]?\d{1,4})(?!\d)")
_REPEATS = 6
_ARITHMETIC = re.compile(r"[\d.+\-*/() ]+", re.ASCII)
_LEADING_ZEROS = re.compile(r"(?<![\d.])0+(?=\d)")
_DECIMAL = re.compile(r"(\d*)\.(\d*)")
_OPERATORS = (
    (re.compile(r"\\(?:times|cdot|ast)(?![a-zA-Z])"), "*"),
    (re.compile(r"\\div(?![a-zA-Z])"), "/"),
    (re.compile(r"\^"), "**"),
    (re.compile(r"[{\[]"), "("),
    (re.compile(r"[}\]]"), ")"),
)
_BASE = re.compile(r"([\dA-F]+)_\{?(\d{1,2})\}?")
_TRAILING_UNIT = re.compile(
    r"(?P<number>.*?[\d)}])\s*(?P<unit>%|[^\W\d_][^\d=<>\\(){}\[\]+*]*?(?:\s*\^\s*\{?[23]\}?|[23])?)",
    re.DOTALL,
)
_MAX_UNIT_WORDS = 4
_SHORT_UNITS = "|".join(
    sorted({name for name in UNITS if name.isalpha() and len(name) <= 2} - {"m", "in"})  # noqa: PLR2004  # as in GLUED
)
GLUED = re.compile(
    rf"(?!(?:m|in|(?i:{_SHORT_UNITS}|st|nd|rd|th|am|pm))(?![a-zA-Z]))[a-zA-Z]{{1,2}}(?![a-zA-Z])"
    r"|[\u03c0\u221a]|\\(?:pi|sqrt)(?![a-zA-Z])|:\d"
)
"""What directly after digits makes them part of something else: `15x`, `15k`, `15:00`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with what stands around it."""

    value: Fraction
    """The number as written: 28 for `28%`."""
    comma: Fraction | None
    """Its value where a comma was read as the decimal point: perhaps it is a list; else null."""
    unit: str
    """Unit in lower case, `%`, or empty."""
    places: int | None
    """Digits after the decimal point, null where it is not written as a decimal."""


@functools.lru_cache(maxsize=4096)
def read_quantity(text: str) -> Quantity | None:
    """Return the number that a normalised answer stands for, or None if it is not one number.

    Args:
        text: Normalised. Currency signs and trailing units are read; other words are not.
    """
    if not text or len(text) > MAX_LENGTH:
        return None
    text = CURRENCY.sub("", text).strip(" ,").rstrip(".")
    found = _read(text, "")
    if found is not None:
        return found
    match = _TRAILING_UNIT.fullmatch(text)
    if match is None or len(match["unit"].split()) > _MAX_UNIT_WORDS:
        return None
    if GLUED.match(text, match.end("number")):
        return None
    return _with_unit(match["number"].strip(), match["unit"])


def _with_unit(number: str, words: str) -> Quantity | None:
    """Return a number times the scale that its unit starts with: `15 million dollars`."""
    first, _, rest = words.partition(" ")
    factor = SCALES.get(first.casefold())
    if factor is None:
        unit = unit_name(words)
        return None if unit is None else _read(number, unit)
    unit = unit_name(rest) if rest else ""
    found = None if unit is None else _read(number, unit)
    if found is None:
        return None
    comma = None if found.comma is None else found.comma * factor
    return replace(found, value=found.value * factor, comma=comma, places=None)


def unit_name(text: str) -> str | None:
    """Return one name for a unit or counted noun; None where the words cannot be a unit."""
    name = re.sub(r"[\s.{}]+", " ", text).strip().casefold()
    if PERCENT.fullmatch(name):
        return "%"
    name = name.replace("^", "")
    if not name or (len(name) == 1 and name not in UNITS):
        return None  # one letter is a variable: 3x is no quantity
    if name in _NOT_UNITS or name.split()[0] in _NOT_UNITS:
        return None
    return name


_NOT_UNITS = frozenset({"and", "or", "to", "i", "pi", "times", "sqrt", "than", "but", "not", "e"})


def _read(text: str, unit: str) -> Quantity | None:
    if _PLAIN.fullmatch(text):
        places = len(text.partition(".")[2]) if "." in text else 0
        return Quantity(value=Fraction(text), comma=None, unit=unit, places=places)
    value, comma = _grouped(text)
    if value is not None:
        places = len(text.rpartition(".")[2]) if "." in text else 0
        return Quantity(value=value, comma=comma, unit=unit, places=places)
    word = WORDS.get(text.casefold())
    if word is not None:
        return Quantity(value=Fraction(word), comma=None, unit=unit, places=0)
    value = _arithmetic(text)
    if value is None:
        return None
    return Quantity(value=value, comma=None, unit=unit, places=None)


def _grouped(text: str) -> tuple[Fraction | None, Fraction | None]:
    """Return the value of digits with separators, and its other reading with a decimal comma."""
    decimal = None
    if _DECIMAL_COMMA.fullmatch(text):
        decimal = Fraction(text.replace(",", "."))
    starts_with_zero = text.lstrip("+-").startswith("0")
    if _GROUPED.fullmatch(text) and not starts_with_zero:
        return Fraction(re.sub(r"[, ']", "", text)), None
    if _GROUPED_BY_DOTS.fullmatch(text) and (text.count(".") > 1 or "," in text):
        return Fraction(text.replace(".", "").replace(",", ".")), None
    return decimal, decimal


def _arithmetic(text: str) -> Fraction | None:
    """Return the value of an expression of numbers alone."""
    text = _SCIENTIFIC.sub(r"*10^(\1)", text)
    if _LETTERS.search(re.sub(r"\\(?:frac|times|cdot|div|ast|overline)(?![a-zA-Z])", "", text)):
        return None
    text = _REPEATING.sub(_repeating, text)
    for _ in range(_REPEATS):
        text, changes = _FRACTION.subn(r"((\1)/(\2))", text)
        if not changes:
            break
    text = _MIXED.sub(r"(\1+\2)", text)
    for pattern, replacement in _OPERATORS:
        text = pattern.sub(replacement, text)
    if not text.startswith("("):  # (1,234) is a pair
        text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    if not _ARITHMETIC.fullmatch(text):
        return None
    text = _LEADING_ZEROS.sub("", _DECIMAL.sub(_decimal, text))
    try:
        return _evaluate(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None  # not an arithmetic expression, or one that has no value


def _repeating(match: re.Match[str]) -> str:
    whole, fixed, cycle = match[1] or "0", match[2], match[3]
    shift = 10 ** len(fixed)
    nines = (10 ** len(cycle) - 1) * shift
    return f"(({whole + fixed})/{shift}+{cycle}/{nines})"


def _decimal(match: re.Match[str]) -> str:
    whole, places = match[1], match[2]
    if not whole + places:
        return "."
    return f"({(whole + places).lstrip('0') or '0'}/1{'0' * len(places)})"


def _evaluate(node: ast.expr) -> Fraction:
    """Return the value of a parsed expression.

    Raises:
        ValueError: If it holds anything but rational arithmetic, or a power over `MAX_BITS`.
        ZeroDivisionError: If it divides by zero.
    """
    match node:
        case ast.Constant(value=int(value)):
            return Fraction(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _evaluate(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return _operate(op, _evaluate(left), _evaluate(right))
        case _:
            raise ValueError(f"{type(node).__name__} is no rational arithmetic.")


def _operate(op: ast.operator, left: Fraction, right: Fraction) -> Fraction:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right
        case ast.Pow():
            return _power(left, right)
        case _:
            raise ValueError(f"{type(op).__name__} is no rational arithmetic.")


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise ValueError(f"exponent {exponent} is not a whole number.")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(exponent) * bits > MAX_BITS:
        raise ValueError(f"a power of {bits} bits to the {exponent} is over the limit.")
    return Fraction(base**exponent.numerator)


def same_base(left: str, right: str) -> bool | None:
    """Return whether two numerals with a base subscript agree; None where neither has one.

    A gold `204_5` accepts a bare `204`: the question says the base.
    """
    first, second = _BASE.fullmatch(left), _BASE.fullmatch(right)
    if first is None:
        return None
    digits = first[1].lstrip("0")
    if second is None:
        return right.lstrip("0") == digits
    return (digits, first[2]) == (second[1].lstrip("0"), second[2])


def scale(unit: str) -> tuple[str, Fraction] | None:
    """Return the dimension of a known unit and its size in that dimension's base unit."""
    return UNITS.get(unit)
