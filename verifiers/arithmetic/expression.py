"""Expression: tokens to a postfix program, and its exact value under a reading. Pure.

An operator-precedence parser with its own stack: no recursion, so nesting has no depth that breaks
it. Where writers differ in what a form means (`a/b(c)`, `-3^2`, `20%`, `2 1/2`), the program names
the form and each `Reading` settles it; the judge asks whether any reading holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto, unique
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from verifiers.arithmetic.surds import (
    BeyondLimitError,
    Number,
    NoValueError,
    add,
    factorial,
    invert,
    multiply,
    raised,
    root,
)
from verifiers.arithmetic.tokens import Kind, Token

MAX_TOKENS = 2000
"""Tokens of one side of an equation; a longer one is beyond the limit."""


@unique
class Form(Enum):
    """A form that writers read in two ways: the second way is the one taken when it is in a reading."""

    PERCENT = auto()
    """`20%` is 0.2, or 20."""
    TIGHT = auto()
    """`a/b(c)` is (a/b)c, or a/(bc)."""
    SIGNED_POWER = auto()
    """`-3^2` is -(3^2), or (-3)^2."""
    MIXED = auto()
    """A number before a fraction is added to it, or multiplied."""
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
    """`17 mod 5`."""


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


_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "mod": 2, "of": 2, "imp": 2, "neg": 3, "^": 5, "mix": 6}
_OPENING = {")": "(", "]": "[", "}": "{"}
_PREFIX = 7
_UNARY = ("neg", "pos")


class _Parser:
    """The two stacks of one parse. Mutable: a parse is a walk over its tokens."""

    def __init__(self, tokens: Sequence[Token], reading: Reading) -> None:
        self.tokens = tokens
        self.reading = reading
        self.output: list[Op] = []
        self.stack: list[str] = []
        self.forms: set[Form] = set()
        self.doubts: set[Doubt] = set()
        self.wants_operand = True

    def run(self) -> Program | None:
        """Return the program, or None where the tokens are no expression."""
        index = 0
        while index < len(self.tokens):
            taken = self.operand(index) if self.wants_operand else self.operator(index)
            if taken == 0:
                return None
            index += taken
        if self.wants_operand:
            return None
        while self.stack:
            sign = self.stack.pop()
            if sign[-1] in "([{":
                return None
            self.emit(sign)
        return Program(
            ops=tuple(self.output), forms=frozenset(self.forms), doubts=frozenset(self.doubts)
        )

    def operand(self, index: int) -> int:
        """Read where an operand must begin; return how many tokens, 0 where none can."""
        token = self.tokens[index]
        kind = token.kind
        if self.stack and self.stack[-1] in {"frac", "frac/"}:
            if token.symbol != "{":
                return 0
            self.stack[-1] += "{"
        elif kind is Kind.NUMBER:
            self.output.append(Op("push", token.value, token.places))
            self.wants_operand = False
        elif kind is Kind.PI:
            self.output.append(Op("pi"))
            self.wants_operand = False
        elif kind is Kind.OPEN:
            self.stack.append(token.symbol)
        elif kind is Kind.FRACTION:
            self.stack.append("frac")
        elif kind is Kind.ROOT:
            return self.root(index)
        elif kind is Kind.OPERATOR and token.symbol in {"-", "+"}:
            self.sign(index)
        else:
            return 0
        return 1

    def sign(self, index: int) -> None:
        """Push a leading sign."""
        negative = self.tokens[index].symbol == "-"
        ahead = self.tokens[index + 1 : index + 3]
        if [token.kind for token in ahead] == [Kind.NUMBER, Kind.OPERATOR] and ahead[1].symbol == "^" and negative:
            self.forms.add(Form.SIGNED_POWER)
        self.stack.append("neg" if negative else "pos")

    def root(self, index: int) -> int:
        """Push a root, with its index where one is printed."""
        ahead = self.tokens[index + 1 : index + 4]
        if ahead and ahead[0].symbol == "[":
            degree = ahead[1].value if len(ahead) == 3 else None  # noqa: PLR2004  # [, index, ]
            if degree is None or degree.denominator != 1 or not 2 <= degree <= 64 or ahead[2].symbol != "]":  # noqa: PLR2004  # sensible roots
                return 0
            self.stack.append(f"√{degree}")
            return 4
        self.stack.append("√2")
        return 1

    def operator(self, index: int) -> int:
        """Read where an operand has ended; return how many tokens, 0 where nothing fits."""
        token = self.tokens[index]
        kind = token.kind
        if kind is Kind.OPERATOR:
            return self.binary(index)
        if kind is Kind.CLOSE:
            return self.close(token.symbol)
        if kind is Kind.PERCENT:
            self.forms.add(Form.PERCENT)
            if Form.PERCENT not in self.reading:
                self.emit_tighter(_PREFIX)
                self.output.append(Op("%"))
            return 1
        if kind is Kind.BANG:
            last = index == len(self.tokens) - 1
            if last:
                self.forms.add(Form.FINAL_BANG)
            if not (last and Form.FINAL_BANG in self.reading):
                self.emit_tighter(_PREFIX)
                self.output.append(Op("!"))
            return 1
        return self.juxtaposed(index)

    def binary(self, index: int) -> int:
        """Push an operator between two operands."""
        token = self.tokens[index]
        if token.symbol == "of" and not self.fractional(index):
            return 0
        if token.symbol == "^" and "^" in self.stack[-1:]:
            self.doubts.add(Doubt.TOWER)
        if token.symbol == "mod":
            self.doubts.add(Doubt.MODULUS)
        if token.symbol == "*" and self.scientific(index) and "/" in self.stack[-1:]:
            self.push("imp", index)
        else:
            self.push(token.symbol, index)
        return 1

    def push(self, sign: str, index: int) -> None:
        """Push a binary operator after those that bind at least as tightly."""
        level = _PRECEDENCE[sign]
        if sign == "imp":
            if self.stack and self.stack[-1] == "/":
                self.forms.add(Form.TIGHT)
            level = 4 if Form.TIGHT in self.reading else level
        if sign == "mix" and Form.MIXED in self.reading:
            sign = "imp"
        self.emit_tighter(level + (sign == "^"))
        self.stack.append("imp!" if level == 4 and sign == "imp" else sign)  # noqa: PLR2004  # the tight level above
        self.wants_operand = True
        del index

    def fractional(self, index: int) -> bool:
        """Return whether what stands before `of` is a share: `20%`, `1/2`."""
        before = self.tokens[max(0, index - 2) : index]
        share = before[-1].kind is Kind.PERCENT or "/" in [token.symbol for token in before]
        return share or before[-1].symbol in {"}", ")"}

    def scientific(self, index: int) -> bool:
        """Return whether `10 ^` follows."""
        return [token.symbol for token in self.tokens[index + 1 : index + 3]] == ["10", "^"]

    def close(self, symbol: str) -> int:
        """Pop to the opening bracket."""
        opening = _OPENING[symbol]
        while self.stack and self.stack[-1][-1] not in "([{":
            self.emit(self.stack.pop())
        if not self.stack or self.stack[-1][-1] != opening:
            return 0
        role = self.stack.pop()
        if role == "frac{":
            self.stack.append("frac/")
            self.wants_operand = True
        elif role == "frac/{":
            self.output.append(Op("/"))
        return 1

    def juxtaposed(self, index: int) -> int:
        """Read two operands side by side: a product, or a mixed number."""
        token, before = self.tokens[index], self.tokens[index - 1]
        if token.kind is Kind.NUMBER:
            return self.mixed(index)
        if token.kind not in {Kind.OPEN, Kind.ROOT, Kind.FRACTION, Kind.PI}:
            return 0
        if token.kind is Kind.OPEN and before.kind is Kind.NUMBER and token.start > before.end:
            self.doubts.add(Doubt.ASIDE)
        if token.kind is Kind.FRACTION and before.kind is Kind.NUMBER and before.places == 0:
            self.forms.add(Form.MIXED)
            self.push("mix", index)
        else:
            self.push("imp", index)
        return self.operand(index)

    def mixed(self, index: int) -> int:
        """Read `2 1/2`: a whole number and a proper fraction."""
        part = [self.tokens[index - 1], *self.tokens[index : index + 3]]
        values = [token.value for token in part if token.kind is Kind.NUMBER and token.places == 0]
        if len(part) != 4 or len(values) != 3 or part[2].symbol != "/":  # noqa: PLR2004  # whole, top, sign, bottom
            return 0
        whole, top, bottom = values
        if whole is None or top is None or bottom is None or not 0 < top < bottom:
            return 0
        self.output += [Op("push", top / bottom), Op("+")]
        return 3

    def emit_tighter(self, level: int) -> None:
        """Emit stacked operators of at least this precedence."""
        while self.stack and self.stack[-1][-1] not in "([{" and self.level(self.stack[-1]) >= level:
            self.emit(self.stack.pop())

    def level(self, sign: str) -> int:
        """Return how tightly a stacked operator binds."""
        if sign[0] == "√":
            return _PREFIX
        if sign == "imp!":
            return 4
        if sign in _UNARY:
            return 6 if Form.SIGNED_POWER in self.reading else 3
        return _PRECEDENCE.get(sign, 0)

    def emit(self, sign: str) -> None:
        """Append an operator to the output."""
        if sign == "pos":
            return
        self.output.append(Op({"imp": "*", "imp!": "*", "of": "*", "mix": "+"}.get(sign, sign)))


def parse(tokens: Sequence[Token], reading: Reading = PLAIN) -> Program | None:
    """Return the program of a closed expression, or None where the tokens are not one.

    Raises:
        BeyondLimitError: If there are more than `MAX_TOKENS`, or a number is too long.
    """
    if any(token.kind is Kind.OPAQUE for token in tokens):
        return None
    if len(tokens) > MAX_TOKENS or any(token.kind is Kind.HUGE for token in tokens):
        raise BeyondLimitError
    return _Parser(tokens, reading).run()


def readings(forms: frozenset[Form]) -> list[Reading]:
    """Return every way to take `forms`, the plain one first."""
    ordered = sorted(forms, key=lambda form: form.value)
    return [
        frozenset(chosen) for size in range(len(ordered) + 1) for chosen in combinations(ordered, size)
    ]


def evaluate(ops: Sequence[Op], *, pi: Number) -> Number:
    """Return the exact value of a program.

    Args:
        ops: Instructions of a `Program`.
        pi: What stands for pi: itself, or a rational that the text may have used.

    Raises:
        NoValueError: If it has none that can be written exactly.
        BeyondLimitError: If a number on the way is too large.
    """
    stack: list[Number] = []
    for op in ops:
        if op.code == "push" and op.value is not None:
            stack.append(op.value)
        elif op.code == "pi":
            stack.append(pi)
        elif op.code in _UNARY_VALUES or op.code[0] == "√":
            stack.append(_unary(op.code, stack.pop()))
        else:
            right = stack.pop()
            stack.append(_binary(op.code, stack.pop(), right))
    return stack[-1]


_UNARY_VALUES = frozenset(("neg", "%", "!"))


def _unary(code: str, value: Number) -> Number:
    if code == "neg":
        return multiply(Fraction(-1), value)
    if code == "%":
        return multiply(Fraction(1, 100), value)
    if code == "!":
        return factorial(value)
    return root(value, int(code[1:]))


def _binary(code: str, left: Number, right: Number) -> Number:
    if code == "+":
        return add(left, right)
    if code == "-":
        return add(left, multiply(Fraction(-1), right))
    if code == "*":
        return multiply(left, right)
    if code == "/":
        return multiply(left, invert(right))
    if code == "^":
        return raised(left, right)
    if isinstance(left, Fraction) and isinstance(right, Fraction) and right > 0:
        return left % right
    raise NoValueError
