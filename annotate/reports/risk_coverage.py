"""Risk and coverage: how often decisions are right, from the surest ones down. Pure.

Source: El-Yaniv and Wiener 2010 (JMLR 11:1605), selective classification: coverage is the share
that is decided, risk the share of these that is wrong. Here a method may abstain: undecided
solutions are never covered, and are neither right nor wrong.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotate.reports.first_error_scores import Paired
from schemas import FirstErrorVerdict

LEVELS = 1000
"""Levels of confidence that are told apart: one is printed exactly as it was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Decisions at or above one confidence."""

    confidence: float | None
    """The confidence, in thousandths; null for all decisions, those without a confidence too."""
    decided: int
    """Decisions at or above it, >= 1."""
    right: int
    """Those that are right."""
    coverage: float
    """`decided` of all solutions, in (0, 1]."""
    precision: float
    """`right` of `decided`, in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCoverage:
    """The curve of one method: one point for each confidence that it gives."""

    n: int
    """Solutions, decided or not."""
    points: tuple[Point, ...]
    """From the surest down; empty where nothing is decided."""
    area: float | None
    """Area under precision by coverage, in [0, 1]: 1 where all is decided and right. Undecided
    solutions add nothing. Null where there is no solution."""

    def coverage_at(self, precision: float) -> float:
        """Return the largest coverage at which precision is at least this, in [0, 1]; 0 if none."""
        fits = (point.coverage for point in self.points if point.precision >= precision)
        return max(fits, default=0.0)


def risk_coverage(pairs: Iterable[Paired]) -> RiskCoverage:
    """Return the curve of decisions against their truth, whatever their order.

    Equal confidences are one point: nothing tells which of them would be taken first.
    """
    rows = pairs if isinstance(pairs, Sequence) else list(pairs)
    groups: dict[float | None, list[bool]] = {}
    for row in rows:
        if row.predicted.verdict is not FirstErrorVerdict.UNDECIDED:
            groups.setdefault(level_of(row.confidence), []).append(row.is_exact)
    points: list[Point] = []
    decided = right = 0
    area = 0.0
    for level in sorted(groups, key=_surest_first):
        decided += len(groups[level])
        right += sum(groups[level])
        area += len(groups[level]) / len(rows) * right / decided
        points.append(
            Point(
                confidence=level,
                decided=decided,
                right=right,
                coverage=decided / len(rows),
                precision=right / decided,
            )
        )
    return RiskCoverage(n=len(rows), points=tuple(points), area=area if rows else None)


def level_of(confidence: float | None) -> float | None:
    """Return the greatest level that is not above a confidence in [0, 1]; null has none."""
    if confidence is None:
        return None
    level = math.floor(confidence * LEVELS)
    # The product may have been rounded up to a level that is above the confidence; a confidence
    # that is a level has that level as its product.
    return (level - (level / LEVELS > confidence)) / LEVELS


def _surest_first(level: float | None) -> float:
    return math.inf if level is None else -level
