r"""Scanning: text into tokens. Pure, and linear in the text.

One regular expression without nested repetition reads plain text and LaTeX alike. What it does not
know becomes OPAQUE, which no expression can contain: doubt ends in abstention. Currency signs, the
dollar signs of LaTeX, spacing commands and `\left`, `\right` leave no token.
"""

# ruff: noqa: RUF001 - signs that look like others are what this file reads

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction

from verifiers.arithmetic.tokens import BULLET, OPERAND_ENDS, OPERAND_STARTS, Kind, Token
from verifiers.arithmetic.words import (
    EQUALS_WORDS,
    FUNCTION_WORDS,
    OPERATOR_WORDS,
    PERCENT_WORDS,
    POWER_WORDS,
    SHORT_UNITS,
)

MAX_DIGITS = 400
"""Digits of one printed number; a longer one is beyond the limit."""

_SIGNS = dict.fromkeys("*×·⋅∙∗•✕", "*") | dict.fromkeys("-−–", "-") | dict.fromkeys("/÷⁄∕", "/")
_SIGNS |= dict.fromkeys("+＋", "+") | {"^": "^", "**": "^"}
_RELATIONS = dict.fromkeys("≈≅≃", "≈") | {sign: sign for sign in "=<>≤≥"}
_RELATIONS |= {"<=": "≤", ">=": "≥", "＝": "="}
_ARROWS = frozenset(["=>", "->", "⇒", "→", "⟹", "⟺", "<=>", "<->", "<<", ">>", "∴", "∵"])
_BREAKS = '.;?:"“”«»。；：？、，！'
_OTHERS = dict.fromkeys(_BREAKS, Kind.BREAK) | dict.fromkeys("([{", Kind.OPEN)
_OTHERS |= dict.fromkeys(")]}", Kind.CLOSE)
_OTHERS |= {",": Kind.COMMA, "%": Kind.PERCENT, "π": Kind.PI, "√": Kind.ROOT}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _same(kind: Kind, symbol: str, names: str) -> dict[str, tuple[Kind, str]]:
    return dict.fromkeys(names.split(), (kind, symbol))


_COMMANDS = (
    _same(Kind.OPERATOR, "*", "times cdot ast")
    | _same(Kind.OPERATOR, "/", "div")
    | _same(Kind.RELATION, "≈", "approx simeq approxeq cong")
    | _same(Kind.RELATION, "≤", "le leq leqslant")
    | _same(Kind.RELATION, "≥", "ge geq geqslant")
    | _same(Kind.RELATION, "<", "lt")
    | _same(Kind.RELATION, ">", "gt")
    | _same(Kind.FRACTION, "frac", "frac dfrac tfrac cfrac")
    | _same(Kind.FRACTION, "binom", "binom dbinom tbinom")
    | _same(Kind.ROOT, "√", "sqrt")
    | _same(Kind.PI, "π", "pi")
    | _same(Kind.WORD, "degree", "degree degrees")
    | _same(Kind.BREAK, "implies", "quad qquad implies Rightarrow rightarrow to iff therefore")
    | _same(Kind.BREAK, "implies", "because Longrightarrow Leftrightarrow checkmark newline")
)
_LAYOUT = frozenset(
    _same(
        Kind.BREAK,
        "",
        "left right displaystyle textstyle big Big bigg Bigg bigl bigr Bigl Bigr limits boxed fbox "
        "mathbf boldsymbol bm nonumber underline hfill",
    )
)
_ALIGNMENTS = frozenset(
    _same(Kind.BREAK, "", "align aligned equation gather gathered split multline eqnarray center")
)

_PATTERN = re.compile(
    r"""
    (?P<space>[ \t\r\f\v\u00a0\u2009\u202f\u200b\ufeff]+|\\[,;:! ()]|\$(?!\$)|\\\$|[€£¥₹]
        |&(?=\s{0,9}(?:[=<>≈≤≥]|\\approx|\\le|\\ge)))
    |(?P<newline>\n\s*|\\\\\s*)
    |(?P<label>^(?:[-*•][ ]+)?[ ]*(?:\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]|\(\d{1,3}\))
        (?=\s+[^\s=+*/×÷^<>-]))
    |(?P<opaque>\d+:\d[\d:]*|\d+(?:\.\d+){2,}|\d+/\d+/\d+(?!\d)|\d{4}-\d\d-\d\d|\.{2,}|…|⋯)
    |(?P<number>(?:\d{1,3}(?:(?:,|\{,\}|\\,|,\\!|\\!,)\d{3})+(?!\d)|\d+)(?:\.\d+)?
        (?:[eE][+-]?\d{1,3}(?!\w))?|(?<![\w.)])\.\d+)
    |(?P<times>(?<=[\d)])[xX](?=\d))
    |(?P<text>\\(?:text|mathrm|textrm|mbox|textit|textbf|rm|operatorname)\s*\{[^{}]{0,200}\})
    |(?P<block>\\(?:begin|end)\s*\{[^{}]{0,40}\})
    |(?P<degree>\^\s*\{?\s*\\circ\s*\}?|°)
    |(?P<fraction>\\[dtc]?frac\s?\d\s?\d)
    |(?P<command>\\[A-Za-z]+)
    |(?P<break>\\[\[\]]|\$\$)
    |(?P<escaped>\\.)
    |(?P<vulgar>[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])
    |(?P<super>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)
    |(?P<word>[A-Za-z][A-Za-z0-9_]*(?:['’-][A-Za-z]+)*|[^\W\d_A-Za-zΑ-Ωα-ω]+)
    |(?P<relation><=>|=>|->|<->|==+|[+*/:!-]=|<<|>>|<=|>=|[=＝≈≅≃<>≤≥⇒→⟹⟺∴∵])
    |(?P<sign>\*\*|--+|\+\++|//+|[-+＋−–*×·⋅∙∗•✕^/÷⁄∕])
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def scan(text: str) -> list[Token]:
    """Return the tokens of `text`, in order, with offsets into it."""
    tokens: list[Token] = []
    for match in _PATTERN.finditer(text):
        group = match.lastgroup
        if group is not None and group != "space":
            _READERS[group](match, tokens)
    return _join(tokens)


def _put(
    tokens: list[Token],
    kind: Kind,
    symbol: str,
    match: re.Match[str],
    value: Fraction | None = None,
) -> None:
    tokens.append(Token(kind, symbol, match.start(), match.end(), value))


def _read_number(match: re.Match[str], tokens: list[Token]) -> None:
    raw = match.group()
    digits = raw if raw.isdigit() else re.sub(r"[{},!\\]", "", raw)
    if digits.isdigit() and digits[0] == "0" and len(digits) > 1:  # a code or a time: 0730
        _put(tokens, Kind.OPAQUE, digits[:8], match)
        return
    if len(digits) > MAX_DIGITS:
        _put(tokens, Kind.HUGE, digits[:8], match)
        return
    mantissa, _, exponent = digits.lower().partition("e")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    value = Fraction(int(digits)) if digits.isdigit() else Fraction(digits)
    tokens.append(Token(Kind.NUMBER, digits, match.start(), match.end(), value, places))


def _read_word(match: re.Match[str], tokens: list[Token]) -> None:
    raw = match.group()
    word = raw.lower()
    _put(tokens, _word_kind(raw, word, match, tokens), word, match)


def _word_kind(raw: str, word: str, match: re.Match[str], tokens: list[Token]) -> Kind:
    text, end = match.string, match.end()
    after = text[end : end + 1]
    known = word in SHORT_UNITS
    glued = bool(tokens) and tokens[-1].end == match.start() and tokens[-1].kind in OPERAND_ENDS
    article = word in "ai" and after == " " and text[end + 1 : end + 3].isalpha()
    opaque = (
        (word in FUNCTION_WORDS and word != "mod")
        or (after and after in "(_")
        or (after == "^" and not known and len(raw) <= 3)  # noqa: PLR2004  # ab^2: a product
        or (raw.isascii() and len(raw) == 1 and not article and word != "x")
        or (len(raw) <= 3 and raw.isupper() and raw.isascii() and not known and not article)  # noqa: PLR2004  # AB, ABC: names of points
        or "_" in raw
        or (not known and any(map(str.isdigit, raw)))
        or (glued and raw.isascii() and not known and len(raw) <= 3 and word != "x")  # noqa: PLR2004  # 3ab: a product
    )
    return Kind.OPAQUE if opaque else Kind.WORD


def _read_command(match: re.Match[str], tokens: list[Token]) -> None:
    name = match.group()[1:]
    if name not in _LAYOUT:
        kind, symbol = _COMMANDS.get(name, (Kind.OPAQUE, name))
        _put(tokens, kind, symbol, match)


def _read_text(match: re.Match[str], tokens: list[Token]) -> None:
    raw = match.group()
    inner = raw[raw.index("{") + 1 : -1].strip().lower()
    applied = match.string[match.end() : match.end() + 1] in ("(", "_")
    wordy = not applied and not raw.startswith(r"\op") and not re.search(r"[\d=+*\\$]", inner)
    if inner:
        _put(tokens, Kind.WORD if wordy else Kind.OPAQUE, inner, match)


def _read_block(match: re.Match[str], tokens: list[Token]) -> None:
    raw = match.group()
    name = raw[raw.index("{") + 1 : -1].strip().rstrip("*")
    _put(tokens, Kind.BREAK if name in _ALIGNMENTS else Kind.OPAQUE, name, match)


def _read_short_fraction(match: re.Match[str], tokens: list[Token]) -> None:
    top, bottom = re.findall(r"\d", match.group())
    _put(tokens, Kind.FRACTION, "frac", match)
    for digit in (top, bottom):
        _put(tokens, Kind.OPEN, "{", match)
        _put(tokens, Kind.NUMBER, digit, match, Fraction(digit))
        _put(tokens, Kind.CLOSE, "}", match)


def _read_superscript(match: re.Match[str], tokens: list[Token]) -> None:
    digits = match.group().translate(_SUPERSCRIPTS)
    if not re.fullmatch(r"-?\d{1,9}", digits):
        _put(tokens, Kind.OPAQUE, digits[:8], match)
        return
    _put(tokens, Kind.OPERATOR, "^", match)
    if digits[0] == "-":
        _put(tokens, Kind.OPERATOR, "-", match)
    _put(tokens, Kind.NUMBER, digits.lstrip("-"), match, Fraction(digits.lstrip("-")))


def _read_vulgar(match: re.Match[str], tokens: list[Token]) -> None:
    value = Fraction(unicodedata.numeric(match.group())).limit_denominator(10)
    if tokens and tokens[-1].end == match.start() and tokens[-1].symbol.isdigit():
        whole = tokens.pop()
        value += whole.value or 0
    _put(tokens, Kind.NUMBER, match.group(), match, value)


def _read_relation(match: re.Match[str], tokens: list[Token]) -> None:
    sign = match.group()
    if sign in _RELATIONS:
        _put(tokens, Kind.RELATION, _RELATIONS[sign], match)
    else:
        _put(tokens, Kind.BREAK if sign in _ARROWS else Kind.OPAQUE, sign, match)


def _read_newline(match: re.Match[str], tokens: list[Token]) -> None:
    blank = match.group().count("\n") > 1 and "\\" not in match.group()
    _put(tokens, Kind.BREAK if blank else Kind.NEWLINE, "\n", match)


def _read_sign(match: re.Match[str], tokens: list[Token]) -> None:
    sign, after = match.group(), match.string[match.end() : match.end() + 1]
    line_start = not tokens or tokens[-1].kind in {Kind.NEWLINE, Kind.BREAK}
    begins = line_start or tokens[-1].kind in {Kind.WORD, Kind.COMMA}
    if sign in "*•∙·" and line_start and after.isspace():
        _put(tokens, Kind.BREAK, "bullet", match)
    elif sign in "-–" and begins and after.isspace():
        _put(tokens, Kind.OPERATOR, BULLET, match)
    elif sign in _SIGNS:
        _put(tokens, Kind.OPERATOR, _SIGNS[sign], match)
    else:
        _put(tokens, Kind.OPAQUE, sign[:2], match)


def _read_other(match: re.Match[str], tokens: list[Token]) -> None:
    sign = match.group()
    before, after = (
        match.string[match.start() - 1 : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    kind = _OTHERS.get(sign, Kind.OPAQUE)
    if sign == "," and before.isdigit() and after.isdigit():
        kind = Kind.OPAQUE
    elif sign == "!":
        glued = bool(tokens) and tokens[-1].end == match.start()
        kind = Kind.BANG if glued and tokens[-1].kind in OPERAND_ENDS else Kind.BREAK
    elif sign == ":" and before == " " and bool(after) and after in " 0123456789":
        kind = Kind.OPAQUE
    elif sign in "'’" and before.isalpha() and tokens and tokens[-1].kind is Kind.WORD:
        return  # a plural's possessive belongs to its word
    elif sign in "'‘’" and not (before.isalnum() or before == ")"):
        kind = Kind.BREAK
    _put(tokens, kind, sign, match)


def _always(kind: Kind, symbol: str) -> Callable[[re.Match[str], list[Token]], None]:
    def read(match: re.Match[str], tokens: list[Token]) -> None:
        _put(tokens, kind, symbol, match)

    return read


_READERS: dict[str, Callable[[re.Match[str], list[Token]], None]] = {
    "newline": _read_newline,
    "label": _always(Kind.BREAK, "label"),
    "opaque": _always(Kind.OPAQUE, "..."),
    "number": _read_number,
    "times": _always(Kind.OPERATOR, "*"),
    "text": _read_text,
    "block": _read_block,
    "degree": _always(Kind.WORD, "degree"),
    "fraction": _read_short_fraction,
    "command": _read_command,
    "break": _always(Kind.BREAK, "display"),
    "escaped": lambda match, tokens: _put(
        tokens, Kind.PERCENT if match.group() == r"\%" else Kind.OPAQUE, match.group()[1:], match
    ),
    "word": _read_word,
    "relation": _read_relation,
    "vulgar": _read_vulgar,
    "super": _read_superscript,
    "sign": _read_sign,
    "other": _read_other,
}


def _join(tokens: list[Token]) -> list[Token]:
    """Read words that are operators where operands stand around them."""
    joined: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind is not Kind.WORD:
            joined.append(token)
            continue
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        joined.extend(_operator_word(token, joined, following))
    return joined


def _operator_word(token: Token, before: list[Token], following: Token | None) -> tuple[Token, ...]:
    """Return what a word is between its neighbours; may take back the word before it."""
    word = token.symbol
    if word == "x":
        fits = _is_times(token, before, following)
        return (token._replace(kind=Kind.OPERATOR if fits else Kind.OPAQUE, symbol="*"),)
    before_operand = following is not None and (
        following.kind in OPERAND_STARTS or following.symbol == "-"
    )
    if word == "by" and before_operand and _is_passive(before):
        sign = "/" if before.pop().symbol == "divided" else "*"
        return (token._replace(kind=Kind.OPERATOR, symbol=sign),)
    if not before or before[-1].kind not in OPERAND_ENDS:
        return (token,)
    if word in POWER_WORDS:
        exponent = Fraction(POWER_WORDS[word])
        return (
            token._replace(kind=Kind.OPERATOR, symbol="^"),
            token._replace(kind=Kind.NUMBER, symbol=str(exponent), value=exponent),
        )
    kind, symbol = Kind.WORD, word
    if word in OPERATOR_WORDS and before_operand:
        kind, symbol = Kind.OPERATOR, OPERATOR_WORDS[word]
    elif word in EQUALS_WORDS and before_operand:
        kind, symbol = Kind.RELATION, "="
    elif word in PERCENT_WORDS:
        kind = Kind.PERCENT
    return (token._replace(kind=kind, symbol=symbol),)


def _is_times(token: Token, before: list[Token], following: Token | None) -> bool:
    """Return whether an `x` multiplies: it stands between operands, and apart from a bracket."""
    if not before or following is None or following.kind not in OPERAND_STARTS:
        return False
    closed = before[-1].kind in OPERAND_ENDS or before[-1].kind is Kind.WORD
    return closed and (following.start > token.end or following.kind is Kind.NUMBER)


def _is_passive(before: list[Token]) -> bool:
    """Return whether `divided` or `multiplied` after an operand comes before."""
    verb = len(before) > 1 and before[-1].symbol in {"divided", "multiplied"}
    return verb and before[-2].kind in OPERAND_ENDS
