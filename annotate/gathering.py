"""Gathering of one problem: its strategies in order, each asked for what is not there yet.

Effects are the context's alone; what is returned is what the run does not hold.
"""

from collections.abc import Sequence
from dataclasses import replace

from annotate.rules import Case
from annotate.strategies import Context, Gathered, Strategy
from schemas import TABLES, Evidence, Scope

KEPT = "KEPT"
"""What a screen says of a problem that is worth more."""


async def gather_case(
    case: Case, strategies: Sequence[Strategy], gathering_ids: Sequence[str], context: Context
) -> Gathered:
    """Return what the strategies observe of one problem, in order: each sees what came before.

    A strategy is not asked again about what the case holds evidence of under its gathering. A
    screen that sets the problem aside ends it.

    Args:
        case: The problem with its solutions and earlier evidence.
        strategies: Ways of gathering.
        gathering_ids: [n_strategies] Provenance of what each observes.
        context: What they may ask.
    """
    parts = []
    for strategy, gathering_id in zip(strategies, gathering_ids, strict=True):
        left = _not_asked(case, gathering_id)
        if left is not None:
            part = _new(await strategy.gather(left, context, gathering_id), case, gathering_id)
            parts.append(part)
            case = extended(case, part)
        if _set_aside(case.evidence, gathering_id):
            break
    return Gathered(
        evidence=tuple(row for part in parts for row in part.evidence),
        solutions=tuple(one for part in parts for one in part.solutions),
        sources=tuple(row for part in parts for row in part.sources),
        grades=tuple(row for part in parts for row in part.grades),
        costs=tuple(row for part in parts for row in part.costs),
    )


def _not_asked(case: Case, gathering_id: str) -> Case | None:
    """Return the case with the solutions that a gathering has no evidence of; None for none."""
    asked = [row.solution_id for row in case.evidence if row.gathering_id == gathering_id]
    if not asked:
        return case
    known = set(asked)
    left = tuple(one for one in case.solutions if one.solution_id not in known)
    # Where all its rows are about the problem, the solutions are not what it asks about.
    return replace(case, solutions=left) if left and known != {None} else None


def _new(found: Gathered, case: Case, gathering_id: str) -> Gathered:
    """Return what was gathered without the rows that the run holds already.

    Where solutions came to a problem later, a strategy tells the problem's own rate again, and
    meets again what it sampled then: with evidence of those, their sources and costs were stored.
    """
    held = {_key(row) for row in case.evidence}
    known = {row.solution_id for row in case.evidence if row.gathering_id == gathering_id}
    return replace(
        found,
        evidence=tuple(row for row in found.evidence if _key(row) not in held),
        sources=tuple(row for row in found.sources if row.solution_id not in known),
        costs=tuple(row for row in found.costs if row.solution_id not in known),
    )


def _key(row: Evidence) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in TABLES["evidence"].key)


def _set_aside(evidence: Sequence[Evidence], gathering_id: str) -> bool:
    """Return whether a screen found the problem not worth more."""
    return any(
        row.scope is Scope.PROBLEM and row.reason not in (None, KEPT)
        for row in evidence
        if row.gathering_id == gathering_id
    )


def extended(case: Case, found: Gathered) -> Case:
    """Return the case with what was gathered: sampled solutions by id, each once."""
    held = {one.solution_id: one for one in (*case.solutions, *found.solutions)}
    return replace(
        case,
        solutions=tuple(held[solution_id] for solution_id in sorted(held)),
        evidence=case.evidence + found.evidence,
    )
