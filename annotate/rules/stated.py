"""Rule `stated`: take the verdicts or scores of one imported source at face value. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import ClassVar

from annotate.rules.base import IMPORT, RULES, Case, Decision, of_solution
from annotate.rules.step_verdicts import decide_in_order, strongest
from schemas import (
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

    A score below `threshold` is a refutation, else it holds the step to be right; the score is kept
    as the value. Where a solution occurs several times, scores are averaged and contradicting
    verdicts decide nothing.

    Source: ProcessBench (Zheng et al. 2024, arXiv:2412.06559): a reward model's first error is the
    first step that scores below a threshold.
    Cost: no model calls.
    """

    source: str | None = None
    """Name of the imported source; None where the evidence holds one only."""
    threshold: float = 0.5
    """Scores below it refute a step, in [0, 1]. Released reward models mostly use 0.5."""
    name: ClassVar[str] = "stated"
    """Registered name."""

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
        said: list[set[FindingVerdict]] = [set() for _ in solution.steps]
        scores: dict[int, list[float]] = {}
        for row in rows:
            if row.step_index is None:
                continue
            if row.verdict is not None:
                said[row.step_index].add(row.verdict)
            if row.score is not None:
                scores.setdefault(row.step_index, []).append(row.score)
        means = {index: fmean(values) for index, values in scores.items()}
        for index, mean in means.items():
            right = mean >= self.threshold
            said[index].add(FindingVerdict.CORRECT if right else FindingVerdict.INCORRECT)
        decision = decide_in_order(solution, [_agreed(verdicts) for verdicts in said])
        steps = tuple(
            replace(label, value=means[i], value_kind=ValueKind.PROBABILITY_CORRECT)
            if label is not None and i in means
            else label
            for i, label in enumerate(decision.steps)
        )
        return replace(decision, steps=steps)


def _agreed(verdicts: set[FindingVerdict]) -> FindingVerdict:
    """Return what all say; occurrences that contradict each other decide nothing."""
    if {FindingVerdict.CORRECT, FindingVerdict.INCORRECT} <= verdicts:
        return FindingVerdict.UNKNOWN
    return strongest(tuple(verdicts))
