"""How evidence becomes labels: one way of deciding per file, pure."""

from annotate.rules.advantage import Advantage
from annotate.rules.any_success import AnySuccess
from annotate.rules.base import (
    IMPORT,
    RULES,
    Case,
    Decision,
    Rule,
    StepDecision,
    first_error_of,
)
from annotate.rules.consensus import Consensus
from annotate.rules.formal import Formal
from annotate.rules.fover import Fover
from annotate.rules.grounded import Grounded
from annotate.rules.half_root import HalfRoot
from annotate.rules.learned import ESTIMATOR, SHIPPED, Learned, PriceCurve, learned_from
from annotate.rules.monotone_repair import MonotoneRepair
from annotate.rules.noise_corrected import NoiseCorrected
from annotate.rules.observed import Observed, observe_case
from annotate.rules.outcome import OutcomeRule
from annotate.rules.posterior import PosteriorRule
from annotate.rules.potential import Potential
from annotate.rules.progress import Progress
from annotate.rules.relative_progress import RelativeProgress
from annotate.rules.scan import Scan
from annotate.rules.stated import Stated
from annotate.rules.step_vote import StepVote
from annotate.rules.success_rate import SuccessRate
from annotate.rules.vote import Vote

__all__ = [
    "ESTIMATOR",
    "IMPORT",
    "RULES",
    "SHIPPED",
    "Advantage",
    "AnySuccess",
    "Case",
    "Consensus",
    "Decision",
    "Formal",
    "Fover",
    "Grounded",
    "HalfRoot",
    "Learned",
    "MonotoneRepair",
    "NoiseCorrected",
    "Observed",
    "OutcomeRule",
    "PosteriorRule",
    "Potential",
    "PriceCurve",
    "Progress",
    "RelativeProgress",
    "Rule",
    "Scan",
    "Stated",
    "StepDecision",
    "StepVote",
    "SuccessRate",
    "Vote",
    "first_error_of",
    "learned_from",
    "observe_case",
]
