"""Rule `advantage`: how much a step helps the best of several completions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import IMPORT, RULES, Case, Decision
from annotate.rules.step_values import decide_by_changes
from schemas import Calibration, Gathering, InvalidArgumentError, ValueKind


@RULES.register("advantage")
@dataclass(frozen=True, slots=True, kw_only=True)
class Advantage:
    """Value each step by the prover's success after it less before it, in [-1, 1].

    The prover is the best of `best_of` completions: from a success rate Q it succeeds with
    1 - (1 - Q)^best_of, so it takes no rollouts of its own. With 1 it is the policy itself. The
    first step behind which no rollout succeeds (the paper's first pit) is the first error.

    Source: PAV (Setlur et al. 2024, arXiv:2410.08146), best-of-4 prover, 20 rollouts per prefix.
    Differs from the paper: the last step takes the outcome; solutions are not chosen by their pits.
    Cost: no model calls; its evidence takes k (M - 1) rollouts per solution of M steps.
    """

    best_of: int = 4
    """Completions that the prover chooses from, >= 1."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "advantage"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `best_of` is below 1.
        """
        if self.best_of < 1:
            raise InvalidArgumentError(f"best_of={self.best_of!r} must be a whole number from 1.")

    def reads(self, gathering: Gathering) -> bool:
        """Return whether the rule uses the evidence of a gathering: all that was not imported."""
        return gathering.strategy != IMPORT

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        return decide_by_changes(case, self.source, self._judge, ValueKind.ADVANTAGE)

    def _judge(self, before: float, after: float) -> tuple[float, bool]:
        return self._proved(after) - self._proved(before), after > 0

    def _proved(self, success: float) -> float:
        return float(1 - (1 - success) ** self.best_of)
