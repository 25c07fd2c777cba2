"""Parsing: the tokens of one side into a postfix program. Pure.

An operator-precedence parser with its own stack: no recursion, so nesting has no depth that breaks
it, and each token is pushed and popped once.
"""

from collections.abc import Sequence

from verifiers.arithmetic.expression import PLAIN, Doubt, Form, Op, Program, Reading
from verifiers.arithmetic.surds import PI_SYMBOL, BeyondLimitError
from verifiers.arithmetic.tokens import BULLET, Kind, Token

MAX_TOKENS = 2000
"""Tokens of one side of an equation; a longer one is beyond the limit."""
MAX_ROOT = 64
"""Index of a root that is read."""

_PRECEDENCE = {
    "+": 1,
    "-": 1,
    "*": 2,
    "/": 2,
    "mod": 2,
    "of": 2,
    "imp": 2,
    "neg": 3,
    "^": 5,
    "mix": 6,
}
_OPENING = {")": "(", "]": "[", "}": "{"}
_PENDING = {"frac": "", "binom": "", "frac/": "/", "binom/": "choose"}
_PREFIX = 7
_TIGHT = 4
_TIGHTENED = {"imp": "imp!", "/": "/!"}
_PLAIN = {"imp": "*", "imp!": "*", "/!": "/", "of": "*", "mix": "+"}
_DOUBTFUL = {"mod": Doubt.MODULUS, "of": Doubt.SHARE}
_SIGNED = ("neg", "pos")


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
        if self.stack and self.stack[-1] in _PENDING:
            if token.symbol != "{":
                return 0
            self.stack[-1] += "{"
        elif kind is Kind.NUMBER:
            self.output.append(Op("push", token.value, token.places))
            self.wants_operand = False
        elif kind is Kind.PI:
            self.output.append(Op("push", PI_SYMBOL))
            self.wants_operand = False
        elif kind is Kind.OPEN or kind is Kind.FRACTION:
            self.stack.append(token.symbol)
        elif kind is Kind.ROOT:
            return self.root(index)
        elif kind is Kind.OPERATOR and token.symbol in {"-", "+", BULLET}:
            self.sign(index)
        else:
            return 0
        return 1

    def sign(self, index: int) -> None:
        """Push a leading sign."""
        symbol = self.tokens[index].symbol
        if symbol == BULLET:
            self.forms.add(Form.BULLET)
        negative = symbol == "-" or (symbol == BULLET and Form.BULLET not in self.reading)
        ahead = self.tokens[index + 1 : index + 3]
        if (
            [token.kind for token in ahead] == [Kind.NUMBER, Kind.OPERATOR]
            and ahead[1].symbol == "^"
            and negative
        ):
            self.forms.add(Form.SIGNED_POWER)
        self.stack.append("neg" if negative else "pos")

    def root(self, index: int) -> int:
        """Push a root, with its index where one is printed."""
        ahead = self.tokens[index + 1 : index + 4]
        if ahead and ahead[0].symbol == "[":
            degree = (
                ahead[1].value if [token.symbol for token in ahead[::2]] == ["[", "]"] else None
            )
            if degree is None or degree.denominator != 1 or not 1 < degree <= MAX_ROOT:
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
        if token.symbol in _DOUBTFUL:
            self.doubts.add(_DOUBTFUL[token.symbol])
        if token.symbol == "*" and self.scientific(index) and "/" in self.stack[-1:]:
            self.push("imp")
        else:
            self.push("-" if token.symbol == BULLET else token.symbol)
        return 1

    def push(self, sign: str) -> None:
        """Push a binary operator after those that bind at least as tightly."""
        level = _PRECEDENCE[sign]
        if sign == "mix" and Form.MIXED in self.reading:
            sign = "imp"
        if sign in _TIGHTENED and self.stack and self.stack[-1] in {"/", "/!"}:
            self.forms.add(Form.TIGHT)
            if Form.TIGHT in self.reading:
                sign, level = _TIGHTENED[sign], _TIGHT + 1
        self.emit_tighter(level + (sign == "^"))
        self.stack.append(sign)
        self.wants_operand = True

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
        if role in {"frac{", "binom{"}:
            self.stack.append(role[:-1] + "/")
            self.wants_operand = True
        elif role[:-1] in _PENDING:
            self.output.append(Op(_PENDING[role[:-1]]))
        return 1

    def juxtaposed(self, index: int) -> int:
        """Read two operands side by side: a product, or a mixed number."""
        token, before = self.tokens[index], self.tokens[index - 1]
        if token.kind is Kind.NUMBER and before.kind is not Kind.BANG:
            return self.mixed(index)
        if token.kind not in {Kind.NUMBER, Kind.OPEN, Kind.ROOT, Kind.FRACTION, Kind.PI}:
            return 0
        if token.kind is Kind.OPEN and before.kind is Kind.NUMBER and token.start > before.end:
            self.doubts.add(Doubt.ASIDE)
        if (
            token.kind is Kind.FRACTION
            and token.symbol == "frac"
            and before.kind is Kind.NUMBER
            and before.places == 0
        ):
            self.forms.add(Form.MIXED)
            self.push("mix")
        else:
            self.push("imp")
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
        while (
            self.stack and self.stack[-1][-1] not in "([{" and self.level(self.stack[-1]) >= level
        ):
            self.emit(self.stack.pop())

    def level(self, sign: str) -> int:
        """Return how tightly a stacked operator binds."""
        if sign[0] == "√":
            return _PREFIX
        if sign[-1] == "!":
            return _TIGHT
        if sign in _SIGNED:
            return 6 if Form.SIGNED_POWER in self.reading else 3
        return _PRECEDENCE.get(sign, 0)

    def emit(self, sign: str) -> None:
        """Append an operator to the output."""
        if sign == "pos":
            return
        self.output.append(Op(_PLAIN.get(sign, sign)))


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
