r"""Expressions through math-verify, under limits on their size. Deterministic; may be slow.

math-verify is imported at the first use: it takes seconds, and most answers never get here. Its own
time limits are off: they need the main thread, and report a timeout as "different".
"""

import functools
import importlib
import importlib.metadata
import logging
import re
from enum import Enum, auto, unique
from types import ModuleType

from verifiers.answers.normalise import depth

MAX_LENGTH = 300
"""Characters of an expression that is parsed."""
MAX_DEPTH = 12
"""Nested brackets of an expression that is parsed."""
MAX_EXPONENT = 20_000
"""Whole-number exponent of a number."""
MAX_DEGREE = 2_000
"""Whole-number exponent of a letter."""
MAX_EXPANSION = 20
"""Whole-number exponent of anything in brackets."""
MAX_FACTORIAL = 2_000
"""Argument of a factorial or binomial; longer numbers before `!` are not tried."""
MAX_SYMBOLS = 60
"""Letters of an expression: words that are no mathematics parse as products of letters."""


@unique
class Symbolic(Enum):
    """What the comparison of two expressions says."""

    EQUAL = auto()
    """Equal as mathematics."""
    DIFFERENT = auto()
    """Both were read and are not shown equal."""
    UNREADABLE = auto()
    """One of them is no mathematics that can be read."""
    OVER_LIMIT = auto()
    """One of them is over a limit of this module: not tried."""


_TOWER = re.compile(r"\^\s*(?:\{[^{}]*\^|\([^()]*\^|[\w\\]+\s*(?:\^|!))|\^\s*\{[^{}]*\{[^{}]*\^")
_EXPONENT = re.compile(r"(.)\s*\^\s*[{(]?\s*-?\s*(\d+)")
_FACTORIAL = re.compile(r"(\d+)\s*[)}]*\s*!|[)}!]\s*!|binom\s*\{(\d+)\}")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_SENTENCE = re.compile(r"(?<![a-zA-Z\\])[a-zA-Z]{4,}.*(?<![a-zA-Z\\])[a-zA-Z]{4,}", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[a-zA-Z*]*\}")
_UNIT = re.compile(r"(?<=[\d)}])(?:\s+[a-zA-Z]{3,})+(?:\s*\^\s*\{?[23]\}?)?$")
_BARE_FUNCTION = re.compile(
    r"(?<![a-zA-Z\\])(sqrt|sin|cos|tan|cot|sec|csc|log|ln|exp|arcsin|arccos|arctan|pi|theta|alpha"
    r"|beta|gamma|lambda|phi|omega)(?![a-zA-Z])"
)


@functools.cache
def backend() -> str:
    """Return the name and version of the library that decides."""
    return f"math-verify {importlib.metadata.version('math-verify')}"


def within_limits(text: str) -> bool:
    """Return whether an expression is small enough to be parsed and compared.

    Args:
        text: Normalised.
    """
    if len(text) > MAX_LENGTH or depth(text) > MAX_DEPTH or _TOWER.search(text):
        return False
    if len(re.findall(r"[a-zA-Z]", _COMMAND.sub("", _ENVIRONMENT.sub("", text)))) > MAX_SYMBOLS:
        return False
    for base, exponent in _EXPONENT.findall(text):
        most = MAX_EXPONENT if base.isdigit() else MAX_DEGREE if base.isalpha() else MAX_EXPANSION
        if len(exponent) > len(str(most)) or int(exponent) > most:
            return False
    for match in _FACTORIAL.finditer(text):
        digits = match[1] or match[2]
        if digits is None or len(digits) > len(str(MAX_FACTORIAL)) or int(digits) > MAX_FACTORIAL:
            return False
    return True


def compare_symbolic(gold: str, given: str) -> Symbolic:
    """Compare two normalised expressions as mathematics.

    Cost: 5 to 100 ms where math-verify's caches do not know the gold; bounded by nothing but the
    limits above, so call it where it can be killed.
    """
    gold, given = _prepare(gold), _prepare(given)
    if any(_SENTENCE.search(_ENVIRONMENT.sub("", side)) for side in (gold, given)):
        return Symbolic.UNREADABLE
    if not (within_limits(gold) and within_limits(given)):
        return Symbolic.OVER_LIMIT
    first, second = _parse(gold), _parse(given)
    if not first or not second:
        return Symbolic.UNREADABLE
    equal = _library().verify(list(first), list(second), **_VERIFY)
    return Symbolic.EQUAL if equal else Symbolic.DIFFERENT


def _prepare(text: str) -> str:
    """Return an expression with LaTeX names for functions and without a trailing unit."""
    text = _BARE_FUNCTION.sub(r"\\\1 ", text).replace("*", r" \cdot ")
    return _UNIT.sub("", text)


_VERIFY = {"timeout_seconds": None, "allow_set_relation_comp": True}


@functools.cache
def _library() -> ModuleType:
    # Its loggers warn, once per process, that its time limits are off: that is the intention.
    for name in ("math_verify.parser", "math_verify.grader"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return importlib.import_module("math_verify")


@functools.lru_cache(maxsize=1024)
def _parse(text: str) -> tuple[object, ...]:
    library = _library()
    found: list[object] = library.parse(
        f"${text}$",
        extraction_config=[library.LatexExtractionConfig()],
        fallback_mode="no_fallback",
        parsing_timeout=None,
    )
    return tuple(found)
