"""Surroundings: what the sentence around a claim says of it. Pure; looks at a bounded window."""

from verifiers.arithmetic.words import CONDITION, DOUBT, ROUNDING

BEFORE = 300
"""Characters before a claim that may belong to its sentence."""
AFTER = 200
"""Characters after a claim that may belong to its sentence."""

_QUOTES = frozenset("\"'“”‘’`«»")  # noqa: RUF001  # quotation marks are what is looked for


def is_doubtful(text: str, start: int, end: int) -> bool:
    """Return whether the sentence supposes, denies, asks or quotes the claim, or reckons otherwise."""
    before, after = _sentence(text, start, end)
    quoted = text[start - 1 : start] in _QUOTES and text[end : end + 1] in _QUOTES and start > 0
    return bool(quoted or DOUBT.search(before) or DOUBT.search(after) or CONDITION.search(before))


def is_rounded(text: str, start: int, end: int) -> bool:
    """Return whether the sentence says that its numbers are not exact."""
    before, after = _sentence(text, start, end)
    return bool(ROUNDING.search(before) or ROUNDING.search(after) or ROUNDING.search(text[start:end]))


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the parts of the claim's sentence before and after it."""
    before = text[max(0, start - BEFORE) : start]
    after = text[end : end + AFTER]
    opening = max(before.rfind(mark) for mark in (". ", "\n", "? ", "! "))
    stops = [place for place in (after.find(mark) for mark in (". ", "\n", "?", "! ")) if place >= 0]
    closing = min(stops, default=len(after))
    return before[opening + 1 :], after[: closing + 1]
