"""Rule `scan`: soft labels near the predicted error, relative to the model's confidence. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.any_success import succeeds
from annotate.rules.base import (
    RULES,
    Case,
    Decision,
    Need,
    ReadsAsked,
    RuleFacts,
    StepDecision,
    asked_steps,
    is_labelled,
)
from annotate.rules.fraction import check_fraction
from annotate.rules.prefix_rates import PrefixRates, read_shares
from annotate.rules.prefix_verdicts import (
    by_rate,
    decide_by_prefixes,
    mark_prefixes,
    outcomes_of,
    undecided,
    visibility_of,
)
from schemas import (
    Basis,
    Calibration,
    FirstErrorVerdict,
    InvalidArgumentError,
    LabelVerdict,
    Solution,
    ValueKind,
)


@RULES.register("scan")
@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(ReadsAsked):
    """Label by the first prefix without a success, tolerating that it may be off by a few steps.

    With SC the policy's success rate on the bare problem and c that on a prefix: where SC is below
    `min_confidence` the problem decides nothing. A solution with a right answer is right throughout
    (value 1, by inference). One with a wrong answer has its first error t where c is first 0, with
    the value 0; `tolerance` steps before it have min(1, c / SC), those further back 1. What lies
    behind t has no value, and exports leave it out. A wrong solution without such a t is dropped:
    UNKNOWN throughout; one of a single step is wrong there.

    Needs rollouts of one policy from the bare problem and from the prefixes of wrong solutions up
    to t, and the outcome of each solution; without the root's all is NOT_CHECKED.

    Source: SCAN (arXiv:2509.16548), self-confidence filter and noise-tolerant labels; constants of
    the paper: epsilon = 0.75, d = 2.
    Differs from the paper: no balancing of right and wrong solutions at random, which is the
    trainer's; where the evidence skips prefixes before t, those have no value; a prefix whose
    rollouts were all censored just before t drops the solution.
    Cost: no model calls; its evidence takes the screen's rollouts per problem and k (t + 1) per
    wrong solution (`first_failure`), 0 per right one.
    """

    tolerance: int = 2
    """Steps before the first error that take soft labels (d in the paper), >= 0."""
    min_confidence: float = 0.75
    """Least success rate on the bare problem (epsilon in the paper), in (0, 1]."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "scan"
    """Registered name."""
    needs_rates: ClassVar[bool] = True
    """Counts that were drawn until the first success say nothing to it."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error=(
            "the first prefix from which no rollout succeeds; a solution without one is dropped"
        ),
        value="min(1, rate / problem's rate) for the `tolerance` (2) steps before it, else 1 or 0",
        needs=(Need.ROOT_RATE, Need.PREFIXES, Need.OUTCOMES),
        also="the problem's rate at least `min_confidence` (0.75)",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `tolerance` is negative or `min_confidence` not in (0, 1].
        """
        if isinstance(self.tolerance, bool) or self.tolerance < 0:
            raise InvalidArgumentError(
                f"tolerance={self.tolerance!r} must be a number of steps, 0 or more."
            )
        check_fraction("min_confidence", self.min_confidence, above_zero=True)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        rates = read_shares(case, self.source)
        if rates.root is None:
            return [undecided(solution, LabelVerdict.NOT_CHECKED) for solution in case.solutions]
        confidence = rates.root.value
        if confidence is None or confidence < self.min_confidence:
            return [undecided(solution, LabelVerdict.UNKNOWN) for solution in case.solutions]
        return [
            self._decide(solution, outcome, rates, confidence)
            for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True)
        ]

    def _decide(
        self, solution: Solution, outcome: LabelVerdict, rates: PrefixRates, confidence: float
    ) -> Decision:
        if outcome is LabelVerdict.CORRECT:
            return _right(solution)
        if outcome is not LabelVerdict.INCORRECT:
            return undecided(solution, outcome)
        marks = mark_prefixes(solution, rates, outcome, by_rate(succeeds))
        decision = decide_by_prefixes(solution, marks)
        labelled = [i for i, step in enumerate(decision.steps) if step is not None]
        at = decision.step_index
        # The end is wrong by its outcome alone.
        if at is None or (asked_steps(solution) and at == labelled[-1]):
            silent = all(marks.verdicts[i] is LabelVerdict.NOT_CHECKED for i in labelled)
            return undecided(solution, LabelVerdict.NOT_CHECKED if silent else LabelVerdict.UNKNOWN)
        place = labelled.index(at)
        soft = labelled[max(0, place - self.tolerance) : place]
        return replace(
            decision,
            steps=tuple(
                step and _denoised(step, confidence, behind=i > at, soft=i in soft)
                for i, step in enumerate(decision.steps)
            ),
        )


def _right(solution: Solution) -> Decision:
    label = StepDecision(
        verdict=LabelVerdict.CORRECT,
        value=1.0,
        value_kind=ValueKind.PROBABILITY_CORRECT,
        basis=Basis.INFERRED,
    )
    steps = tuple(label if is_labelled(step) else None for step in solution.steps)
    return Decision(
        solution_id=solution.solution_id,
        steps=steps,
        first_error=FirstErrorVerdict.NONE_FOUND if any(steps) else FirstErrorVerdict.UNDECIDED,
        visibility=visibility_of(ends_right=True),
    )


def _denoised(step: StepDecision, confidence: float, *, behind: bool, soft: bool) -> StepDecision:
    """Return a label with the paper's value in place of the success rate."""
    if step.value is None or behind:
        return replace(step, value=None, value_kind=None)
    value = min(1.0, step.value / confidence) if soft else float(succeeds(step.value))
    return replace(step, value=value, value_kind=ValueKind.PROBABILITY_CORRECT)
