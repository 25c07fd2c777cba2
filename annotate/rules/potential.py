"""Rule `potential`: the change of a policy's potential that a step makes. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Need, RuleFacts, labelled_steps
from annotate.rules.by_change import ByChange
from annotate.rules.fraction import is_at_least
from annotate.rules.prefix_verdicts import outcomes_of
from schemas import (
    Evidence,
    InvalidArgumentError,
    LabelVerdict,
    ScoreKind,
    Solution,
    SourceKind,
    prefix_id,
)

_ENDS = {LabelVerdict.CORRECT: 1.0, LabelVerdict.INCORRECT: -1.0}
"""Potential of the whole text: nobody is surer than one who has answered."""


@RULES.register("potential")
@dataclass(frozen=True, slots=True, kw_only=True)
class Potential(ByChange):
    """Value each step by the potential after it less that before it, in [-2, 2].

    The potential of a prefix says how sure of the right answer the completer is if it must give it
    there: 1 for sure, -1 where it is sure of a wrong one (strategy `forced_answer`). The first step
    that changes it by less than `least` is the first error. It takes the potential of the bare
    problem and of every prefix: where one was not asked the solution is NOT_CHECKED, and where one
    could not be told, UNKNOWN.

    Source: SPAE (arXiv:2601.03823), potential differences as step rewards.
    Differs from the paper: the last step takes the outcome; no saturation penalty; verdicts, with
    their threshold, are ours.
    Cost: no model calls; its evidence takes a few short continuations per step.
    """

    least: float = -0.5
    """Least change that a right step makes, in [-2, 0]."""
    name: ClassVar[str] = "potential"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step that changes the potential by less than `least` (-0.5)",
        value="the potential after the step less that before it",
        needs=(Need.POTENTIALS, Need.OUTCOMES),
    )
    """Its row in the documentation."""
    needs_rates: ClassVar[bool] = False
    """It reads no rollouts."""

    def __post_init__(self) -> None:
        """Check the argument.

        Raises:
            InvalidArgumentError: If `least` is not in [-2, 0].
        """
        if not -2 <= self.least <= 0:  # noqa: PLR2004  # the range of a difference
            raise InvalidArgumentError(f"least={self.least!r} must be a number in [-2, 0].")

    def judge(self, before: float, after: float) -> tuple[float, bool]:
        """Return the value of a step, and whether it is right."""
        return after - before, is_at_least(after - before, self.least)

    def read(self, case: Case) -> list[list[float] | LabelVerdict]:
        """Return [n_solutions] of each [n_labelled + 1] potentials, or why there are none.

        Raises:
            InvalidArgumentError: If `source` is None and potentials are those of several.
        """
        told = read_potentials(case, self.source)
        return [
            _values(solution, told, outcome)
            for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True)
        ]


def read_potentials(case: Case, source: str | None) -> dict[str, float | None]:
    """Return the potentials of a case by prefix id, null where one could not be told.

    Where several gatherings tell one, it is that of the first by id.

    Raises:
        InvalidArgumentError: If `source` is None and potentials are those of several.
    """
    rows = [
        row
        for row in case.evidence
        if row.source_kind is SourceKind.SCORES and row.prefix_id is not None
    ]
    names = {row.source for row in rows}
    if source is None and len(names) > 1:
        raise InvalidArgumentError(
            f"problem {case.problem.problem_id!r} holds potentials by {sorted(names)}: say whose "
            f'count, as in --rule "potential(source={min(names)!r})".'
        )
    told: dict[str, float | None] = {}
    for row in sorted(rows, key=_order):
        if source in {None, row.source} and row.prefix_id is not None:
            score = row.score if row.reason == ScoreKind.POTENTIAL.name else None
            known = told.get(row.prefix_id)
            told[row.prefix_id] = score if known is None else known
    return told


def _order(row: Evidence) -> tuple[str, int, str, int]:
    """Return by what rows of one prefix and one source are told apart: no two are equal in it."""
    step = -1 if row.step_index is None else row.step_index
    return row.gathering_id, row.ordinal, row.solution_id or "", step


def compared_prefixes(solution: Solution) -> list[str]:
    """Return [n_labelled] the ids of the prefixes before each step that takes a label."""
    texts = ["", *(solution.prefix(step + 1) for step in labelled_steps(solution)[:-1])]
    return [prefix_id(solution.problem_id, text) for text in texts]


def _values(
    solution: Solution, told: dict[str, float | None], outcome: LabelVerdict
) -> list[float] | LabelVerdict:
    if outcome not in _ENDS:
        return outcome
    keys = compared_prefixes(solution)
    if not all(key in told for key in keys):
        return LabelVerdict.NOT_CHECKED
    known = [value for key in keys if (value := told[key]) is not None]
    return [*known, _ENDS[outcome]] if len(known) == len(keys) else LabelVerdict.UNKNOWN
