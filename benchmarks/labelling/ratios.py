"""Ratio: two sums over problems and the interval of their quotient. Pure."""

from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
"""Draws of problems behind an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A quotient of two sums with its 95 % interval."""

    value: float
    """The quotient; 0 where nothing stands below the line."""
    low: float
    """2.5 % quantile over draws of problems."""
    high: float
    """97.5 % quantile."""
    n: float
    """The sum below the line."""

    def percent(self) -> str:
        """Return it as tables show shares."""
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}]"


def ratio_of(above: np.ndarray, below: np.ndarray) -> Ratio:
    """Return the quotient of sums, the interval by drawing problems anew.

    Args:
        above: [n_problems] What each problem adds above the line.
        below: [n_problems] The same below it.
    """
    rows = np.stack([above, below], axis=1).astype(float)
    if not len(rows) or not rows[:, 1].sum():
        return Ratio(value=0.0, low=0.0, high=0.0, n=0.0)
    drawn = np.random.default_rng(0).integers(len(rows), size=(RESAMPLES, len(rows)))
    sums = rows[drawn].sum(axis=1)
    quotients = sums[:, 0] / np.maximum(sums[:, 1], 1e-12)
    low, high = np.quantile(quotients, [0.025, 0.975])
    top, bottom = rows.sum(axis=0)
    return Ratio(value=float(top / bottom), low=float(low), high=float(high), n=float(bottom))
