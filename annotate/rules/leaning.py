"""Leaning: what everything but rollouts says of the first error of a solution. Pure."""

from collections.abc import Sequence

from annotate.rules.claims import Claim, claims_likelihood
from annotate.rules.learned import Learned
from annotate.rules.observed import Observed
from annotate.search.rate_model import Floats
from schemas import SourceKind


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
    checks = [claim for claim in claims if claim.kind is SourceKind.VERIFIER]
    told = repeated(claims, signals, n_steps, learned, source)
    power = learned.powers.get(source, 1.0)
    return claims_likelihood(checks, learned.claims, n_steps) + power * told


def repeated(
    claims: Sequence[Claim], signals: Floats, n_steps: int, learned: Learned, source: str
) -> Floats:
    """Return the same of opinions and signals alone, as if these were independent."""
    opinions = [claim for claim in claims if claim.kind is SourceKind.JUDGE]
    log = claims_likelihood(opinions, learned.claims, n_steps)
    model = learned.signals.get(source)
    if model is not None and n_steps and len(signals) == n_steps:
        log = log + model.log_likelihood(signals)
    return log
