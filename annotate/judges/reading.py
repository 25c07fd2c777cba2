"""Reading a judge's answer: the first wrong step it names, or why it names none. Pure.

What cannot be read is named, never guessed: an index out of range, an answer that was cut before
its verdict, or one without a verdict in the form asked for.
"""

import re
from dataclasses import dataclass

OUT_OF_RANGE = "OUT_OF_RANGE"
"""A step was named that the solution does not have."""
TRUNCATED = "TRUNCATED"
"""The answer was cut by a length limit before its verdict."""
UNPARSABLE = "UNPARSABLE"
"""There is no verdict in the form asked for."""

_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_DRESS = re.compile(r"\\(?:text|mathrm|mathbf)\b|[{}$*`]|\\(?:[,;!]|(?=[_ ]))")
_INDEX = re.compile(
    r"(?:<?(?:paragraph|index|step)[_\s]*)?(?P<sign>[-\u2212\u2013]?)(?P<digits>\d{1,6})>?\.?"
)
_NO_INDEX = frozenset({"none", "no", "-1", "\u22121", "[]"})
"""What a box holds where no step is wrong, undressed. An empty one says nothing."""
_LINE = re.compile(
    r"\s*(?:step\s*)?"
    r"(?:(?P<step>\d{1,6})(?!\d|/|\.\d)|(?P<none>none\b|no (?:error|wrong step)|-1\b))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a judge's text says. At most one of the two is set; neither: it finds no error."""

    first_error: int | None = None
    """0-based first wrong step."""
    unknown: str | None = None
    """Why it names nothing that counts: OUT_OF_RANGE, TRUNCATED or UNPARSABLE."""
    listed: tuple[int, ...] | None = None
    """All wrong steps that it names, 0-based and rising, where it was asked for all of them; null
    where it was asked for the first, or `unknown` is set."""


def read_boxed(text: str, n_steps: int, *, is_cut: bool) -> Reading:
    r"""Return what the last `\boxed{}` of a text says: a 0-based index, or -1 for none.

    An answer that was cut has no verdict, whatever it boxed on the way there: a critique quotes the
    boxed answer of the solution.

    Args:
        text: What the judge wrote.
        n_steps: Steps of the solution, >= 1.
        is_cut: Whether a length limit ended the text.
    """
    if is_cut:
        return Reading(unknown=TRUNCATED)
    boxes = _BOXED.findall(text)
    inner = _undressed(boxes[-1]) if boxes else ""
    match = _INDEX.fullmatch(inner.lower())
    if match is None:
        return Reading(unknown=UNPARSABLE)
    index = int(match["digits"])
    if match["sign"]:
        return Reading() if index == 1 else Reading(unknown=OUT_OF_RANGE)
    return _within(index, n_steps)


def read_boxed_list(text: str, n_steps: int, *, is_cut: bool) -> Reading:
    r"""Return what the last `\boxed{}` of a text lists: 0-based indices, or none.

    An index that is named twice counts once. One that is out of range spoils the whole list: who
    miscounts the paragraphs may have miscounted all.

    Args:
        text: What the judge wrote.
        n_steps: Steps of the solution, >= 1.
        is_cut: Whether a length limit ended the text.
    """
    if is_cut:
        return Reading(unknown=TRUNCATED)
    boxes = _BOXED.findall(text)
    inner = _undressed(boxes[-1]).lower() if boxes else ""
    if inner in _NO_INDEX:
        return Reading(listed=())
    parts = re.split(r"\s*(?:,|;|\band\b)\s*", inner.strip("[]() "))
    found = [_INDEX.fullmatch(part) for part in parts]
    named = [match for match in found if match is not None]
    if not named or len(named) < len(found):
        return Reading(unknown=UNPARSABLE)
    steps = sorted({int(match["digits"]) for match in named})
    if any(match["sign"] for match in named) or steps[-1] >= n_steps:
        return Reading(unknown=OUT_OF_RANGE)
    return Reading(first_error=steps[0], listed=tuple(steps))


def read_line(text: str, n_steps: int, *, is_cut: bool) -> Reading:
    """Return what the beginning of a text says: a 1-based step, or `none`.

    Args:
        text: What the judge wrote.
        n_steps: Steps of the solution, >= 1.
        is_cut: Whether a length limit ended the text.
    """
    match = _LINE.match(text)
    # A number at the very end of a text that was cut may lack digits.
    if is_cut and (not text.strip() or (match is not None and match.end() == len(text))):
        none = match is not None and match["none"] is not None
        return Reading() if none else Reading(unknown=TRUNCATED)
    if match is None:
        return Reading(unknown=UNPARSABLE)
    if match["step"] is None:
        return Reading()
    return _within(int(match["step"]) - 1, n_steps)


def _within(index: int, n_steps: int) -> Reading:
    if 0 <= index < n_steps:
        return Reading(first_error=index)
    return Reading(unknown=OUT_OF_RANGE)


def _undressed(boxed: str) -> str:
    """Return the inside of a box without the LaTeX that models put around a number."""
    return _DRESS.sub("", boxed).strip()
