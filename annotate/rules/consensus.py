"""Rule `consensus`: rollouts and judge must name the same first error. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.any_success import AnySuccess
from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts
from annotate.rules.opinions import Opinions, read_opinions
from annotate.rules.prefix_verdicts import undecided
from schemas import Calibration, FirstErrorVerdict, LabelVerdict, Solution, Visibility


@RULES.register("consensus")
@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus(ReadsAsked):
    """Keep the hard labels of rollouts where the judge agrees on the first error, else none.

    Both may find none. A difference by one step is a disagreement, and the whole solution is
    UNKNOWN: nothing of it is kept in part. The same holds where the rollouts leave the first error
    open, or the judge's answer could not be read; where one of the two was not asked, all is
    NOT_CHECKED. Of several opinions the first error that more than half of them name counts.

    Needs rollouts from prefixes, the outcome of each solution and an opinion on it.

    Source: Qwen, lessons of developing PRMs (Zhang et al. 2025, arXiv:2501.07301), consensus
    filtering; it keeps about 40 % of the solutions.
    Differs from the paper: the last step takes the outcome instead of rollouts.
    Cost: no model calls; its evidence takes k M rollouts (`every_prefix`) and one judge call
    (`ask_judge`) per solution of M steps.
    """

    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    judge: str | None = None
    """Judge whose opinions count; None counts all of them alike."""
    name: ClassVar[str] = "consensus"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error=(
            "as `any_success`, where the judge names the same step; else the solution is dropped"
        ),
        value="1 or 0",
        needs=(Need.PREFIXES, Need.OUTCOMES, Need.OPINIONS),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        hard = AnySuccess(source=self.source, resolution=0.0).decide(case, calibration)
        opinions = read_opinions(case, self.judge)
        return [
            _agreed(solution, decision, said)
            for solution, decision, said in zip(case.solutions, hard, opinions, strict=True)
        ]


def _agreed(solution: Solution, decision: Decision, said: Opinions) -> Decision:
    verdicts = {step.verdict for step in decision.steps if step is not None}
    if not said.asked or verdicts <= {LabelVerdict.NOT_CHECKED}:
        return undecided(solution, LabelVerdict.NOT_CHECKED)
    decided = decision.first_error is not FirstErrorVerdict.UNDECIDED
    # Counted by name: null, "none is wrong", is a name as well.
    share = Counter(said.named)[decision.step_index] / len(said.named) if said.named else 0.0
    if decided and share > 1 / 2:
        return replace(decision, visibility=Visibility.ALL_ERRORS)
    return undecided(solution, LabelVerdict.UNKNOWN)
