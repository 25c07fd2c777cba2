"""Rule `monotone_repair`: a prefix that passes sets all before it right. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts
from annotate.rules.fraction import check_fraction, is_at_least
from annotate.rules.prefix_rates import PrefixRates, read_rates, read_shares
from annotate.rules.prefix_verdicts import (
    Marks,
    by_rate,
    decide_by_prefixes,
    mark_prefixes,
    outcomes_of,
    undecided,
    vouched,
)
from schemas import Calibration, LabelVerdict, ValueKind


@RULES.register("monotone_repair")
@dataclass(frozen=True, slots=True, kw_only=True)
class MonotoneRepair(ReadsAsked):
    """Call the first failing prefix behind the last one that passes the first error.

    A prefix passes where any completion from there succeeds or, with a `fraction`, where its rate
    is no less than that share of the bare problem's. A failure before a pass was bad luck: it is
    right, with the value 1, by inference. A right answer is a pass of the whole, and repairs all.
    The value is the repaired hard label, 1 or 0. What it costs: a recovery after an error vouches
    for the error too. Labels without the repair are those of `any_success` and `half_root`.

    With a `fraction` and no rate of the bare problem all is NOT_CHECKED; where that is 0 or
    censored, UNKNOWN.

    Source: GLoRe (Havrilla et al. 2024, arXiv:2402.10963), step-level labels from rejection
    sampling, K = 8: if step i is positive, so are all before it.
    Differs from the paper: rollouts need not use what the prefix found; right and wrong prefixes
    are not balanced; the last step takes the outcome; the relative threshold is EpicPRM's.
    Cost: no model calls; its evidence takes k per step (`every_prefix`).
    """

    fraction: float = 0.0
    """Share of the bare problem's rate below which a prefix fails, in [0, 1); 0: any success."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "monotone_repair"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first prefix that fails behind the last from which a rollout succeeds",
        value="1 or 0, 1 before a prefix that passes",
        needs=(Need.PREFIXES, Need.OUTCOMES),
        also="rollouts of the bare problem where a `fraction` of its rate is asked for",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `fraction` is not in [0, 1).
        """
        check_fraction("fraction", self.fraction, below_one=True)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Kinds of evidence that it cannot do without, with these arguments."""
        return (*self.facts.needs, Need.ROOT_RATE) if self.fraction else self.facts.needs

    @property
    def needs_rates(self) -> bool:
        """Whether counts that were drawn until the first success say nothing to it."""
        return self.fraction > 0

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        rates = self._read(case)
        least = self._least(rates)
        if isinstance(least, LabelVerdict):
            return [undecided(solution, least) for solution in case.solutions]
        judge = by_rate(lambda rate: rate > 0 and is_at_least(rate, least))
        return [
            decide_by_prefixes(
                solution,
                _hard(vouched(mark_prefixes(solution, rates, outcome, judge))),
                value_kind=ValueKind.PROBABILITY_CORRECT,
            )
            for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True)
        ]

    def _read(self, case: Case) -> PrefixRates:
        if self.needs_rates:
            return read_shares(case, self.source)
        return read_rates(case, self.source).hard()

    def _least(self, rates: PrefixRates) -> float | LabelVerdict:
        """Return the least rate that passes, or what is said where it cannot be told."""
        if not self.fraction:
            return 0.0
        if rates.root is None:
            return LabelVerdict.NOT_CHECKED
        return self.fraction * rates.root.value if rates.root.value else LabelVerdict.UNKNOWN


def _hard(marks: Marks) -> Marks:
    """Return the marks with 1 for what passes or was taken back, 0 for what fails."""
    told = zip(marks.values, marks.verdicts, strict=True)
    return replace(
        marks,
        values=tuple(
            None if value is None else float(verdict is not LabelVerdict.INCORRECT)
            for value, verdict in told
        ),
    )
