"""Offsets at which a new step may begin, one function per way of cutting. Pure, linear time.

Each returns ascending offsets into the text; what lies before an offset, delimiters included,
belongs to the piece before it.
"""

import re

from annotate.segment.whole import PARAGRAPH_END

_WORDS = "Step|STEP|step|Schritt|Étape|Etape|Paso|Passo|Шаг|步骤"
_NUMBER = r"[ \t]*#?\d{1,4}"
# Escapes: en dash, em dash, full-width colon.
_STEP_HEADING = re.compile(
    rf"^[ \t]*(?:[*_]{{1,3}}[ \t]*)?(?:{_WORDS}){_NUMBER}[ \t]*(?:[:.)\]*_\-\u2013\u2014\uff1a]|$)"
    rf"|^[ \t]*\#{{1,6}}[ \t]*[*_]{{0,3}}(?:{_WORDS}){_NUMBER}\b"
    r"|^[ \t]*第[ \t]*(?:\d{1,4}|[一二三四五六七八九十]{1,3})[ \t]*步",
    re.MULTILINE,
)
_PARAGRAPH_TAG = re.compile(r"<paragraph_\d{1,6}>|(?P<closing></paragraph_\d{1,6}>\s*)")
_LINE_END = re.compile(r"\n+")
# Escapes: ellipsis; curly quotes; full-width stop, marks, quotes and brackets; en dash and bullet.
_CLOSERS = r"""["'\u2019\u201d)\]\u00bb*_]{0,4}"""
_OPENERS = r"""["'\u2018\u201c(\[\u00ab*_]{0,4}"""
_MARK = r"[.!?\u2026]"
# A run of marks is tried once, at its start, and never given back: long runs stay linear.
_TERMINATOR = re.compile(
    rf"(?<!{_MARK})(?P<mark>{_MARK}++){_CLOSERS}\s++(?={_OPENERS}(?:[^\W_a-z]|[$\\]))"
    r"|[\u3002\uff01\uff1f]+[\"'\u2019\u201d\uff09\u300d\u300f]{0,4}\s*"
    r"|\n\s*\n"
    r"|\n(?=[ \t]*(?:[-*\u2013\u2022][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]))"
    r"|(?<=:)\n"
)
_ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|cf|approx|i\.e|e\.g|a\.m|p\.m|w\.r\.t|resp|viz|Inc|Ltd"
    r"|Corp|(?:[A-Z]\.)+[A-Z])$"
)
_NUMBERED = re.compile(
    r"\b(?:No|no|Nos|Fig|fig|Figs|Eq|eq|Eqn|Eqs|Sec|sec|Vol|Ch|ch|Thm|Prop|Lem|Def|Ex|pp|p|ca)$"
)
_NUMBER_STARTS = frozenset("0123456789($\\")
_LIST_NUMBER = re.compile(
    r"(?:\A|\n)[ \t]*[(\[*_]{0,3}(?:(?:Step |step )?\d{1,3}|[a-zA-Z]|[ivx]{1,4})$"
)
_WINDOW = 24
"""Characters before a full stop that tell what it ends; longer than any abbreviation."""


def blank_lines(text: str) -> list[int]:
    """Return the offsets after blank lines."""
    return [match.end() for match in PARAGRAPH_END.finditer(text)]


def lines(text: str) -> list[int]:
    """Return the offsets after line ends, a run of them counting once."""
    return [match.end() for match in _LINE_END.finditer(text)]


def step_headings(text: str) -> list[int]:
    """Return the offsets of the lines that are headed "Step n"."""
    return [match.start() for match in _STEP_HEADING.finditer(text)]


def paragraph_tags(text: str) -> list[int]:
    """Return the offsets before each opening and after each closing paragraph tag."""
    return [m.end() if m["closing"] else m.start() for m in _PARAGRAPH_TAG.finditer(text)]


def sentences(text: str) -> list[int]:
    """Return the offsets after sentences: at their punctuation, at blank lines and list items."""
    return [match.end() for match in _TERMINATOR.finditer(text) if _ends_sentence(text, match)]


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Tell whether a terminator ends a sentence rather than an abbreviation or a list's number."""
    if match["mark"] != ".":
        return True
    begin = max(0, match.start() - _WINDOW)
    before = text[begin : match.start()]
    # A window that begins inside the text is no line's start: a mark in front says so.
    listed = _LIST_NUMBER.search(before if begin == 0 else f".{before}")
    numbered = text[match.end()] in _NUMBER_STARTS and _NUMBERED.search(before)
    return not (listed or numbered or _ABBREVIATION.search(before))
