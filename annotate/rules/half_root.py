"""Rule `half_root`: a step is wrong where the success rate falls below half of the root's. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts
from annotate.rules.fraction import check_fraction, is_at_least
from annotate.rules.prefix_rates import read_shares
from annotate.rules.prefix_verdicts import (
    by_rate,
    decide_by_prefixes,
    mark_prefixes,
    outcomes_of,
    undecided,
)
from schemas import Calibration, LabelVerdict


@RULES.register("half_root")
@dataclass(frozen=True, slots=True, kw_only=True)
class HalfRoot(ReadsAsked):
    """Call the first prefix whose rate is below `fraction` of the root's the first error.

    A completer that repairs some errors still succeeds less often behind one, and one that often
    fails does so from the root too: the comparison takes out both. Values are the success rates.
    Needs rollouts of one policy from the bare problem and from prefixes, and the outcome of each
    solution. Without the root's rate all is NOT_CHECKED; where that is 0 or censored, UNKNOWN.

    Source: EpicPRM (arXiv:2503.02382), its threshold, as in its code (strictly below).
    Differs from the paper: one completer instead of the sum over two, and plain shares instead of
    shares weighted by likelihood, which needs log-probabilities.
    Cost: no model calls; its evidence takes the root's rollouts and k ceil(log2 M) per solution of
    M steps (`bisect`).
    """

    fraction: float = 0.5
    """Share of the root's rate below which a prefix holds an error, above 0 and below 1."""
    resolution: float = 0.0
    """Share of a solution's text, in [0, 1], that steps before the first error may make up if they
    were not asked by themselves: 1 takes the first prefix that fails as the first error always."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "half_root"
    """Registered name."""
    needs_rates: ClassVar[bool] = True
    """Counts that were drawn until the first success say nothing to it."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first prefix whose rate is below half of the bare problem's",
        value="the rate",
        needs=(Need.ROOT_RATE, Need.PREFIXES, Need.OUTCOMES),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `fraction` is not in (0, 1), or `resolution` not in [0, 1].
        """
        check_fraction("fraction", self.fraction, above_zero=True, below_one=True)
        check_fraction("resolution", self.resolution)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        rates = read_shares(case, self.source)
        if rates.root is None:
            return [undecided(solution, LabelVerdict.NOT_CHECKED) for solution in case.solutions]
        if not rates.root.value:
            return [undecided(solution, LabelVerdict.UNKNOWN) for solution in case.solutions]
        least = self.fraction * rates.root.value
        judge = by_rate(lambda rate: is_at_least(rate, least))
        return [
            decide_by_prefixes(
                solution,
                mark_prefixes(solution, rates, outcome, judge),
                resolution=self.resolution,
            )
            for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True)
        ]
