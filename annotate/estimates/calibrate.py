"""Calibration: what audited solutions teach of the completers that were asked about them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from annotate.estimates.claim_fit import fit_claims
from annotate.estimates.price import price_curve
from annotate.estimates.rate_fit import fit_rates
from annotate.rules import SHIPPED, Learned, Observed
from annotate.search import ClaimModel
from schemas import Calibration, canonical_json, content_id

ESTIMATOR: Final = "first_error 1"
"""Name and version of what is fitted."""
LEAST_SOLUTIONS: Final = 200
"""Wrong solutions with every prefix asked below which nothing is fitted."""
MOST_SOLUTIONS: Final = 600
"""Solutions of each outcome that are fitted, the first ones: more cost time and tell little."""


def fit_calibration(observed: Mapping[str, Sequence[Observed]]) -> Calibration | None:
    """Return what solutions teach of each completer that has enough of them.

    Args:
        observed: Solutions with every prefix asked, by name of the completer.
    """
    rates, prices, n_solutions = {}, {}, 0
    claims: dict[str, ClaimModel] = {}
    for source, solutions in sorted(observed.items()):
        wrong = [one for one in solutions if one.ends_wrong][:MOST_SOLUTIONS]
        if len(wrong) < LEAST_SOLUTIONS:
            continue
        right = [one for one in solutions if not one.ends_wrong][:MOST_SOLUTIONS]
        rates[source] = fit_rates([*wrong, *right], SHIPPED).model
        prices[source] = price_curve(wrong, rates[source])
        claims |= fit_claims([*wrong, *right], rates[source])
        n_solutions += len(wrong) + len(right)
    if not rates:
        return None
    parameters = canonical_json(Learned(rates=rates, prices=prices, claims=claims).to_parameters())
    return Calibration(
        calibration_id=content_id("calibration", [ESTIMATOR, parameters, n_solutions]),
        estimator=ESTIMATOR,
        parameters=parameters,
        n_solutions=n_solutions,
    )
