"""Calibration of step labels: what their numbers claim, and what is true.

A success rate or a share of votes is no probability of correctness, and is trained on as if it were
one: this measures how far it is from that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from annotate.reports.first_error_scores import Mark, calibration_error
from annotate.reports.queries import run_query
from annotate.reports.truth import Truth
from schemas import FirstErrorVerdict, Labelling

StepClaims = Mapping[str, Mapping[int, float]]
"""By content id of a solution and 0-based step: the claim that there is no error up to it, in
[0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCalibration:
    """How far the numbers of step labels are from the share that is right."""

    error: float | None
    """Expected calibration error over ten bins, in [0, 1]; null where no step has a number."""
    mean_claim: float | None
    """Mean of the numbers; null where there is none."""
    share_right: float | None
    """Share of the same steps that hold no error up to them; null where there is none."""
    n_steps: int
    """Steps with a number, in solutions that the truth holds."""
    n_solutions: int
    """Those solutions."""


def read_step_claims(con: duckdb.DuckDBPyConnection, labelling: Labelling) -> StepClaims:
    """Return the claims of a labelling. Of solutions with equal content the first one's count.

    Args:
        con: Connection with the views of a run.
        labelling: The labelling.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    claims: dict[str, dict[int, float]] = {}
    first: dict[str, str] = {}
    for row in run_query(con, "step_claims", _Claim, labelling_id=labelling.labelling_id):
        if first.setdefault(row.content_id, row.solution_id) == row.solution_id:
            claims.setdefault(row.content_id, {})[row.step_index] = row.claim
    return claims


def step_calibration(claims: StepClaims, truth: Truth) -> StepCalibration:
    """Return how well claims about steps hold, on the solutions that a truth shares. Pure."""
    shared = sorted(claims.keys() & truth.rows.keys())
    pairs = [
        (claim, _is_right(index, truth.rows[content_id].mark))
        for content_id in shared
        for index, claim in claims[content_id].items()
    ]
    n = len(pairs)
    return StepCalibration(
        error=calibration_error(pairs),
        mean_claim=sum(claim for claim, _ in pairs) / n if n else None,
        share_right=sum(right for _, right in pairs) / n if n else None,
        n_steps=n,
        n_solutions=len(shared),
    )


def _is_right(step_index: int, mark: Mark) -> bool:
    """Return whether there is no error up to and including a step."""
    if mark.verdict is FirstErrorVerdict.NONE_FOUND or mark.step_index is None:
        return True
    return step_index < mark.step_index


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A row of `step_claims.sql`."""

    content_id: str
    """Hash of the question and the steps."""
    solution_id: str
    """The solution."""
    step_index: int
    """0-based step."""
    claim: float
    """How likely the step is right, in [0, 1]."""
