"""Fit of a power: how much opinions and signals count, which repeat each other. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from annotate.rules import Learned, Observed
from annotate.rules.belief import told_by
from annotate.rules.leaning import repeated
from annotate.search import Posterior

POWERS: Final = tuple(round(0.05 * step, 2) for step in range(6, 21))
"""Powers tried, rising to 1: evidence that is independent given the first error."""
LEAST_BORNE_OUT: Final = 1.92
"""Nats of likelihood below the best power's within which a lower one is held to be as good: those
of a 95 % interval."""


def fit_power(observed: Sequence[Observed], learned: Learned, source: str) -> float:
    """Return the lowest power that the audited rollouts bear out, in [0.3, 1].

    A judge finds doubtful what its own probabilities find doubtful, and each of them is learned of
    as if alone: multiplied, they are surer than right. Rollouts know nothing of either. So the
    prior that opinions and signals make is raised to a power, and the rollouts of audited solutions
    say how likely they are under it.

    Args:
        observed: Wrong solutions with every prefix asked.
        learned: Rates of the completer, and what was learned of all other evidence; its own power
            makes no difference.
        source: The completer.

    Source: the logarithmic pool of opinions (Genest and Zidek 1986); its use here is ours.
    Cost: no model calls.
    """
    powers = np.array(POWERS)
    log = np.zeros(len(powers))
    for one in observed:
        leaning = repeated(one.claims, one.signals, one.n_steps, learned, source)
        if not leaning.any():
            continue
        prior = Posterior(
            learned.rates_of(source), n_steps=one.n_steps, ends_wrong=True, root=one.root
        ).first_error()
        # [n_powers, n_steps + 1] P(first error) before any rollout of a prefix.
        before = np.log(np.maximum(prior, np.finfo(float).tiny)) + powers[:, None] * leaning
        before -= np.logaddexp.reduce(before, axis=1, keepdims=True)
        log += np.logaddexp.reduce(before + told_by(one, learned, source), axis=1)
    if not log.any():
        return 1.0
    return float(powers[np.flatnonzero(log >= log.max() - LEAST_BORNE_OUT)[0]])
