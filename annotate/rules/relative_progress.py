"""Rule `relative_progress`: a step is wrong where it lets too much of success go. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Need, RuleFacts
from annotate.rules.by_change import ByChange
from annotate.rules.fraction import check_fraction, is_at_least


@RULES.register("relative_progress")
@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeProgress(ByChange):
    """Call the first step wrong behind which success is below `epsilon` of that before it.

    The value is P = success after the step / before it, at least 0; where success is 0 before the
    step too, it is 0. Ratios of few rollouts are noisy: at a rate of one half their standard
    deviation is 0.5 with 8 rollouts, 0.25 with 32 and 0.125 with 128.

    Source: GenPRM (Zhao et al. 2025, arXiv:2504.00891), relative progress estimation, epsilon 0.8.
    Differs from the paper: all steps behind the first error are wrong; the last step takes the
    outcome; no agreement with a rationale is asked for.
    Cost: no model calls; its evidence takes k (M - 1) rollouts per solution of M steps.
    """

    epsilon: float = 0.8
    """Least share of success that a right step keeps, in (0, 1]."""
    name: ClassVar[str] = "relative_progress"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step that leaves less than `epsilon` (0.8) of the success before it",
        value="success after the step / before it",
        needs=(Need.ROOT_RATE, Need.EVERY_PREFIX, Need.OUTCOMES),
    )
    """Its row in the documentation."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `epsilon` is not in (0, 1].
        """
        check_fraction("epsilon", self.epsilon, above_zero=True)

    def judge(self, before: float, after: float) -> tuple[float, bool]:
        """Return the value of a step, and whether it is right."""
        progress = after / before if before else 0.0
        return progress, is_at_least(progress, self.epsilon)
