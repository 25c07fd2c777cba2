"""Leaning: what everything but rollouts says of the first error of a solution. Pure."""

from collections.abc import Sequence

from annotate.rules.base import Case, labelled_steps
from annotate.rules.claims import Claim, claims_likelihood, read_claims
from annotate.rules.learned import Learned
from annotate.rules.observed import Observed, read_signals
from annotate.search.rate_model import Floats


def leaning_of(observed: Observed, learned: Learned, source: str) -> Floats:
    """Return [n_labelled + 1] log likelihood of each first error, the last for none.

    Args:
        observed: What is known of the solution.
        learned: How far judges, verifiers and signals are borne out.
        source: The completer that prefixes are asked of.
    """
    return _lean(observed.claims, observed.signals, observed.n_steps, learned, source)


def leanings_of(case: Case, learned: Learned, source: str) -> list[Floats]:
    """Return the leaning of each solution of a case, whatever its outcome; see `leaning_of`."""
    return [
        _lean(claims, signals, len(labelled_steps(solution)), learned, source)
        for solution, claims, signals in zip(
            case.solutions, read_claims(case), read_signals(case, source), strict=True
        )
    ]


def _lean(
    claims: Sequence[Claim], signals: Floats, n_steps: int, learned: Learned, source: str
) -> Floats:
    log = claims_likelihood(claims, learned.claims, n_steps)
    model = learned.signals.get(source)
    if model is not None and n_steps and len(signals) == n_steps:
        log = log + model.log_likelihood(signals)
    return log
