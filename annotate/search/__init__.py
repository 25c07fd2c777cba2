"""Search: where to look next among prefixes and rollouts. Pure: no I/O, no clock, no asking."""

from annotate.search.adaptive import adaptive_count, adaptive_middle
from annotate.search.claim_model import ClaimModel
from annotate.search.courses import Courses, Kind, courses_of
from annotate.search.informative import Question, best_question, rollout_cost
from annotate.search.interval import Interval
from annotate.search.likelihood import counts_likelihood, log_prior, rollouts_likelihood
from annotate.search.posterior import Posterior
from annotate.search.potential import agreement, potential
from annotate.search.rate_model import DRIFT, RECOVERY, SUCCESS, RateModel
from annotate.search.selection import Pool, Weights, exploration, rollout_value
from annotate.search.signal_model import SignalModel
from annotate.search.thoughts import thought_ends
from annotate.search.tree import ROOT, State, Tree
from annotate.search.uncertainty import uncertain_first

__all__ = [
    "DRIFT",
    "RECOVERY",
    "ROOT",
    "SUCCESS",
    "ClaimModel",
    "Courses",
    "Interval",
    "Kind",
    "Pool",
    "Posterior",
    "Question",
    "RateModel",
    "SignalModel",
    "State",
    "Tree",
    "Weights",
    "adaptive_count",
    "adaptive_middle",
    "agreement",
    "best_question",
    "counts_likelihood",
    "courses_of",
    "exploration",
    "log_prior",
    "potential",
    "rollout_cost",
    "rollout_value",
    "rollouts_likelihood",
    "thought_ends",
    "uncertain_first",
]
