"""Rule `progress`: the change of success that a step makes. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Need, RuleFacts
from annotate.rules.by_change import ByChange
from annotate.rules.fraction import is_at_least
from schemas import InvalidArgumentError


@RULES.register("progress")
@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(ByChange):
    """Value each step by success after it less success before it, in [-1, 1].

    The first step that changes success by less than `least` is the first error. The values of a
    solution add up to its outcome less the bare problem's rate.

    Source: VSRM (arXiv:2508.10293), the change of success over sub-rollouts; the threshold is the
    best of the differences that GenPRM compares (arXiv:2504.00891, table 3: -0.5).
    Differs from the paper: no reward is propagated to earlier steps, nor does one decay; the last
    step takes the outcome. How many rollouts the paper draws is not known to us.
    Cost: no model calls; its evidence takes k (M - 1) rollouts per solution of M steps.
    """

    least: float = -0.5
    """Least change that a right step makes, in [-1, 0]."""
    name: ClassVar[str] = "progress"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step that changes success by less than `least` (-0.5)",
        value="success after the step less that before it",
        needs=(Need.ROOT_RATE, Need.EVERY_PREFIX, Need.OUTCOMES),
    )
    """Its row in the documentation."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `least` is not in [-1, 0].
        """
        if not -1 <= self.least <= 0:
            raise InvalidArgumentError(f"least={self.least!r} must be a number in [-1, 0].")

    def judge(self, before: float, after: float) -> tuple[float, bool]:
        """Return the value of a step, and whether it is right."""
        return after - before, is_at_least(after - before, self.least)
