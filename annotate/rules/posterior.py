"""Rule `posterior`: P(first error) of each solution, from all rollouts at once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from annotate.rules.base import (
    RULES,
    Case,
    Decision,
    Need,
    ReadsAsked,
    RuleFacts,
    StepDecision,
    labelled_steps,
)
from annotate.rules.belief import Belief, believe
from annotate.rules.fraction import check_fraction
from annotate.rules.learned import learned_from
from annotate.rules.prefix_verdicts import undecided, visibility_of
from annotate.search.rate_model import Floats
from schemas import (
    Basis,
    Calibration,
    FirstErrorVerdict,
    LabelVerdict,
    Solution,
    ValueKind,
)


@RULES.register("posterior")
@dataclass(frozen=True, slots=True, kw_only=True)
class PosteriorRule(ReadsAsked):
    """Decide by the probability of each first error, given rates that were fitted to the run.

    The value of a step is P(no error up to and including it). The first error is the likeliest
    place, or none, where its probability is at least `confidence`; else it is undecided, and a step
    is CORRECT or INCORRECT only where the probability of that is at least (1 + confidence) / 2.

    A wrong solution of which no prefix was asked is NOT_CHECKED if nothing is known of its problem
    either, and UNKNOWN if the completer never solves that: rollouts could not tell. A right
    solution is right throughout unless rollouts say otherwise: what its completer always mends they
    cannot show, so its errors are VISIBLE_ERRORS_ONLY unless a judge read it, or a verifier could
    check all of its steps.

    Findings of verifiers and opinions of judges count as far as the audited solutions bear them
    out, or as is believed of their kind where none were.

    Source: ours; see `annotate.search.posterior`. Needs rollouts of one policy from prefixes, the
    outcome of each solution, and the bare problem's rate; `most_informative` or any other strategy
    gathers them.
    Cost: no model calls.
    """

    confidence: float = 0.5
    """Least probability of a decision, in [0, 1]."""
    source: str | None = None
    """Policy whose rollouts count; None counts those of all, each by its own rates."""
    name: ClassVar[str] = "posterior"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the likeliest one, where its probability is at least `confidence` (0.5)",
        value="P(no error so far)",
        needs=(Need.ROOT_RATE, Need.PREFIXES, Need.OUTCOMES),
        also="takes findings and opinions in, as far as they are borne out",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""
    calibrated: ClassVar[bool] = True
    """It reads what was learned of the run."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `confidence` is not in [0, 1].
        """
        check_fraction("confidence", self.confidence)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order."""
        believed = believe(case, learned_from(calibration), self.source)
        return [
            undecided(solution, LabelVerdict.NOT_CHECKED)
            if one is None
            else self._decide(solution, one)
            for solution, one in zip(case.solutions, believed, strict=True)
        ]

    def _decide(self, solution: Solution, known: Belief) -> Decision:
        one = known.observed
        if one.ends_wrong and one.n_steps > 1 and not (known.asked.any() or one.claims):
            if not sum(known.root):
                return undecided(solution, LabelVerdict.NOT_CHECKED)
            if not known.root[0]:
                return undecided(solution, LabelVerdict.UNKNOWN)
        return self._decision(solution, known)

    def _decision(self, solution: Solution, known: Belief) -> Decision:
        """Return the decision that a posterior calls for."""
        steps, asked = labelled_steps(solution), known.asked
        first = known.posterior.first_error()
        place = int(np.argmax(first))
        sure = float(first[place])
        found = None if sure < self.confidence else place
        # P(no error up to and including a step), summed from the end: none comes last.
        sound = np.cumsum(first[::-1])[::-1][1:]
        labels: list[StepDecision | None] = [None] * len(solution.steps)
        for number, step in enumerate(steps):
            correct = min(1.0, float(sound[number]))
            labels[step] = StepDecision(
                verdict=self._verdict(number, correct, found),
                value=correct,
                value_kind=ValueKind.PROBABILITY_CORRECT,
                p_correct=correct,
                basis=Basis.OBSERVED if number < len(asked) and asked[number] else Basis.INFERRED,
            )
        return Decision(
            solution_id=solution.solution_id,
            steps=tuple(labels),
            first_error=_verdict_of(found, len(steps)),
            step_index=steps[found] if found is not None and found < len(steps) else None,
            confidence=sure,
            posterior=_by_step(solution, first),
            uncorrected=_by_step(solution, known.posterior.first_uncorrected()),
            visibility=visibility_of(
                ends_right=not known.observed.ends_wrong
                and not any(claim.whole for claim in known.observed.claims)
            ),
        )

    def _verdict(self, number: int, correct: float, found: int | None) -> LabelVerdict:
        if found is not None:
            return LabelVerdict.CORRECT if number < found else LabelVerdict.INCORRECT
        # Were no step between right and wrong ones open, one place would have the confidence.
        sure = (1 + self.confidence) / 2
        if correct >= sure:
            return LabelVerdict.CORRECT
        return LabelVerdict.INCORRECT if 1 - correct >= sure else LabelVerdict.UNKNOWN


def _by_step(solution: Solution, shares: Floats) -> tuple[float, ...]:
    """Return [n_steps + 1] the shares of [n_labelled + 1], 0 where no label is taken."""
    spread = np.zeros(len(solution.steps) + 1)
    spread[[*labelled_steps(solution), len(solution.steps)]] = shares
    return tuple(map(float, spread))


def _verdict_of(found: int | None, n_labelled: int) -> FirstErrorVerdict:
    if found is None:
        return FirstErrorVerdict.UNDECIDED
    return FirstErrorVerdict.FOUND if found < n_labelled else FirstErrorVerdict.NONE_FOUND
