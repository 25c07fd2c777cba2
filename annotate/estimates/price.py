"""What a price costs: solutions with every prefix asked, gathered once more in thought. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from annotate.rules.learned import PriceCurve
from annotate.rules.observed import Observed
from annotate.search import Posterior, RateModel
from annotate.search.informative import best_question, rollout_cost
from annotate.search.rate_model import Floats

PRICES: Final = (0.3, 0.2, 0.1, 0.07, 0.05, 0.035, 0.025, 0.018, 0.012, 0.008, 0.005, 0.002, 0.001)
"""Prices of the curve, falling."""
MOST_ROLLOUTS: Final = 96
"""Rollouts after which a solution's replay ends."""


def price_curve(
    observed: Sequence[Observed], model: RateModel, leanings: Sequence[Floats], *, seed: int = 0
) -> PriceCurve:
    """Return the mean rollouts per wrong solution at each price.

    Every rollout is drawn anew with the rate that the prefix showed, so this needs solutions of
    which all prefixes were asked. What is asked next does not depend on the price: one replay
    serves all of them.

    Args:
        observed: Wrong solutions.
        model: The rates that the questions follow.
        leanings: [n_steps + 1] of each: what all but rollouts says of its first error.
        seed: Of the draws.

    Cost: no model calls.
    """
    if not observed:
        return ()
    counts = [
        _rollouts(one, model, leaning, np.random.default_rng((seed, n)))
        for n, (one, leaning) in enumerate(zip(observed, leanings, strict=True))
    ]
    mean = np.mean(counts, axis=0)
    return tuple((price, float(count)) for price, count in zip(PRICES, mean, strict=True))


def _rollouts(
    one: Observed, model: RateModel, leaning: Floats, random: np.random.Generator
) -> list[int]:
    """Return the rollouts that one solution takes at each price."""
    posterior = Posterior(
        model, n_steps=one.n_steps, ends_wrong=True, root=one.root, leaning=leaning
    )
    cost = rollout_cost(1 - (np.arange(one.n_steps - 1) + 1) / one.n_steps)
    told = one.successes + one.failures
    rates = (one.successes + 0.5) / (told + 1.0)
    counts: list[int] = []
    asked = 0
    while len(counts) < len(PRICES) and asked < MOST_ROLLOUTS:
        question = best_question(posterior, cost)
        gain = question.gain if question else 0.0
        while len(counts) < len(PRICES) and gain < PRICES[len(counts)]:
            counts.append(asked)
        if question is None or len(counts) == len(PRICES):
            break
        success = bool(random.random() < rates[question.prefix])
        posterior.observe(question.prefix, int(success), int(not success))
        asked += 1
    return counts + [asked] * (len(PRICES) - len(counts))
