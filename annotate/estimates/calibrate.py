"""Calibration: what audited solutions teach of the completers that were asked about them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from annotate.estimates.evidence_fit import fit_evidence
from annotate.estimates.power_fit import fit_power
from annotate.estimates.price import price_curve
from annotate.estimates.rate_fit import fit_rates
from annotate.rules import ESTIMATOR, SHIPPED, Learned, Observed
from annotate.rules.leaning import leaning_of
from schemas import Calibration, canonical_json, content_id

LEAST_SOLUTIONS: Final = 200
"""Wrong solutions with every prefix asked below which nothing is fitted."""
MOST_SOLUTIONS: Final = 600
"""Solutions of each outcome that are fitted, the first ones: more cost time and tell little."""


def fit_calibration(observed: Mapping[str, Sequence[Observed]]) -> Calibration | None:
    """Return what solutions teach of each completer that has enough of them.

    How far a judge or a verifier is borne out has nothing to do with completers: what the one with
    most solutions says of them counts.

    Args:
        observed: Wrong solutions with every prefix asked, and right ones of the same problems, by
            name of the completer.
    """
    learned, n_solutions = Learned(), 0
    for source, solutions in sorted(observed.items(), key=lambda told: (len(told[1]), told[0])):
        wrong = [one for one in solutions if one.ends_wrong][:MOST_SOLUTIONS]
        if len(wrong) < LEAST_SOLUTIONS:
            continue
        right = [one for one in solutions if not one.ends_wrong][:MOST_SOLUTIONS]
        learned = learned.joined(_learn(source, wrong, right))
        n_solutions += len(wrong) + len(right)
    if not learned.rates:
        return None
    parameters = canonical_json(learned.to_parameters())
    return Calibration(
        calibration_id=content_id("calibration", [ESTIMATOR, parameters, n_solutions]),
        estimator=ESTIMATOR,
        parameters=parameters,
        n_solutions=n_solutions,
    )


def _learn(source: str, wrong: Sequence[Observed], right: Sequence[Observed]) -> Learned:
    """Return what the solutions of one completer teach."""
    rates = fit_rates(wrong, SHIPPED).model
    learned = fit_evidence([*wrong, *right], rates, source)
    learned = learned.joined(Learned(powers={source: fit_power(wrong, learned, source)}))
    leanings = [leaning_of(one, learned, source) for one in wrong]
    return learned.joined(Learned(prices={source: price_curve(wrong, rates, leanings)}))
