"""Estimates: what a corpus teaches about its policies, as a frozen Calibration. Pure."""

from annotate.estimates.calibrate import LEAST_SOLUTIONS, fit_calibration
from annotate.estimates.evidence_fit import fit_evidence
from annotate.estimates.price import price_curve
from annotate.estimates.rate_fit import Fitted, fit_rates

__all__ = [
    "LEAST_SOLUTIONS",
    "Fitted",
    "fit_calibration",
    "fit_evidence",
    "fit_rates",
    "price_curve",
]
