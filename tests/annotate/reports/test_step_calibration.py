"""Calibration of step labels against values worked out by hand."""

from collections.abc import Callable

import duckdb
import pytest

from annotate.reports import Mark, TruthRow, collect_truth
from annotate.reports.step_calibration import StepClaims, read_step_claims, step_calibration
from schemas import (
    Basis,
    FirstErrorVerdict,
    LabelVerdict,
    Piece,
    Semantics,
    StepLabel,
    ValueKind,
    make_labelling,
    make_solution,
    text_problem,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]
LABELLING = make_labelling(
    "success_rate", arguments="{}", method=None, gathering_ids=(), code_version="1"
)
OTHER = make_labelling("vote", arguments="{}", method=None, gathering_ids=(), code_version="1")
TRUTH = collect_truth(
    [
        TruthRow(
            content_id="wrong",
            mark=Mark(verdict=FirstErrorVerdict.FOUND, step_index=1),
            groups={},
        ),
        TruthRow(content_id="right", mark=Mark(verdict=FirstErrorVerdict.NONE_FOUND), groups={}),
    ]
)


def test_claims_are_compared_with_what_is_true_of_each_prefix() -> None:
    """Steps 1 and 2 of `wrong` are not right: gaps of .1, .45 and .05 for bins of 2, 1, and 1."""
    claims: StepClaims = {
        "wrong": {0: 0.9, 1: 0.45, 2: 0.05},
        "right": {0: 0.9},
        "no truth": {0: 0},
    }

    result = step_calibration(claims, TRUTH)

    assert (result.n_steps, result.n_solutions) == (4, 2)
    assert result.error == pytest.approx((2 * 0.1 + 0.45 + 0.05) / 4)
    assert result.mean_claim == pytest.approx(2.3 / 4)
    assert result.share_right == 0.5


def test_perfect_claims_have_no_error_and_none_has_no_calibration() -> None:
    """A missing number is not a claim of zero."""
    perfect = step_calibration({"wrong": {0: 1.0, 1: 0.0, 2: 0.0}}, TRUTH)
    nothing = step_calibration({"wrong": {}}, TRUTH)

    assert perfect.error == 0.0
    assert (nothing.error, nothing.mean_claim, nothing.share_right) == (None, None, None)


def test_claims_are_read_from_the_labels_of_one_rule(open_run: OpenRun) -> None:
    """A probability stands over the rule's number; an advantage is no claim of being right."""
    problem = text_problem("What is 3 + 4?", answers=("7",))
    solution = make_solution(problem, tuple(Piece(text=f"step {i}\n") for i in range(4)))
    numbers = [
        (0.75, ValueKind.SUCCESS_RATE, None),
        (0.5, ValueKind.SUCCESS_RATE, 0.625),
        (0.25, ValueKind.ADVANTAGE, None),
        (None, None, None),
    ]
    labels = [
        StepLabel(
            labelling_id=labelling.labelling_id,
            solution_id=solution.solution_id,
            step_index=index,
            verdict=LabelVerdict.CORRECT,
            value=value if labelling is LABELLING else 0.0,
            value_kind=kind if labelling is LABELLING else ValueKind.VOTE_SHARE,
            p_correct=p_correct,
            semantics=Semantics.FIRST_ERROR,
            basis=Basis.OBSERVED,
            weight=1.0,
        )
        for labelling in sorted((LABELLING, OTHER), key=lambda one: one.labelling_id)
        for index, (value, kind, p_correct) in enumerate(numbers)
    ]
    con = open_run(
        problems=[problem],
        solutions=[solution],
        steps=solution.steps,
        labellings=[LABELLING, OTHER],
        labels=labels,
    )

    assert read_step_claims(con, LABELLING) == {solution.content_id: {0: 0.75, 1: 0.625}}
