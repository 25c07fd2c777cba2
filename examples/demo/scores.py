"""Scores: each method against the exact truth, on the chains that all of them labelled."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from rich.box import SIMPLE_HEAD
from rich.table import Table

from annotate.methods import Method
from annotate.reports import (
    Evaluation,
    LabelSet,
    Proportion,
    SetReport,
    StepCalibration,
    Truth,
    evaluate,
    read_label_set,
    read_step_claims,
    step_calibration,
)
from annotate.storage import choose_labelling

_ABSENT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Methods against a truth."""

    evaluation: Evaluation
    """On the chains that all of them labelled."""
    calibrations: tuple[StepCalibration, ...]
    """Of the numbers of each method's step labels. [n_methods]"""
    labelled: tuple[int, ...]
    """Chains that each method labelled. [n_methods]"""
    counted: float
    """Rollouts that the methods count together, on all their chains."""
    drawn: int
    """Completions that were drawn, opinions among them: shared ones once."""


def score_methods(
    con: duckdb.DuckDBPyConnection, methods: Sequence[Method], truth: Truth
) -> Scored:
    """Return how well methods do on a run.

    Args:
        con: Connection with the views of the run.
        methods: Those that it was labelled by.
        truth: First errors by the exact checker.

    Raises:
        InvalidArgumentError: If there is no chain that all of them labelled.
    """
    sets: list[LabelSet] = []
    calibrations = []
    for method in methods:
        labelling = choose_labelling(con, method.name)
        sets.append(read_label_set(con, labelling, name=method.name))
        claims = read_step_claims(con, labelling)
        calibrations.append(step_calibration(claims, truth))
    return Scored(
        evaluation=evaluate(sets, truth),
        calibrations=tuple(calibrations),
        labelled=tuple(len(one.predictions) for one in sets),
        counted=sum(row.rollouts for one in sets for row in one.predictions.values()),
        drawn=_count(con),
    )


def score_table(scored: Scored) -> Table:
    """Return the comparison, a line for each method."""
    first = scored.evaluation.sets[0].scores
    table = Table(
        box=SIMPLE_HEAD,
        title=f"{scored.evaluation.n_paired:,} chains that all methods labelled: "
        f"{first.n_with_error:,} with a wrong step, {first.n_without_error:,} without. "
        "Shares in %, [95 % interval].",
        title_justify="left",
    )
    table.add_column("method")
    for heading in (
        "rollouts/chain",
        "tokens/chain",
        "exact first error",
        "none, and none found",
        "F1",
        "calibration error",
        "decided",
        "right where decided",
    ):
        table.add_column(heading, justify="right")
    for report, calibration in zip(scored.evaluation.sets, scored.calibrations, strict=True):
        table.add_row(*_line(report, calibration))
    return table


def score_caption(scored: Scored) -> str:
    """Return what the table does not show: how much was shared, and what it leaves out."""
    most, first = max(scored.labelled), scored.evaluation
    unknown = sum(first.truth_left_out.values())
    return (
        f"Rollouts count for each method that uses them: {scored.counted:,.0f} in all, of which "
        f"{scored.drawn:,} were drawn (judge's opinions among them), the rest shared. omegaprm "
        f"labelled {most:,} chains, its own searches' among them. Of {unknown:,} chains the "
        "exact checker does not know the first error: they are left out."
    )


def _count(con: duckdb.DuckDBPyConnection) -> int:
    ((drawn,),) = con.execute("SELECT count(*) FROM rollouts").fetchall()
    return int(drawn)


def _line(report: SetReport, calibration: StepCalibration) -> tuple[str, ...]:
    scores, cost = report.scores, report.cost
    return (
        report.name,
        _ABSENT if cost is None else f"{cost.rollouts:,.1f}",
        _ABSENT if cost is None else f"{cost.tokens:,.0f}",
        _interval(scores.exact),
        _interval(scores.accuracy_without_error),
        _percent(scores.f1),
        _percent(calibration.error),
        _percent(scores.decided.value),
        _interval(scores.precision),
    )


def _percent(share: float | None) -> str:
    return _ABSENT if share is None else f"{100 * share:.1f}"


def _interval(rate: Proportion) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return _ABSENT
    return f"{100 * rate.value:.1f} [{100 * rate.low:.0f}, {100 * rate.high:.0f}]"
