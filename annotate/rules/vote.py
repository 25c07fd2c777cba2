"""Rule `vote`: each step by the majority of the judges' opinions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts, is_labelled
from annotate.rules.fraction import check_fraction
from annotate.rules.opinions import Opinions, read_opinions
from annotate.rules.prefix_verdicts import Marks, decide_by_prefixes, undecided
from schemas import Calibration, LabelVerdict, Solution, ValueKind


@RULES.register("vote")
@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(ReadsAsked):
    """Call a step wrong where more than `threshold` of the opinions place an error up to it.

    An opinion that names a first wrong step holds those before it right and the rest wrong; one
    that names none holds all right. The value is the share that holds the step right, which never
    rises along a solution. A share of exactly `threshold` decides nothing: the step is UNKNOWN and
    so is the first error. Opinions that could not be read are no votes; where none could be, all is
    UNKNOWN, and where none was asked for, NOT_CHECKED.

    Source: SPARK (arXiv:2512.03244), step-level consistency over N verifications; CAPO
    (arXiv:2508.02298), majority of k critiques; its union is a threshold close to 0, its
    intersection one close to 1.
    Differs from the paper: opinions name the first wrong step instead of a verdict for each (SPARK)
    or a list of all wrong ones (CAPO), and ties are not broken (CAPO calls them wrong).
    Cost: no model calls; its evidence takes n judge calls per solution (`ask_judge`); the papers
    take N = 16 and k = 4.
    """

    threshold: float = 0.5
    """Share of opinions, in (0, 1), above which a step is wrong."""
    source: str | None = None
    """Judge whose opinions count; None counts all of them alike."""
    name: ClassVar[str] = "vote"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error=(
            "the first step that more than half of the opinions place an error at or before"
        ),
        value="share that holds it right",
        needs=(Need.OPINIONS,),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `threshold` is not in (0, 1).
        """
        check_fraction("threshold", self.threshold, above_zero=True, below_one=True)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order."""
        del calibration
        opinions = read_opinions(case, self.source)
        return [
            self._decide(solution, said)
            for solution, said in zip(case.solutions, opinions, strict=True)
        ]

    def _decide(self, solution: Solution, said: Opinions) -> Decision:
        if not said.named:
            return undecided(
                solution, LabelVerdict.UNKNOWN if said.asked else LabelVerdict.NOT_CHECKED
            )
        n = len(said.named)
        against = [
            sum(index is not None and index <= step.step_index for index in said.named)
            for step in solution.steps
        ]
        marks = Marks(
            verdicts=tuple(
                self._verdict(votes / n) if is_labelled(step) else None
                for step, votes in zip(solution.steps, against, strict=True)
            ),
            values=tuple((n - votes) / n for votes in against),
        )
        return decide_by_prefixes(solution, marks, value_kind=ValueKind.VOTE_SHARE)

    def _verdict(self, against: float) -> LabelVerdict:
        if against == self.threshold:
            return LabelVerdict.UNKNOWN
        return LabelVerdict.INCORRECT if against > self.threshold else LabelVerdict.CORRECT
