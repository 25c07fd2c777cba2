"""RateModel: how often rollouts from sound and from wrong prefixes succeed. Pure.

Each solution has rates of its own, drawn from a grid whose weights are shared by a corpus and
fitted on it (`annotate.estimates`). Shapes: G is the size of the grid.
"""

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from schemas import InvalidArgumentError, canonical_json

Floats = npt.NDArray[np.float64]

SUCCESS: Final = (0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97)
"""h: P(a rollout of the bare problem succeeds)."""
RECOVERY: Final = (0.004, 0.02, 0.06, 0.15, 0.35, 0.65, 0.95)
"""r: success just behind an error, as a share of h."""
DRIFT: Final = (-1.5, 0.0, 1.0, 2.0, 3.5)
"""d: change of the log-odds of success from the start of a sound solution to its end."""
LEAST_RATE: Final = 1e-3
"""No prefix is held to be quite hopeless: one success there is a surprise, not a contradiction."""


@dataclass(frozen=True, kw_only=True)
class RateModel:
    """What rates solutions have: shares of a corpus, told by one completer's rollouts.

    A sound prefix that is the share x of its solution succeeds with logit(p) = logit(h) + d x, a
    wrong one whose last error is l steps old with p = max(`LEAST_RATE`, r h decay^l), where r is
    `behind_two` for all solutions once a second error stands. Prefixes of one solution spread
    around these means as Beta distributions do, so that counts are Beta-binomial: without the
    spread a posterior is overconfident.

    Source: ours; after Karp and Kleinberg's noisy binary search, whose coins it gives a prior.
    """

    success: tuple[float, ...]
    """[len(SUCCESS)] Shares of problems by h; they sum to 1."""
    recovery: tuple[float, ...]
    """[len(RECOVERY)] Shares of solutions by r; they sum to 1."""
    drift: tuple[float, ...]
    """[len(DRIFT)] Shares of solutions by d; they sum to 1."""
    decay: float
    """What each further step leaves of recovery, in (0, 1]."""
    sound_spread: float | None
    """Pseudo-rollouts of the Beta distribution of sound prefixes, > 0; null: no spread at all."""
    wrong_spread: float | None
    """The same of wrong prefixes."""
    misjudged: float
    """Share of right answers that the checker calls wrong, in [0, 1)."""
    retracted: float
    """Share of first errors that are taken back, in [0, 1)."""
    followed: float
    """Share of first errors that stand and are followed by a worse one, in [0, 1); with `retracted`
    below 1."""
    behind_two: float
    """Success just behind the second of two errors, as a share of h, in (0, 1)."""
    hidden: float
    """Share of solutions with a right answer that hold an error, in [0, 1)."""

    def __post_init__(self) -> None:
        """Check the shares.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        for name, grid in (("success", SUCCESS), ("recovery", RECOVERY), ("drift", DRIFT)):
            shares = getattr(self, name)
            if len(shares) != len(grid) or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:  # noqa: PLR2004  # rounding
                raise InvalidArgumentError(
                    f"rate model: {name}={shares!r} must be {len(grid)} shares above 0 of sum 1."
                )
        for name in ("misjudged", "retracted", "followed", "behind_two", "hidden"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidArgumentError(
                    f"rate model: {name}={getattr(self, name)!r} must be in [0, 1)."
                )
        if self.retracted + self.followed >= 1:
            raise InvalidArgumentError(
                f"rate model: retracted={self.retracted!r} and followed={self.followed!r} must be "
                "below 1 together."
            )
        spreads = (self.sound_spread, self.wrong_spread)
        if not 0 < self.decay <= 1 or any(one is not None and one <= 0 for one in spreads):
            raise InvalidArgumentError(
                f"rate model: decay={self.decay!r} must be in (0, 1], and spreads={spreads!r} "
                "above 0 or null."
            )

    @cached_property
    def grid(self) -> tuple[Floats, Floats, Floats]:
        """[G] each: h, r and d of every point of the grid."""
        points = np.array(list(itertools.product(SUCCESS, RECOVERY, DRIFT)))
        return points[:, 0], points[:, 1], points[:, 2]

    @cached_property
    def log_shares(self) -> Floats:
        """[G] Log prior of every point of the grid."""
        shares = np.einsum("h,r,d->hrd", self.success, self.recovery, self.drift)
        return np.asarray(np.log(shares).ravel())

    def sound(self, shares: Sequence[float] | Floats) -> Floats:
        """Return [n, G] success of sound prefixes that are these shares of their solution."""
        h, _, d = self.grid
        log_odds = np.log(h / (1 - h)) + np.asarray(shares, float)[:, None] * d
        return np.asarray(1 / (1 + np.exp(-log_odds)))

    def wrong(self, ages: Sequence[int] | npt.NDArray[np.int64]) -> Floats:
        """Return [n, G] success of prefixes whose last error is so many steps old."""
        h, r, _ = self.grid
        decayed = self.decay ** np.asarray(ages, float)[:, None]
        return np.maximum(r * h * decayed, LEAST_RATE)

    def worse(self, ages: Sequence[int] | npt.NDArray[np.int64]) -> Floats:
        """Return [n, G] success of prefixes with two errors, by steps since the second."""
        h, _, _ = self.grid
        decayed = self.decay ** np.asarray(ages, float)[:, None]
        return np.maximum(self.behind_two * h * decayed, LEAST_RATE)

    def to_json(self) -> str:
        """Return the parameters as canonical JSON."""
        return canonical_json(asdict(self))

    @classmethod
    def from_mapping(cls, values: dict[str, object]) -> Self:
        """Read what `to_json` wrote, decoded.

        Raises:
            InvalidArgumentError: If a parameter is missing or out of range.
        """
        names = [field.name for field in fields(cls)]
        if missing := [name for name in names if name not in values]:
            raise InvalidArgumentError(f"rate model: {missing} missing: fit the run again.")
        told = {
            name: tuple(value) if isinstance(value := values[name], list) else value
            for name in names
        }
        return cls(**told)  # type: ignore[arg-type]  # checked in __post_init__
