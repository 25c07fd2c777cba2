"""Leaning: what everything but rollouts says of the first error of a solution. Pure."""

from collections.abc import Sequence

from annotate.rules.claims import Claim, claims_likelihood
from annotate.rules.learned import Learned
from annotate.rules.observed import Observed
from annotate.search.rate_model import Floats


def leaning_of(observed: Observed, learned: Learned, source: str) -> Floats:
    """Return [n_labelled + 1] log likelihood of each first error, the last for none.

    Args:
        observed: What is known of the solution.
        learned: How far judges, verifiers and signals are borne out.
        source: The completer that prefixes are asked of.
    """
    return lean(observed.claims, observed.signals, observed.n_steps, learned, source)


def lean(
    claims: Sequence[Claim], signals: Floats, n_steps: int, learned: Learned, source: str
) -> Floats:
    """Return the leaning of a solution with so many steps that take a label; see `leaning_of`."""
    log = claims_likelihood(claims, learned.claims, n_steps)
    model = learned.signals.get(source)
    if model is not None and n_steps and len(signals) == n_steps:
        log = log + model.log_likelihood(signals)
    return log
