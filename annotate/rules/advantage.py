"""Rule `advantage`: how much a step helps the best of several completions. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Need, RuleFacts
from annotate.rules.by_change import ByChange
from schemas import InvalidArgumentError, ValueKind


@RULES.register("advantage")
@dataclass(frozen=True, slots=True, kw_only=True)
class Advantage(ByChange):
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
    name: ClassVar[str] = "advantage"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step behind which no rollout succeeds",
        value=(
            "success after the step less that before it, for the best of `best_of` (4) completions"
        ),
        needs=(Need.ROOT_RATE, Need.EVERY_PREFIX, Need.OUTCOMES),
    )
    """Its row in the documentation."""
    value_kind: ClassVar[ValueKind] = ValueKind.ADVANTAGE
    """What the value of a step means."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `best_of` is below 1.
        """
        if self.best_of < 1:
            raise InvalidArgumentError(f"best_of={self.best_of!r} must be a whole number from 1.")

    def judge(self, before: float, after: float) -> tuple[float, bool]:
        """Return the value of a step, and whether it is right."""
        return self._proved(after) - self._proved(before), after > 0

    def _proved(self, success: float) -> float:
        return float(1 - (1 - success) ** self.best_of)
