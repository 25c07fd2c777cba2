"""Rule `any_success`: a step is right if any completion from there reaches the answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts
from annotate.rules.fraction import check_fraction
from annotate.rules.prefix_rates import read_rates
from annotate.rules.prefix_verdicts import (
    by_rate,
    decide_by_prefixes,
    mark_prefixes,
    outcomes_of,
    vouched,
)
from schemas import Calibration, LabelVerdict, ValueKind


@RULES.register("any_success")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnySuccess(ReadsAsked):
    """Call the first prefix without a single success the first error.

    The value is the hard label, 1 or 0: of each prefix that was asked by itself, also where a later
    one succeeds again; of the last step by the outcome. Needs rollouts from prefixes and the
    outcome of each solution; what lies between the prefixes that were asked follows from them.

    Source: Math-Shepherd (Wang et al. 2023, arXiv:2312.08935), hard estimation; OmegaPRM (Luo et
    al. 2024, arXiv:2406.06592), hard labels.
    Differs from the paper: verdicts have FIRST_ERROR semantics, so a step behind the first zero is
    INCORRECT, where Math-Shepherd's is right again if it succeeds (its value says so); the last
    step takes the outcome instead of rollouts; a prefix whose rollouts were all censored is
    UNKNOWN, not wrong.
    Cost: no model calls; its evidence takes k per step (`every_prefix`) or k ceil(log2 M) per
    solution of M steps (`bisect`, `omega_prm`).
    """

    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    resolution: float = 0.125
    """Share of a solution's text, in [0, 1], that steps before the first error may make up if they
    were not asked by themselves, as where a search stops at a short piece."""
    vouch: bool = False
    """Whether a prefix that passes takes back the failures of shorter ones, see `success_rate`;
    their value is 1 then."""
    name: ClassVar[str] = "any_success"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first prefix from which no rollout succeeds",
        value="1 or 0",
        needs=(Need.PREFIXES, Need.OUTCOMES),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `resolution` is not in [0, 1].
        """
        check_fraction("resolution", self.resolution)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        rates = read_rates(case, self.source).hard()
        decisions = []
        for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True):
            marks = mark_prefixes(solution, rates, outcome, by_rate(succeeds))
            marks = vouched(marks) if self.vouch else marks
            hard = tuple(map(_hard, marks.values, marks.verdicts))
            decisions.append(
                decide_by_prefixes(
                    solution,
                    replace(marks, values=hard),
                    value_kind=ValueKind.PROBABILITY_CORRECT,
                    resolution=self.resolution,
                )
            )
        return decisions


def _hard(rate: float | None, verdict: LabelVerdict | None) -> float | None:
    """Return the hard label of a prefix: 1 also where its failure was taken back."""
    if rate is None:
        return None
    return float(succeeds(rate) or verdict is LabelVerdict.NOT_CHECKED)


def succeeds(rate: float) -> bool:
    """Return whether there is any success."""
    return rate > 0
