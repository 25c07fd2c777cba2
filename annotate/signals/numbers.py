"""Figures: which numbers a step works on, and which it arrives at. Pure."""

import re
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_RELATION: Final = re.compile(r"[=≈]|\\approx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of one step, as written, thousands separators left out."""

    operands: tuple[str, ...]
    """Those before the first equals sign, in order; empty where there is no such sign."""
    result: str | None
    """The first one behind the last equals sign; null where there is none."""
    named: frozenset[str]
    """All of them."""


def figures_of(text: str) -> Figures:
    """Return the numbers of a text that states one equation at most, or reads like that."""
    sides = _RELATION.split(text)
    operands = _numbers(sides[0]) if len(sides) > 1 else ()
    results = _numbers(sides[-1]) if len(sides) > 1 else ()
    return Figures(
        operands=operands,
        result=results[0] if results else None,
        named=frozenset(_numbers(text)),
    )


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(found.replace(",", "") for found in _NUMBER.findall(text))
