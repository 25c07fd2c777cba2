"""Rule `noise_corrected`: success rates cleaned of failures and of recoveries. Pure."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts
from annotate.rules.fraction import check_fraction
from annotate.rules.prefix_rates import Rate, read_shares
from annotate.rules.prefix_verdicts import (
    decide_by_prefixes,
    mark_prefixes,
    outcomes_of,
    undecided,
)
from schemas import Calibration, InvalidArgumentError, LabelVerdict, ValueKind

_LEAST_RATE = 1e-3


@RULES.register("noise_corrected")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseCorrected(ReadsAsked):
    """Decide each prefix by the odds of its rollouts, were it sound and were it not.

    A sound prefix succeeds with h, the bare problem's rate (one success and one failure added), one
    with an error with g, the share `recovery` of it. The value is the rate without both kinds of
    noise, (rate - g) / (h - g) cut to [0, 1]. A prefix is right where P(sound) is at least
    `confidence`, wrong where it is at most 1 - `confidence`, else open; the first wrong one is the
    first error. P(sound) takes soundness for as likely as not before its rollouts are seen.

    Without rollouts of the bare problem all is NOT_CHECKED; where it is never solved, UNKNOWN.

    Source: the noise model of reinforcement learning with noisy rewards (arXiv:2510.00915), its
    backward correction, applied to prefixes by us; with recovery 0 the value is SCAN's rate over
    self-confidence.
    Cost: no model calls; its evidence takes k rollouts per prefix.
    """

    recovery: float = 0.2
    """Success behind an error, as a share of the bare problem's, in [0, 1)."""
    confidence: float = 0.95
    """Least probability of a decision, above 0.5 and below 1."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "noise_corrected"
    """Registered name."""
    needs_rates: ClassVar[bool] = True
    """Counts that were drawn until the first success say nothing to it."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error=(
            "the first prefix that is wrong with at least `confidence` (0.95), given h and "
            "`recovery` (0.2) of it behind errors"
        ),
        value="(rate - g) / (h - g), in [0, 1]",
        needs=(Need.ROOT_RATE, Need.PREFIXES, Need.OUTCOMES),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If one is outside its range.
        """
        check_fraction("recovery", self.recovery, below_one=True)
        if not 0.5 < self.confidence < 1:  # noqa: PLR2004  # below it everything would be decided
            raise InvalidArgumentError(
                f"confidence={self.confidence!r} must be above 0.5 and below 1."
            )

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        rates = read_shares(case, self.source)
        root = rates.root
        if root is None or not root.successes:
            why = LabelVerdict.NOT_CHECKED if root is None else LabelVerdict.UNKNOWN
            return [undecided(solution, why) for solution in case.solutions]
        judge = functools.partial(self._judge, root)
        return [
            decide_by_prefixes(
                solution,
                mark_prefixes(solution, rates, outcome, judge),
                value_kind=ValueKind.PROBABILITY_CORRECT,
            )
            for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True)
        ]

    def _judge(self, root: Rate, rate: Rate) -> tuple[LabelVerdict, float | None]:
        """Return the verdict on a prefix, and its value."""
        if rate.value is None:
            return LabelVerdict.UNKNOWN, None
        h = (root.successes + 1) / (root.trials + 2)
        g = max(self.recovery * h, _LEAST_RATE)
        value = min(1.0, max(0.0, (rate.value - g) / (h - g)))
        failures = rate.trials - rate.successes
        odds = rate.successes * math.log(h / g) + failures * math.log((1 - h) / (1 - g))
        sure = math.log(self.confidence / (1 - self.confidence))
        if abs(odds) < sure:
            return LabelVerdict.UNKNOWN, value
        return LabelVerdict.CORRECT if odds > 0 else LabelVerdict.INCORRECT, value
