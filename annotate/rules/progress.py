"""Rule `progress`: the change of success that a step makes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import IMPORT, RULES, Case, Decision
from annotate.rules.step_values import decide_by_changes
from schemas import Calibration, Gathering, InvalidArgumentError, ValueKind


@RULES.register("progress")
@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
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
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "progress"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `least` is not in [-1, 0].
        """
        if not -1 <= self.least <= 0:
            raise InvalidArgumentError(f"least={self.least!r} must be a number in [-1, 0].")

    def reads(self, gathering: Gathering) -> bool:
        """Return whether the rule uses the evidence of a gathering: all that was not imported."""
        return gathering.strategy != IMPORT

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        return decide_by_changes(case, self.source, self._judge, ValueKind.PROGRESS)

    def _judge(self, before: float, after: float) -> tuple[float, bool]:
        return after - before, after - before >= self.least
