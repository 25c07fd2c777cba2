"""Opinions of judges, read from the evidence of a case. Pure.

An opinion names the first wrong step of a solution, or none. One that was asked for all wrong steps
lists them in its reason. One that could not be read, or that names what is no labelled step, takes
no part.
"""

from collections.abc import Iterable, Sequence
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
    lists: tuple[tuple[int, ...], ...] = ()
    """[n_lists] 0-based wrong steps, rising, of each that was asked for all of them."""


_LISTED = "LISTED"


def say_listed(steps: Sequence[int]) -> str:
    """Return the reason of an opinion that lists wrong steps, 0-based; `read_listed` reads it."""
    return " ".join([_LISTED, *map(str, steps)])


def read_listed(reason: str | None) -> tuple[int, ...] | None:
    """Return the wrong steps that an opinion lists; null where it was asked for the first alone."""
    word, _, steps = (reason or "").partition(" ")
    return tuple(map(int, steps.split())) if word == _LISTED else None


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
    lists = (read_listed(row.reason) for row in usable)
    return Opinions(
        named=tuple(row.step_index for row in usable),
        asked=len(opinions),
        lists=tuple(one for one in lists if one is not None),
    )


def _is_usable(row: Evidence, solution: Solution) -> bool:
    index = row.step_index
    if index is None:
        return row.scope is Scope.SOLUTION and row.verdict is FindingVerdict.CORRECT
    names = row.scope is Scope.STEP and row.verdict is FindingVerdict.INCORRECT
    return names and index < len(solution.steps) and is_labelled(solution.steps[index])
