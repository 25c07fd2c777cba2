"""Rule `step_vote`: each step alone, by the critiques that list it among the wrong ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.base import (
    RULES,
    Case,
    Decision,
    Need,
    ReadsAsked,
    RuleFacts,
    StepDecision,
    first_error_of,
    is_labelled,
)
from annotate.rules.opinions import Opinions, read_opinions
from annotate.rules.prefix_verdicts import undecided
from schemas import (
    Calibration,
    InvalidArgumentError,
    LabelVerdict,
    Semantics,
    Solution,
    ValueKind,
)

_SHARE = {"intersection": 1.0, "majority": 0.5, "union": 0.0}
"""Least share of critiques that call a wrong step wrong, one of them at least."""


@RULES.register("step_vote")
@dataclass(frozen=True, slots=True, kw_only=True)
class StepVote(ReadsAsked):
    """Call a step wrong where enough critiques list it: all, half or more, or any.

    Each critique lists all wrong steps of a solution, and a step behind an error may be right:
    labels have LOCAL semantics. The value is the share of critiques that do not list the step. An
    opinion that was asked for the first wrong step alone says nothing of those behind it, and has
    no vote here; nor has one that could not be read. Where none could be read all is UNKNOWN, where
    none was asked for, NOT_CHECKED.

    Source: CAPO (arXiv:2508.02298), voting over k = 4 one-pass critiques; it finds `intersection`
    best for policies of up to 1.5 B parameters and `union` for 7 B.
    Differs from the paper: labels instead of token rewards (its weights 2 for the outcome and 1 for
    a wrong step belong to the trainer).
    Cost: no model calls; its evidence takes k judge calls per solution (`ask_judge` with the prompt
    `all_errors_boxed`).
    """

    agreement: str = "majority"
    """How many critiques must list a wrong step: `intersection` (all), `majority` (half or more) or
    `union` (any)."""
    source: str | None = None
    """Judge whose critiques count; None counts all of them alike."""
    name: ClassVar[str] = "step_vote"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error=(
            "the first step that enough critiques list (`agreement`: all, half, or any); each step"
            " is judged alone (LOCAL)"
        ),
        value="share of critiques that do not list it",
        needs=(Need.LISTS,),
        also="the judge prompt `all_errors_boxed` asks for them",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `agreement` is no such word.
        """
        if self.agreement not in _SHARE:
            raise InvalidArgumentError(
                f"agreement={self.agreement!r} must be one of {', '.join(_SHARE)}."
            )

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order."""
        del calibration
        opinions = read_opinions(case, self.source)
        return [
            replace(self._decide(solution, said), semantics=Semantics.LOCAL)
            for solution, said in zip(case.solutions, opinions, strict=True)
        ]

    def _decide(self, solution: Solution, said: Opinions) -> Decision:
        k = len(said.lists)
        if not k:
            unread = said.asked > 0 and not said.named
            return undecided(solution, LabelVerdict.UNKNOWN if unread else LabelVerdict.NOT_CHECKED)
        votes = [sum(step.step_index in one for one in said.lists) for step in solution.steps]
        labels = tuple(
            StepDecision(
                verdict=self._verdict(against, k),
                value=(k - against) / k,
                value_kind=ValueKind.VOTE_SHARE,
            )
            if is_labelled(step)
            else None
            for step, against in zip(solution.steps, votes, strict=True)
        )
        found, index = first_error_of([label.verdict if label else None for label in labels])
        return Decision(
            solution_id=solution.solution_id, steps=labels, first_error=found, step_index=index
        )

    def _verdict(self, votes: int, k: int) -> LabelVerdict:
        wrong = votes > 0 and votes / k >= _SHARE[self.agreement]
        return LabelVerdict.INCORRECT if wrong else LabelVerdict.CORRECT
