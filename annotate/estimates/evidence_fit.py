"""Fit of all evidence but rollouts: whom audits bear out, and what signals tell. Pure."""

from collections.abc import Sequence
from typing import Final

from annotate.estimates.claim_fit import fit_claims
from annotate.estimates.signal_fit import fit_signals
from annotate.rules import Learned, Observed
from annotate.rules.belief import posterior_of
from annotate.search import RateModel

ROUNDS: Final = 5
"""Times that first errors are weighed by all evidence, and evidence by them. More make each surer
of the other."""


def fit_evidence(observed: Sequence[Observed], rates: RateModel, source: str) -> Learned:
    """Return what claims and signals are worth, with the rates of the completer.

    Expectation and maximisation, from the shipped models of claims and from no signal. The rates
    stay as they are: fitted together with signals, they would learn from them that errors always
    hurt, and the signals from that that they are never wrong.

    Args:
        observed: Wrong solutions with every prefix asked, and right ones.
        rates: Fitted to their rollouts.
        source: The completer.

    Cost: no model calls.
    """
    learned = Learned(rates={source: rates})
    for _ in range(ROUNDS):
        weighed = [(one, posterior_of(one, learned, source).first_error()) for one in observed]
        signals = fit_signals(weighed, rates.hidden)
        learned = Learned(
            rates={source: rates},
            claims=fit_claims(weighed),
            signals={source: signals} if signals else {},
        )
    return learned
