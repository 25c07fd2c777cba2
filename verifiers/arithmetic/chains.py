"""Chains: where in the tokens equations stand, and which of their sides are surely whole. Pure.

A run is a stretch of arithmetic between prose, punctuation and brackets that are no part of
arithmetic. Relations cut it into sides. The first and last side count only where what stands
outside proves that nothing of them is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from verifiers.arithmetic.tokens import OPERAND_ENDS, Kind, Token
from verifiers.arithmetic.words import BARE_LEFT, LEFT_STOPS, RIGHT_STOPS

MAX_UNIT_WORDS = 4
"""Words between a number and the operator after it that still name what is counted."""

_PAIRS = {")": "(", "]": "[", "}": "{"}
_INSIDE = OPERAND_ENDS | {Kind.OPERATOR, Kind.OPEN, Kind.ROOT, Kind.FRACTION, Kind.OPAQUE}
_SIGNS = frozenset((Kind.OPERATOR, Kind.PERCENT, Kind.BANG, Kind.ROOT, Kind.FRACTION, Kind.PI))


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What stands on one side of a relation."""

    tokens: tuple[Token, ...]
    """Its arithmetic, words left out."""
    words: tuple[str, ...]
    """Words after its numbers, in order."""
    trailing: tuple[str, ...]
    """Words of the prose right after it, at the end of a chain."""
    whole: bool
    """Whether the context proves that nothing is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Sides with the relations between them."""

    sides: tuple[Side, ...]
    """At least two."""
    relations: tuple[str, ...]
    """One fewer than sides."""


@dataclass(frozen=False, slots=True)
class _Run:
    """A chain being read; mutable because tokens arrive one by one."""

    left: int
    """Index of the token before the first, -1 at the start of the text."""
    sides: list[list[Token]] = field(default_factory=lambda: [[]])
    """Sides so far."""
    words: list[list[str]] = field(default_factory=lambda: [[]])
    """Their words."""
    relations: list[str] = field(default_factory=list)
    """Relations so far."""

    def cut(self, relation: str) -> None:
        """Begin a new side."""
        self.relations.append(relation)
        self.sides.append([])
        self.words.append([])


def find_chains(tokens: Sequence[Token]) -> list[Chain]:
    """Return the chains in reading order, each with at least one relation."""
    tokens = _settle_brackets(tokens)
    chains = []
    run: _Run | None = None
    index = 0
    while index < len(tokens):
        token = tokens[index]
        step = 1
        if token.kind in _INSIDE:
            run = run or _Run(left=index - 1)
            run.sides[-1].append(token)
        elif token.kind is Kind.RELATION:
            run = run or _Run(left=index - 1)
            run.cut(token.symbol)
        elif run is not None:
            step = _unit_words(tokens, index, run) or _continued(tokens, index, run)
            if step == 0:
                _close(tokens, index, run, chains)
                run, step = None, 1
        index += step
    if run is not None:
        _close(tokens, len(tokens), run, chains)
    return chains


def _settle_brackets(tokens: Sequence[Token]) -> list[Token]:
    """Turn brackets that are no part of arithmetic into breaks, and remarks in brackets into words.

    A bracket around a relation or a clause is a break. One around a list is opaque. One around
    words alone, after a number, says what is counted.
    """
    settled = list(tokens)
    stack: list[tuple[int, set[Kind]]] = []
    for index, token in enumerate(tokens):
        if token.kind is Kind.OPEN:
            stack.append((index, set()))
        elif token.kind is Kind.CLOSE:
            _settle_pair(settled, stack, index)
        elif stack:
            stack[-1][1].add(token.kind)
    for index, _ in stack:
        settled[index] = tokens[index]._replace(kind=Kind.BREAK)
    return settled


def _settle_pair(settled: list[Token], stack: list[tuple[int, set[Kind]]], index: int) -> None:
    if not stack or settled[stack[-1][0]].symbol != _PAIRS[settled[index].symbol]:
        settled[index] = settled[index]._replace(kind=Kind.BREAK)
        return
    opening, kinds = stack.pop()
    pair = (opening, index)
    if kinds & {Kind.RELATION, Kind.BREAK, Kind.NEWLINE}:
        new = Kind.BREAK
        kinds = {Kind.RELATION}
    elif Kind.COMMA in kinds or not kinds:
        new = Kind.OPAQUE
        kinds = {Kind.OPAQUE}
    elif kinds == {Kind.WORD}:
        new = Kind.WORD
    else:
        if stack:
            stack[-1][1].update(kinds)
        return
    for place in pair:
        settled[place] = settled[place]._replace(kind=new)
    if stack:
        stack[-1][1].update(kinds)


def _unit_words(tokens: Sequence[Token], index: int, run: _Run) -> int:
    """Return how many tokens from `index` say what a number counts, 0 where prose begins."""
    side = run.sides[-1]
    if not side or side[-1].kind not in OPERAND_ENDS or tokens[index].kind is not Kind.WORD:
        return 0
    end = index
    words = []
    while end < len(tokens) and len(words) <= MAX_UNIT_WORDS:
        token = tokens[end]
        if token.kind is Kind.WORD:
            words.append(token.symbol)
        elif not (token.symbol == "/" and end + 1 < len(tokens) and tokens[end + 1].kind is Kind.WORD):
            break
        end += 1
    names = [word for word in words if word not in {"(", ")", "[", "]", "{", "}"}]
    follows = tokens[end].kind if end < len(tokens) else Kind.BREAK
    if len(names) > MAX_UNIT_WORDS or follows not in {Kind.OPERATOR, Kind.RELATION, Kind.CLOSE}:
        return 0
    if any(word in RIGHT_STOPS for word in names):
        run.sides[-1].append(tokens[index]._replace(kind=Kind.OPAQUE))
    run.words[-1] += names
    return end - index


def _continued(tokens: Sequence[Token], index: int, run: _Run) -> int:
    """Return 1 where a line end does not end the chain: a relation stands before or after it."""
    if tokens[index].kind is not Kind.NEWLINE:
        return 0
    before = bool(run.relations) and not run.sides[-1]
    after = index + 1 < len(tokens) and tokens[index + 1].kind is Kind.RELATION
    return int(before or (after and bool(run.sides[-1])))


def _close(tokens: Sequence[Token], index: int, run: _Run, chains: list[Chain]) -> None:
    """Append the chain that ends before token `index`, where it has a relation."""
    if not run.relations:
        return
    for side in run.sides:
        _strip_emphasis(side)
    last = len(run.sides) - 1
    bare = not any(token.kind in _SIGNS for token in run.sides[0])
    wholes = [True] * (last + 1)
    wholes[0] = _left_is_clean(tokens, run.left, bare=bare or bool(run.words[0] and len(run.sides[0]) == 1))
    wholes[last] = _right_is_clean(tokens, index) and wholes[last]
    sides = tuple(
        Side(
            tokens=tuple(side),
            words=tuple(words),
            trailing=tuple(_words_from(tokens, index)) if place == last else (),
            whole=whole and bool(side),
        )
        for place, (side, words, whole) in enumerate(zip(run.sides, run.words, wholes, strict=True))
    )
    chains.append(Chain(sides=sides, relations=tuple(run.relations)))


def _strip_emphasis(side: list[Token]) -> None:
    """Drop the `**` of bold text around a side."""
    for place in (0, -1):
        if side and side[place].symbol == "^" and side[place].end - side[place].start == 2:  # noqa: PLR2004  # ** and not ^
            del side[place]


def _words_from(tokens: Sequence[Token], index: int) -> list[str]:
    words = []
    for token in tokens[index : index + MAX_UNIT_WORDS]:
        if token.kind is not Kind.WORD:
            break
        words.append(token.symbol)
    return words


def _left_is_clean(tokens: Sequence[Token], index: int, *, bare: bool) -> bool:
    """Return whether an expression can begin right after token `index`.

    Args:
        tokens: All tokens of the text.
        index: The token before the expression, -1 where there is none.
        bare: Whether the expression is a lone number, which prose may use for anything.
    """
    if index < 0:
        return True
    token = tokens[index]
    if token.kind is Kind.BREAK:
        return token.symbol not in _PAIRS
    if token.kind is Kind.COMMA:
        return index == 0 or tokens[index - 1].kind not in OPERAND_ENDS or _ends_chain(tokens, index - 1)
    if token.kind is Kind.NEWLINE:
        return index == 0 or tokens[index - 1].kind not in {Kind.OPERATOR, Kind.RELATION}
    if token.kind is not Kind.WORD or token.symbol in LEFT_STOPS:
        return False
    if bare and token.symbol not in BARE_LEFT:
        return False
    return not _hangs_on_operator(tokens, index)


def _ends_chain(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the number at `index` is the right side of a relation."""
    return index > 0 and tokens[index - 1].kind is Kind.RELATION


def _hangs_on_operator(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the words up to `index` begin right after an operator: `3 * the 4 + 5`."""
    for place in range(index, max(-1, index - MAX_UNIT_WORDS - 1), -1):
        kind = tokens[place].kind
        if kind is not Kind.WORD:
            return kind in {Kind.OPERATOR, Kind.OPAQUE}
    return False


def _right_is_clean(tokens: Sequence[Token], index: int) -> bool:
    """Return whether an expression can end right before token `index`."""
    if index >= len(tokens):
        return True
    token = tokens[index]
    if token.kind is Kind.BREAK:
        return _remark_is_harmless(tokens, index)
    if token.kind is not Kind.WORD:
        return token.kind in {Kind.COMMA, Kind.NEWLINE}
    words = _words_from(tokens, index)
    if words[0] in RIGHT_STOPS or "than" in words:
        return False
    after = tokens[index + len(words)] if index + len(words) < len(tokens) else None
    return not (words[0] == "and" and len(words) == 1 and after is not None and after.kind is Kind.NUMBER
                and tokens[min(index + 2, len(tokens) - 1)].symbol == "/")  # fmt: skip


def _remark_is_harmless(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a break is no bracket that changes the value, as `(mod 7)` does."""
    return not (
        tokens[index].symbol in {"(", "["}
        and index + 1 < len(tokens)
        and tokens[index + 1].symbol in RIGHT_STOPS
    )
