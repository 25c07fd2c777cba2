"""Rule `stated`: take the verdicts or scores of one imported source at face value. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import ClassVar

from annotate.rules.base import IMPORT, RULES, Case, Decision, Need, RuleFacts, of_solution
from annotate.rules.step_verdicts import decide_in_order, strongest
from schemas import (
    Basis,
    Calibration,
    Evidence,
    FindingVerdict,
    Gathering,
    InvalidArgumentError,
    Solution,
    SourceKind,
    ValueKind,
)


@RULES.register("stated")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Turn imported labels into labels, and imported scores by a threshold.

    A score below `threshold` is a refutation, else it holds the step to be right; where a row gives
    both, its verdict stands. Where a solution occurs several times, scores are averaged and
    contradicting verdicts decide nothing.

    The score is kept as the value of the steps that it decides, a probability. Where a solution has
    scores outside [0, 1], or `unbounded` says so, they are none and there is no value: the score
    itself stays in the evidence.

    Source: ProcessBench (Zheng et al. 2024, arXiv:2412.06559): a reward model's first error is the
    first step that scores below a threshold.
    Cost: no model calls.
    """

    source: str | None = None
    """Name of the imported source; None where the evidence holds one only."""
    threshold: float = 0.5
    """Scores below it refute a step, in [0, 1] unless `unbounded`. Released reward models mostly
    use 0.5."""
    unbounded: bool = False
    """Whether scores are rewards on a scale of their own, no probabilities."""
    name: ClassVar[str] = "stated"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="as the imported source says, or its first score below `threshold`",
        value="the score, if it is a probability",
        needs=(Need.IMPORTED,),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def __post_init__(self) -> None:
        """Check the threshold.

        Raises:
            InvalidArgumentError: If it is no finite number, or outside [0, 1] and not `unbounded`.
        """
        number = isinstance(self.threshold, int | float) and not isinstance(self.threshold, bool)
        finite = number and math.isfinite(self.threshold)
        if not finite or not (self.unbounded or 0 <= self.threshold <= 1):
            raise InvalidArgumentError(
                f"threshold={self.threshold!r} must be a number in [0, 1], or any finite one with "
                "unbounded=True, for scores that are no probabilities."
            )

    def reads(self, gathering: Gathering) -> bool:
        """Return whether the rule uses the evidence of a gathering: imported, of its source."""
        named = self.source is None or self.source in gathering.sources
        return gathering.strategy == IMPORT and named

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order.

        Raises:
            InvalidArgumentError: If `source` is None and the evidence holds several.
        """
        del calibration
        rows = [r for r in case.evidence if r.source_kind is SourceKind.IMPORTED]
        names = {r.source for r in rows}
        if self.source is None and len(names) > 1:
            raise InvalidArgumentError(
                f"the run holds imported evidence of {sorted(names)}: say which one, as in "
                f"--rule \"stated(source='{min(names)}')\"."
            )
        evidence = of_solution(r for r in rows if self.source in {None, r.source})
        return [self._decide(s, evidence.get(s.solution_id, [])) for s in case.solutions]

    def _decide(self, solution: Solution, rows: Sequence[Evidence]) -> Decision:
        decision = decide_in_order(solution, self._verdicts(len(solution.steps), rows))
        scores = _scores(rows)
        if self.unbounded or any(not 0 <= s <= 1 for values in scores.values() for s in values):
            return decision
        steps = tuple(
            replace(label, value=fmean(scores[i]), value_kind=ValueKind.PROBABILITY_CORRECT)
            if label is not None and label.basis is Basis.OBSERVED and i in scores
            else label
            for i, label in enumerate(decision.steps)
        )
        return replace(decision, steps=steps)

    def _verdicts(self, n_steps: int, rows: Sequence[Evidence]) -> list[FindingVerdict]:
        """Return [n_steps] what the source says, scores read by the threshold."""
        said: list[set[FindingVerdict]] = [set() for _ in range(n_steps)]
        for row in rows:
            if row.step_index is not None and row.verdict is not None:
                said[row.step_index].add(row.verdict)
        settled = {_occurrence(row) for row in rows if row.verdict is not None}
        for index, scores in _scores(r for r in rows if _occurrence(r) not in settled).items():
            right = fmean(scores) >= self.threshold
            said[index].add(FindingVerdict.CORRECT if right else FindingVerdict.INCORRECT)
        return [_agreed(verdicts) for verdicts in said]


def _occurrence(row: Evidence) -> tuple[str, int | None, int]:
    """Return what an imported verdict and the score beside it in its row have in common."""
    # The k-th row of a solution is imported as ordinal 2k, its verdict, and 2k + 1, its score.
    return row.gathering_id, row.step_index, row.ordinal // 2


def _scores(rows: Iterable[Evidence]) -> dict[int, list[float]]:
    """Return the scores of each step that has any."""
    found: dict[int, list[float]] = {}
    for row in rows:
        if row.step_index is not None and row.score is not None:
            found.setdefault(row.step_index, []).append(row.score)
    return found


def _agreed(verdicts: set[FindingVerdict]) -> FindingVerdict:
    """Return what all say; occurrences that contradict each other decide nothing."""
    if {FindingVerdict.CORRECT, FindingVerdict.INCORRECT} <= verdicts:
        return FindingVerdict.UNKNOWN
    return strongest(tuple(verdicts))
