"""Rule `grounded`: findings along a path and the outcomes behind it, fused step by step. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.base import (
    RULES,
    Case,
    Decision,
    Need,
    ReadsAsked,
    RuleFacts,
    labelled_steps,
    of_solution,
)
from annotate.rules.formal import step_verdicts
from annotate.rules.fraction import check_fraction
from annotate.rules.prefix_rates import PrefixRates, read_shares
from annotate.rules.prefix_verdicts import outcomes_of, undecided, visibility_of
from annotate.rules.step_verdicts import decide_in_order
from schemas import (
    Basis,
    Calibration,
    FindingVerdict,
    FirstErrorVerdict,
    LabelVerdict,
    Solution,
    ValueKind,
    Visibility,
)

_VOTE = {
    FindingVerdict.CORRECT: 1,
    FindingVerdict.NO_OBJECTION: 1,
    FindingVerdict.INCORRECT: -1,
}
"""v: what a finding says of its step, as the paper's tool does; the rest says nothing, 0."""

_ENDED = {LabelVerdict.CORRECT: 1.0, LabelVerdict.INCORRECT: -1.0}
"""F: what the final answer of a path is worth; one that is not known says nothing, 0."""


@dataclass(slots=True, frozen=False)
class _Node:
    """What the simulations through a prefix add up to. Mutable: they are added one by one."""

    score: float = 0.0
    """Sum of discounted rewards."""
    visits: int = 0
    """Simulations."""


@RULES.register("grounded")
@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded(ReadsAsked):
    """Score each step by the verified paths through it; the sign decides.

    A path of N intermediate steps with verdicts v = +1 or -1 (0 where no check speaks) that ends in
    F = +1 or -1 has the reward sum_i v_i (N - i) / N^2 + F / N (F alone where N = 0): earlier steps
    weigh more. It is added to the path's last step and, times `discount` for each step back, to
    those before; steps that several solutions share add up. The value is the mean over the paths
    through a step, in [-2, 2]. Above 0 it is right, else wrong. A step whose own verdict (of the
    last one, F) contradicts the sign is dropped: UNKNOWN; so is a right one behind it, and the
    first error if it comes behind it. All behind the first wrong step is wrong.

    Paths are the solutions, and the rollouts from prefixes that were asked: those are verified up
    to the prefix, and end there. A problem without findings, outcomes and rollouts is NOT_CHECKED.

    Source: GroundedPRM (arXiv:2510.14942), hybrid reward and filters as in its code (the printed
    formula differs and was not read): discount 0.9.
    Differs from the paper: verifiers that ship instead of Wolfram Alpha with a judge, of which no
    objection counts as +1; the last step is the answer, and no intermediate one; the tree is any
    strategy's instead of random children; all behind the first wrong step is wrong, where the paper
    cuts at the next right one; no rationales. A rollout that a search made a solution counts as
    both.
    Cost: no model calls; its evidence takes those of `omega_prm`.
    """

    discount: float = 0.9
    """Share of a reward that reaches the step before, in (0, 1]."""
    source: str | None = None
    """Policy whose rollouts count; None where prefixes were asked of one only."""
    name: ClassVar[str] = "grounded"
    """Registered name."""
    needs_rates: ClassVar[bool] = True
    """Counts that were drawn until the first success say nothing to it."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error=(
            "the first step whose verified paths have a mean reward of 0 or less, where no finding"
            " contradicts it"
        ),
        value="that mean, of findings along the path and F = +1 or -1 at its end",
        needs=(Need.FINDINGS, Need.OUTCOMES),
        also="rollouts from prefixes are further paths",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `discount` is not in (0, 1].
        """
        check_fraction("discount", self.discount, above_zero=True)

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and prefixes were asked of several.
        """
        del calibration
        evidence = of_solution(case.evidence)
        found = [
            step_verdicts(len(one.steps), evidence.get(one.solution_id, []))
            for one in case.solutions
        ]
        nodes = self._tree(case, found)
        return [
            replace(
                _decide(solution, _votes(solution, verdicts, outcome), nodes),
                visibility=_visibility(solution, verdicts, outcome),
            )
            for solution, verdicts, outcome in zip(
                case.solutions, found, outcomes_of(case), strict=True
            )
        ]

    def _tree(self, case: Case, found: Sequence[Sequence[FindingVerdict]]) -> Mapping[str, _Node]:
        """Return what is known of each prefix, by its text."""
        nodes: defaultdict[str, _Node] = defaultdict(_Node)
        rates = read_shares(case, self.source)
        rolled: set[str] = set()
        told = zip(case.solutions, found, outcomes_of(case), strict=True)
        # By id: sums of floats must not depend on the order of the solutions.
        for solution, verdicts, outcome in sorted(told, key=lambda one: one[0].solution_id):
            steps = labelled_steps(solution)
            texts = [solution.prefix(step + 1) for step in steps]
            votes = [_VOTE.get(verdicts[step], 0) for step in steps]
            if outcome in _ENDED or any(votes):
                self._add(nodes, texts, reward(votes[:-1], _ENDED.get(outcome, 0.0)), 1)
            for length, mean, trials in _asked(solution, steps, rates):
                if texts[length - 1] not in rolled:
                    rolled.add(texts[length - 1])
                    self._add(nodes, texts[:length], reward(votes[:length], mean), trials)
        return nodes

    def _add(
        self, nodes: defaultdict[str, _Node], texts: Sequence[str], value: float, visits: int
    ) -> None:
        """Add the reward of so many equal simulations to each step of their path."""
        for distance, text in enumerate(reversed(texts)):
            nodes[text].score += visits * self.discount**distance * value
            nodes[text].visits += visits


def reward(votes: Sequence[int], end: float) -> float:
    """Return the hybrid reward of a path.

    Args:
        votes: [N] What checks say of its intermediate steps: +1, -1, or 0 for nothing.
        end: F, in [-1, 1].
    """
    n = len(votes)
    if not n:
        return end
    return sum(vote * (n - i) for i, vote in enumerate(votes)) / n**2 + end / n


def _asked(
    solution: Solution, steps: Sequence[int], rates: PrefixRates
) -> list[tuple[int, float, int]]:
    """Return (labelled steps, mean F, rollouts) of each prefix that was rolled out."""
    asked = rates.of(solution)
    told = ((length, asked[step]) for length, step in enumerate(steps, 1))
    return [
        (length, 2 * rate.value - 1, rate.trials)
        for length, rate in told
        if rate is not None and rate.value is not None
    ]


def _votes(
    solution: Solution, verdicts: Sequence[FindingVerdict], outcome: LabelVerdict
) -> list[float]:
    """Return [n_steps] what each step's own verdict says; the last one's is F, if not refuted."""
    votes: list[float] = [_VOTE.get(verdict, 0) for verdict in verdicts]
    last = labelled_steps(solution)[-1:]
    for step in last:
        if outcome in _ENDED and votes[step] >= 0:
            votes[step] = _ENDED[outcome]
    return votes


def _visibility(
    solution: Solution, verdicts: Sequence[FindingVerdict], outcome: LabelVerdict
) -> Visibility:
    """Return which errors could be seen: those that the end shows, or all if each was checked."""
    whole = all(verdicts[step] in _VOTE for step in labelled_steps(solution))
    return visibility_of(ends_right=outcome is LabelVerdict.CORRECT and not whole)


def _decide(solution: Solution, votes: Sequence[float], nodes: Mapping[str, _Node]) -> Decision:
    steps = labelled_steps(solution)
    scores: dict[int, float] = {}
    for step in steps:
        node = nodes.get(solution.prefix(step + 1))
        if node is not None:
            scores[step] = node.score / node.visits
    if not scores:
        return undecided(solution, LabelVerdict.NOT_CHECKED)
    fused = [_fused(scores.get(i), vote) for i, vote in enumerate(votes)]
    decision = decide_in_order(solution, fused)
    labels = tuple(
        replace(label, value=scores[i], value_kind=ValueKind.SCORE, basis=Basis.OBSERVED)
        if label is not None and i in scores
        else label
        for i, label in enumerate(decision.steps)
    )
    before = [label.verdict for label in labels[: decision.step_index] if label is not None]
    if decision.step_index is None or set(before) <= {LabelVerdict.CORRECT}:
        return replace(decision, steps=labels)
    return replace(decision, steps=labels, first_error=FirstErrorVerdict.UNDECIDED, step_index=None)


def _fused(score: float | None, vote: float) -> FindingVerdict:
    """Return what stands of a step: the sign of its score, unless its own finding contradicts."""
    if score is None:
        return FindingVerdict.NOT_APPLICABLE
    right = score > 0
    if vote and (vote > 0) != right:
        return FindingVerdict.UNKNOWN
    return FindingVerdict.CORRECT if right else FindingVerdict.INCORRECT
