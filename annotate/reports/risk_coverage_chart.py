"""Risk and coverage drawn in plain characters. Pure."""

import math
from collections.abc import Mapping
from string import ascii_uppercase

from annotate.reports.risk_coverage import RiskCoverage

WIDTH = 60
"""Columns of the chart: shares of solutions that are covered."""
HEIGHT = 11
"""Lines of the chart: precision, with 1 at the top."""
_HIGHEST_FLOOR = 0.5  # the lowest line is no higher: small differences are to look small
_TENTHS = 10
_SEVERAL = "*"


def draw_curves(curves: Mapping[str, RiskCoverage]) -> str:
    """Return a chart of precision by coverage, with a letter for each method.

    A letter stands where the method has a decision left: at x % of the solutions, the surest first,
    the share of them that is right. Where two methods meet there is a star.

    Args:
        curves: By name; the first 26 are drawn.
    """
    drawn = dict(zip(ascii_uppercase, curves.items(), strict=False))
    heights = {letter: _precisions(curve) for letter, (_, curve) in drawn.items()}
    lowest = min((p for row in heights.values() for p in row if p is not None), default=1.0)
    floor = min(_HIGHEST_FLOOR, math.floor(lowest * _TENTHS) / _TENTHS)
    lines = [[" "] * WIDTH for _ in range(HEIGHT)]
    for letter, precisions in heights.items():
        for column, precision in enumerate(precisions):
            if precision is not None:
                line = lines[round((1 - precision) / (1 - floor) * (HEIGHT - 1))]
                line[column] = letter if line[column] == " " else _SEVERAL
    share = [100 - 100 * (1 - floor) * number / (HEIGHT - 1) for number in range(HEIGHT)]
    body = [f"{at:3.0f} |{''.join(row)}".rstrip() for at, row in zip(share, lines, strict=True)]
    foot = [f"    +{'-' * WIDTH}", f"     0{'coverage, %':^{WIDTH - 4}}100"]
    key = ", ".join(f"{letter} {name}" for letter, (name, _) in drawn.items())
    return "\n".join(["right, %", *body, *foot, f"     {key}"])


def _precisions(curve: RiskCoverage) -> list[float | None]:
    """Return [WIDTH] the precision at each coverage; null where less is decided."""
    return [_precision_at(curve, (column + 1) / WIDTH) for column in range(WIDTH)]


def _precision_at(curve: RiskCoverage, coverage: float) -> float | None:
    return next((p.precision for p in curve.points if p.coverage >= coverage - 1e-9), None)
