"""Tokens of arithmetic text: what they are. Pure declarations."""

from enum import Enum, auto, unique
from fractions import Fraction
from typing import NamedTuple


@unique
class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    """A printed number; has a value."""
    OPERATOR = auto()
    """Between two operands, or a sign: `+ - * / ^ mod of`."""
    RELATION = auto()
    """`= ≈ < > ≤ ≥`."""
    OPEN = auto()
    """An opening bracket."""
    CLOSE = auto()
    """A closing bracket."""
    PERCENT = auto()
    """After a number: hundredths."""
    BANG = auto()
    """After a number: factorial, or the end of a sentence."""
    ROOT = auto()
    """Before a group or number: square root."""
    FRACTION = auto()
    """Before two groups: numerator and denominator."""
    PI = auto()
    """The number pi."""
    WORD = auto()
    """A word of prose, or a unit."""
    OPAQUE = auto()
    """A variable, function or sign that makes the expression around it open."""
    COMMA = auto()
    """A comma that is not part of a number."""
    NEWLINE = auto()
    """One line end, or LaTeX's."""
    BREAK = auto()
    """The end of a clause, paragraph or formula; a bracket that is no part of arithmetic."""
    HUGE = auto()
    """A number with more digits than the limit."""


class Token(NamedTuple):
    """One token. A tuple, not a dataclass: a step has dozens, made in the inner loop."""

    kind: Kind
    """What it is."""
    symbol: str
    """Canonical sign, or the word in lower case."""
    start: int
    """Offset of the first character in the text."""
    end: int
    """Offset after the last character."""
    value: Fraction | None = None
    """A number's value."""
    places: int = 0
    """Digits printed after a number's decimal point; negative where a power of ten hides digits."""


OPERAND_ENDS = frozenset((Kind.NUMBER, Kind.CLOSE, Kind.PERCENT, Kind.BANG, Kind.PI, Kind.HUGE))
"""Kinds that can end an operand."""
OPERAND_STARTS = frozenset((Kind.NUMBER, Kind.OPEN, Kind.ROOT, Kind.FRACTION, Kind.PI, Kind.HUGE))
"""Kinds that can begin an operand, signs apart."""
BULLET = "bullet"
"""Symbol of a dash at the start of a line: a sign, or the mark of a list."""
