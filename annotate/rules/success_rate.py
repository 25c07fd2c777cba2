"""Rule `success_rate`: soft labels, the share of completions that reach the answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts
from annotate.rules.fraction import check_fraction
from annotate.rules.prefix_rates import read_shares
from annotate.rules.prefix_verdicts import (
    by_rate,
    decide_by_prefixes,
    mark_prefixes,
    outcomes_of,
    vouched,
)
from schemas import Calibration


@RULES.register("success_rate")
@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessRate(ReadsAsked):
    """Give each prefix its success rate; the first at or below `threshold` is the first error.

    Rates are kept as they are, also behind the first error and where a later one is higher. A
    prefix that was not asked has no value. The last step takes the outcome, 1 or 0. Needs rollouts
    from prefixes and the outcome of each solution.

    Source: OmegaPRM (Luo et al. 2024, arXiv:2406.06592), pointwise soft labels, its default and
    best; Math-Shepherd (Wang et al. 2023, arXiv:2312.08935), soft estimation.
    Differs from the paper: neither derives a first error from soft labels; at the threshold 0 it is
    that of the hard ones. The last step takes the outcome instead of rollouts, and a right solution
    that was not asked about is right throughout. Censored rollouts are left out of the share. No
    pairwise labels.
    Cost: no model calls; its evidence takes k per step (`every_prefix`) or k ceil(log2 M) per
    solution of M steps (`bisect`, `omega_prm`).
    """

    threshold: float = 0.0
    """Rate at or below which a prefix holds an error, in [0, 1)."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    resolution: float = 0.125
    """Share of a solution's text, in [0, 1], that steps before the first error may make up if they
    were not asked by themselves, as where a search stops at a short piece."""
    vouch: bool = False
    """Whether a prefix that passes takes back the failures of shorter ones: right for searches,
    whose probes of one solution are few and far between, wrong where every prefix was asked. What
    is taken back is the verdict; the value stays the rate."""
    name: ClassVar[str] = "success_rate"
    """Registered name."""
    needs_rates: ClassVar[bool] = True
    """Counts that were drawn until the first success say nothing to it."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first prefix whose rate is at most `threshold` (0)",
        value="the rate",
        needs=(Need.PREFIXES, Need.OUTCOMES),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `threshold` is not in [0, 1) or `resolution` not in [0, 1].
        """
        check_fraction("threshold", self.threshold, below_one=True)
        check_fraction("resolution", self.resolution)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        rates = read_shares(case, self.source)
        judge = by_rate(lambda rate: rate > self.threshold)
        decisions = []
        for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True):
            marks = mark_prefixes(solution, rates, outcome, judge)
            decisions.append(
                decide_by_prefixes(
                    solution, vouched(marks) if self.vouch else marks, resolution=self.resolution
                )
            )
        return decisions
