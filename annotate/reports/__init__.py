"""Reports: how good labels are, what a run holds, and what stands behind one solution."""

from annotate.reports.comparison import Comparison, MethodReport, read_comparison
from annotate.reports.comparison_table import comparison_tables
from annotate.reports.evaluation import (
    Evaluation,
    Group,
    Grouping,
    MeanCost,
    SetReport,
    evaluate,
    pair_up,
    shared_contents,
)
from annotate.reports.evaluation_table import evaluation_tables, show_interval
from annotate.reports.first_error_scores import (
    Difference,
    Mark,
    Paired,
    Proportion,
    Scores,
    difference,
    score,
)
from annotate.reports.gaps import Gap
from annotate.reports.given import given_label_set, given_truth
from annotate.reports.label_set import LabelSet, Prediction, collect_label_set, read_label_set
from annotate.reports.plain import plain
from annotate.reports.risk_coverage import RiskCoverage, risk_coverage
from annotate.reports.safe_text import safe_text
from annotate.reports.solution_page import solution_page
from annotate.reports.solution_view import SolutionView, find_solution, view_solution
from annotate.reports.spending import read_labelled
from annotate.reports.step_calibration import (
    StepCalibration,
    StepClaims,
    read_step_claims,
    step_calibration,
)
from annotate.reports.summary import FirstErrorCounts, Summary, summarise
from annotate.reports.summary_table import summary_tables
from annotate.reports.threshold import (
    LEAST_DECISIONS,
    Chosen,
    Judged,
    Threshold,
    choose_threshold,
    threshold_for_export,
)
from annotate.reports.truth import Truth, TruthRow, collect_truth, read_truth

__all__ = [
    "LEAST_DECISIONS",
    "Chosen",
    "Comparison",
    "Difference",
    "Evaluation",
    "FirstErrorCounts",
    "Gap",
    "Group",
    "Grouping",
    "Judged",
    "LabelSet",
    "Mark",
    "MeanCost",
    "MethodReport",
    "Paired",
    "Prediction",
    "Proportion",
    "RiskCoverage",
    "Scores",
    "SetReport",
    "SolutionView",
    "StepCalibration",
    "StepClaims",
    "Summary",
    "Threshold",
    "Truth",
    "TruthRow",
    "choose_threshold",
    "collect_label_set",
    "collect_truth",
    "comparison_tables",
    "difference",
    "evaluate",
    "evaluation_tables",
    "find_solution",
    "given_label_set",
    "given_truth",
    "pair_up",
    "plain",
    "read_comparison",
    "read_label_set",
    "read_labelled",
    "read_step_claims",
    "read_truth",
    "risk_coverage",
    "safe_text",
    "score",
    "shared_contents",
    "show_interval",
    "solution_page",
    "step_calibration",
    "summarise",
    "summary_tables",
    "threshold_for_export",
    "view_solution",
]
