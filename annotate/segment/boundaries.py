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
_PARAGRAPH_TAG = re.compile(r"<paragraph_\d{1,6}>|(?P<closing></paragraph_\d{1,6}>)")
_LINE_END = re.compile(r"\n+")
# Escapes: ellipsis; curly quotes; full-width stop, marks, quotes and brackets; en dash and bullet.
_CLOSERS = r"""["'\u2019\u201d)\]\u00bb*_]{0,4}"""
_OPENERS = r"""["'\u2018\u201c(\[\u00ab*_$\\]{0,4}"""
_TERMINATOR = re.compile(
    rf"(?P<mark>[.!?\u2026]+){_CLOSERS}\s+(?={_OPENERS}[^\W_a-z])"
    r"|[\u3002\uff01\uff1f]+[\"'\u2019\u201d\uff09\u300d\u300f]{0,4}\s*"
    r"|\n\s*\n"
    r"|\n(?=[ \t]*(?:[-*\u2013\u2022][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]))"
    r"|(?<=:)\n"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|cf|al|approx|Fig|fig|Eq|eq|Eqn|No|no|Nos|Vol|Ch|"
    r"Sec|sec|Thm|Lem|Def|Ex|Inc|Ltd|Co|Corp|Ave|Mt|Gen|Gov|Sgt|Capt|Lt|Rev|Hon|i\.e|e\.g|a\.m|p\.m|"
    r"w\.r\.t|resp|viz|ca|pp|[A-Z])|(?:^|\n)[ \t]*[(\[]?(?:\d{1,3}|[a-zA-Z]))$"
)
_LONGEST_ABBREVIATION = 24


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
    if match["mark"] != ".":
        return True
    before = text[max(0, match.start() - _LONGEST_ABBREVIATION) : match.start()]
    return _ABBREVIATION.search(before) is None
