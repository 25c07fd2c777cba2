"""Chains: where in the tokens equations stand, and which of their sides are surely whole. Pure.

A run is a stretch of arithmetic between prose, punctuation and brackets that are no part of
arithmetic. Relations cut it into sides. The first and last side count only where what stands
outside proves that nothing of them is missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from verifiers.arithmetic.tokens import BULLET, OPERAND_ENDS, Kind, Token
from verifiers.arithmetic.words import (
    BARE_LEFT,
    JOINERS,
    LABELS,
    LEFT_STOPS,
    OF_NOUNS,
    PROSE,
    RIGHT_ANYWHERE,
    RIGHT_STOPS,
)

MAX_UNIT_WORDS = 4
"""Words between a number and the operator after it that still name what is counted."""

MAX_JOINED = 8
"""Tokens between a verb such as `add` and the word that joins its second operand."""

MAX_LINE = 100
"""Tokens of a line that are looked through for a relation."""

_PAIRS = {")": "(", "]": "[", "}": "{"}
_INSIDE = OPERAND_ENDS | {Kind.OPERATOR, Kind.OPEN, Kind.ROOT, Kind.FRACTION, Kind.OPAQUE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What stands on one side of a relation."""

    tokens: tuple[Token, ...]
    """Its arithmetic, words left out."""
    words: tuple[str, ...]
    """What its numbers count, one noun for each that is followed by words, in order."""
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


def find_chains(tokens: Sequence[Token]) -> Iterator[Chain]:
    """Yield the chains in reading order, each with at least one relation."""
    tokens = _settle_brackets(tokens)
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
                if run.relations:
                    yield _close(tokens, index, run)
                run, step = None, 1
        index += step
    if run is not None and run.relations:
        yield _close(tokens, len(tokens), run)


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
        glued = opening > 0 and settled[opening - 1].end == settled[opening].start
        new = Kind.OPAQUE if glued else Kind.WORD
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
    words: list[str] = []
    while end < len(tokens) and len(words) <= MAX_UNIT_WORDS:
        token = tokens[end]
        if token.kind is Kind.WORD:
            words.append(token.symbol)
        elif not (
            token.symbol == "/" and end + 1 < len(tokens) and tokens[end + 1].kind is Kind.WORD
        ):
            break
        end += 1
    names = [word for word in words if word not in {"(", ")", "[", "]", "{", "}"}]
    exponent = _exponent(tokens, end)
    follows = tokens[end].kind if end < len(tokens) else Kind.BREAK
    counts = exponent or follows in {Kind.OPERATOR, Kind.RELATION, Kind.CLOSE}
    if not counts or len(names) > MAX_UNIT_WORDS or PROSE.intersection(names):
        return 0
    if any(word in RIGHT_STOPS for word in names):
        run.sides[-1].append(tokens[index]._replace(kind=Kind.OPAQUE))
    run.words[-1] += [_head(names)] if names else []
    return end - index + exponent


def _exponent(tokens: Sequence[Token], index: int) -> int:
    """Return how many tokens from `index` are the exponent of a unit: `cm^2`, `cm^{-2}`."""
    symbols = [token.symbol for token in tokens[index : index + 5]]
    if not symbols or symbols[0] != "^":
        return 0
    for size, closing in ((2, ""), (3, ""), (4, "}"), (5, "}")):
        part = [symbol for symbol in symbols[1:size] if symbol not in {"-", "{", "}"}]
        if (
            len(part) == 1
            and part[0].isdigit()
            and (not closing or symbols[size - 1 : size] == ["}"])
        ):
            return size
    return 0


def _head(names: list[str]) -> str:
    """Return the noun that is counted: the last word, or the one before `per`."""
    return names[max(0, names.index("per") - 1)] if "per" in names else names[-1]


def _continued(tokens: Sequence[Token], index: int, run: _Run) -> int:
    """Return 1 where a line end does not end the chain: a relation stands before or after it."""
    if tokens[index].kind is not Kind.NEWLINE:
        return 0
    before = bool(run.relations) and not run.sides[-1]
    after = index + 1 < len(tokens) and tokens[index + 1].kind is Kind.RELATION
    return int(before or (after and bool(run.sides[-1])))


def _close(tokens: Sequence[Token], index: int, run: _Run) -> Chain:
    """Return the chain that ends before token `index`."""
    for side in run.sides:
        _strip_emphasis(side)
    last = len(run.sides) - 1
    bare = sum(token.kind in {Kind.NUMBER, Kind.PI} for token in run.sides[0]) <= 1
    first_whole = _left_is_clean(tokens, run.left, bare=bare) and not (
        _leans_left(tokens, run) or (bare and run.words[0])
    )
    wholes = [first_whole, *[True] * (last - 1), _right_is_clean(tokens, index)]
    sides = tuple(
        Side(
            tokens=tuple(side),
            words=tuple(words),
            trailing=tuple(_words_from(tokens, index)) if place == last else (),
            whole=whole and bool(side),
        )
        for place, (side, words, whole) in enumerate(zip(run.sides, run.words, wholes, strict=True))
    )
    return Chain(sides=sides, relations=tuple(run.relations))


def _leans_left(tokens: Sequence[Token], run: _Run) -> bool:
    """Return whether a run begins with a sign that belongs to what is before it: `total - 3`."""
    first = run.sides[0][0] if run.sides[0] else None
    if first is None or run.left < 0:
        return False
    if first.symbol == "+":
        return True
    if tokens[run.left].kind is Kind.WORD:
        noun = tokens[run.left].symbol not in PROSE | BARE_LEFT
        return first.symbol == BULLET or (noun and _is_range(run.sides[0]))
    if first.symbol != BULLET or tokens[run.left].kind is not Kind.NEWLINE or run.left == 0:
        return False
    return tokens[run.left - 1].kind in OPERAND_ENDS and not _line_has_relation(
        tokens, run.left - 1
    )


def _is_range(tokens: Sequence[Token]) -> bool:
    """Return whether the tokens are `3-4`, without spaces and rising."""
    if [token.kind for token in tokens] != [Kind.NUMBER, Kind.OPERATOR, Kind.NUMBER]:
        return False
    first, dash, last = tokens
    rising = first.value is not None and last.value is not None and first.value < last.value
    return dash.symbol == "-" and first.end == dash.start and dash.end == last.start and rising


def _line_has_relation(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a relation stands in the line that ends at `index`: it is an equation."""
    for place in range(index, max(-1, index - MAX_LINE), -1):
        if tokens[place].kind in {Kind.NEWLINE, Kind.RELATION}:
            return tokens[place].kind is Kind.RELATION
    return False


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
    before = tokens[index - 1] if index > 0 else None
    if token.kind is Kind.BREAK:
        return token.symbol not in _PAIRS and not (before and before.kind is Kind.OPERATOR)
    if token.kind is Kind.COMMA:
        return before is None or before.kind not in OPERAND_ENDS or _ends_chain(tokens, index - 1)
    if token.kind is Kind.NEWLINE:
        return before is None or before.kind not in {Kind.OPERATOR, Kind.RELATION}
    return token.kind is Kind.WORD and _word_is_clean(tokens, index, bare=bare)


def _word_is_clean(tokens: Sequence[Token], index: int, *, bare: bool) -> bool:
    word = tokens[index].symbol
    introduces = word == "of" and index > 0 and tokens[index - 1].symbol in OF_NOUNS
    if (word in LEFT_STOPS | LABELS and not introduces) or (bare and word not in BARE_LEFT):
        return False
    return not (_hangs_on_operator(tokens, index) or _joins(tokens, index))


def _ends_chain(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the number at `index` is the right side of a relation."""
    return index > 0 and tokens[index - 1].kind is Kind.RELATION


def _hangs_on_operator(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the words up to `index` begin right after an operator: `3 * the 4 + 5`."""
    for place in range(index, max(-1, index - MAX_UNIT_WORDS - 1), -1):
        kind = tokens[place].kind
        if kind is not Kind.WORD:
            return kind is Kind.OPERATOR
    return False


def _joins(tokens: Sequence[Token], index: int) -> bool:
    """Return whether the words up to `index` join what follows to an operand: `add 2 to the 3`."""
    for place in range(index, max(-1, index - 3), -1):
        if tokens[place].kind is not Kind.WORD:
            break
        if tokens[place].symbol == "and" and place > 0 and tokens[place - 1].kind is Kind.NUMBER:
            return not _ends_chain(tokens, place - 1)
        verbs = JOINERS.get(tokens[place].symbol, frozenset())
        if any(token.symbol in verbs for token in tokens[max(0, place - MAX_JOINED) : place]):
            return True
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
    after = tokens[index + len(words) : index + len(words) + 2]
    numbered = bool(after) and after[0].kind is Kind.NUMBER
    fraction = words == ["and"] and numbered and after[-1].symbol == "/"
    compared = numbered and "than" in words
    return not (
        words[0] in RIGHT_STOPS or RIGHT_ANYWHERE.intersection(words) or fraction or compared
    )


def _remark_is_harmless(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a break is no bracket that changes the value, as `(mod 7)` does."""
    return not (
        tokens[index].symbol in {"(", "["}
        and index + 1 < len(tokens)
        and tokens[index + 1].symbol in RIGHT_STOPS
    )
