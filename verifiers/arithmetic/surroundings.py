"""Surroundings: what the sentence around a claim says of it. Pure; looks at a bounded window."""

# ruff: noqa: RUF001 - quotation marks are what this file looks for

from verifiers.arithmetic.words import CONDITION, DOUBT, REQUIREMENT, ROUNDING, SCALED, SUBSTITUTION

BEFORE = 300
"""Characters before a claim that may belong to its sentence."""
AFTER = 200
"""Characters after a claim that may belong to its sentence."""

_QUOTES = frozenset("\"'“”‘’`«»")


def is_doubtful(text: str, start: int, end: int) -> bool:
    """Return whether the sentence supposes, denies, asks or quotes the claim."""
    before, after = _sentence(text, start, end)
    quoted = text[start - 1 : start] in _QUOTES and text[end : end + 1] in _QUOTES and start > 0
    return bool(quoted or DOUBT.search(before) or DOUBT.search(after) or CONDITION.search(before))


def is_rounded(text: str, start: int, end: int) -> bool:
    """Return whether the sentence says that its numbers are not exact."""
    before, after = _sentence(text, start, end)
    return bool(
        ROUNDING.search(before) or ROUNDING.search(after) or ROUNDING.search(text[start:end])
    )


def is_required(text: str, start: int, end: int) -> bool:
    """Return whether the sentence asks for the claim rather than stating it."""
    return any(REQUIREMENT.search(part) for part in _sentence(text, start, end))


def is_tested(text: str, start: int, end: int) -> bool:
    """Return whether a value was put into the claim, so that it may fail to hold."""
    return SUBSTITUTION.search(_sentence(text, start, end)[0]) is not None


def is_scaled(text: str, start: int, end: int) -> bool:
    """Return whether the sentence speaks of hundreds, thousands or percent."""
    return any(SCALED.search(part) for part in _sentence(text, start, end))


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the parts of the claim's sentence before and after it."""
    before = text[max(0, start - BEFORE) : start]
    after = text[end : end + AFTER]
    opening = max(before.rfind(mark) for mark in (". ", "\n", "? ", "! "))
    stops = [
        place for place in (after.find(mark) for mark in (". ", "\n", "?", "! ")) if place >= 0
    ]
    closing = min(stops, default=len(after))
    return before[opening + 1 :], after[: closing + 1]
