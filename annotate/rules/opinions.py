"""Opinions of judges, read from the evidence of a case. Pure.

An opinion names the first wrong step of a solution, or none. One that could not be read, or that
names what is no labelled step, takes no part.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from annotate.rules.base import Case, is_labelled, of_solution
from schemas import Evidence, FindingVerdict, Scope, Solution, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """What judges said of one solution."""

    named: tuple[int | None, ...]
    """[n_usable] 0-based first wrong step, null where an opinion names none; in a fixed order."""
    asked: int
    """Opinions in all, >= `len(named)`."""


def read_opinions(case: Case, source: str | None) -> list[Opinions]:
    """Return [n_solutions] the opinions on each solution of a case.

    Args:
        case: A problem with its evidence.
        source: Name of the judge that counts; None takes all of them.
    """
    rows = of_solution(
        row
        for row in case.evidence
        if row.source_kind is SourceKind.JUDGE and source in {None, row.source}
    )
    return [_of(solution, rows.get(solution.solution_id, ())) for solution in case.solutions]


def _of(solution: Solution, rows: Iterable[Evidence]) -> Opinions:
    # By judge and number: two gatherings that asked for the same opinion hold it once each.
    opinions = {(row.source, row.ordinal): row for row in rows}
    usable = [row for _, row in sorted(opinions.items()) if _is_usable(row, solution)]
    return Opinions(named=tuple(row.step_index for row in usable), asked=len(opinions))


def _is_usable(row: Evidence, solution: Solution) -> bool:
    index = row.step_index
    if index is None:
        return row.scope is Scope.SOLUTION and row.verdict is FindingVerdict.CORRECT
    names = row.scope is Scope.STEP and row.verdict is FindingVerdict.INCORRECT
    return names and index < len(solution.steps) and is_labelled(solution.steps[index])
