"""ClaimModel: how far one may trust who names a first error, or none. Pure."""

from dataclasses import dataclass

import numpy as np

from annotate.search.rate_model import Floats
from schemas import InvalidArgumentError

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimModel:
    """What a judge or a verifier says of solutions, given the truth: shares of a corpus.

    Of a solution whose first error is t it names t itself, a later step, an earlier one, or none;
    which of the later or earlier ones makes no difference. Where there are no such steps, what they
    would take goes to the others in proportion.
    """

    hit: float
    """P(names t), above 0."""
    late: float
    """P(names a step behind t), above 0."""
    early: float
    """P(names a step before t), above 0."""
    miss: float
    """P(names none), above 0; the four sum to 1."""
    alarm: float
    """P(names a step of a solution without an error), in (0, 1)."""

    def __post_init__(self) -> None:
        """Check the shares.

        Raises:
            InvalidArgumentError: If one is outside its range.
        """
        parts = (self.hit, self.late, self.early, self.miss)
        if min(parts) <= 0 or abs(sum(parts) - 1) > _ROUNDING or not 0 < self.alarm < 1:
            raise InvalidArgumentError(
                f"claim model: hit, late, early, miss={parts!r} must be above 0 and of sum 1, and "
                f"alarm={self.alarm!r} in (0, 1)."
            )

    def log_likelihood(self, named: int | None, n_steps: int) -> Floats:
        """Return [n_steps + 1] log P(claim | first error), the last for none.

        Args:
            named: The step that is named, 0-based; None where none is.
            n_steps: Steps that take a label, >= 1.
        """
        first = np.arange(n_steps)
        behind, before = n_steps - 1 - first, first
        possible = self.hit + self.miss + self.late * (behind > 0) + self.early * (before > 0)
        if named is None:
            return np.asarray(np.log(np.append(self.miss / possible, 1 - self.alarm)))
        share = np.where(
            first == named,
            self.hit,
            np.where(
                first < named, self.late / np.maximum(behind, 1), self.early / np.maximum(before, 1)
            ),
        )
        return np.asarray(np.log(np.append(share / possible, self.alarm / n_steps)))
