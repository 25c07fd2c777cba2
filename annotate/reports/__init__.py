"""Reports: how good labels are, what a run holds, and what stands behind one solution."""

from annotate.reports.evaluation import (
    Evaluation,
    Group,
    Grouping,
    MeanCost,
    SetReport,
    evaluate,
)
from annotate.reports.evaluation_table import evaluation_tables
from annotate.reports.first_error_scores import (
    Difference,
    Mark,
    Paired,
    Rate,
    Scores,
    difference,
    score,
)
from annotate.reports.gaps import Gap
from annotate.reports.given import given_label_set, given_truth
from annotate.reports.label_set import LabelSet, Prediction, collect_label_set, read_label_set
from annotate.reports.plain import plain
from annotate.reports.safe_text import safe_text
from annotate.reports.solution_page import solution_page
from annotate.reports.solution_view import SolutionView, find_solution, view_solution
from annotate.reports.step_calibration import (
    StepCalibration,
    StepClaims,
    read_step_claims,
    step_calibration,
)
from annotate.reports.summary import FirstErrorCounts, Summary, summarise
from annotate.reports.summary_table import summary_tables
from annotate.reports.truth import Truth, TruthRow, collect_truth, read_truth

__all__ = [
    "Difference",
    "Evaluation",
    "FirstErrorCounts",
    "Gap",
    "Group",
    "Grouping",
    "LabelSet",
    "Mark",
    "MeanCost",
    "Paired",
    "Prediction",
    "Rate",
    "Scores",
    "SetReport",
    "SolutionView",
    "StepCalibration",
    "StepClaims",
    "Summary",
    "Truth",
    "TruthRow",
    "collect_label_set",
    "collect_truth",
    "difference",
    "evaluate",
    "evaluation_tables",
    "find_solution",
    "given_label_set",
    "given_truth",
    "plain",
    "read_label_set",
    "read_step_claims",
    "read_truth",
    "safe_text",
    "score",
    "solution_page",
    "step_calibration",
    "summarise",
    "summary_tables",
    "view_solution",
]
