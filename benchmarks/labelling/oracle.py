"""The oracle: greedy information with every rate told. A bound, not a method."""

import numpy as np
import numpy.typing as npt

from annotate.search.posterior import entropy
from annotate.worlds.rates import RateWorld, WrongSolution
from benchmarks.labelling.simulated import STEP_TOKENS, Located

LEAST = 1e-3
"""Least rate that is believed."""


def ask_oracle(world: RateWorld, solution: WrongSolution, price: float) -> Located:
    """Return what one finds who knows the rates of this solution, but not its first error.

    Retractions and misjudged answers are not among what it considers.

    Args:
        world: Where the solution is from.
        solution: The solution.
        price: Least nats per rollout.
    """
    rates = told_rates(world, solution)
    draws = world.draws(solution)
    n_prefixes = solution.n_steps - 1
    log = np.zeros(solution.n_steps)
    asked = np.zeros(n_prefixes, np.int64)
    while True:
        first = np.exp(log - log.max())
        first /= first.sum()
        told = entropy(first @ rates) - first @ entropy(rates)
        told[asked >= draws.shape[1]] = 0
        place = int(np.argmax(told))
        if told[place] < price:
            break
        success = draws[place, asked[place]]
        log += np.log(rates[:, place] if success else 1 - rates[:, place])
        asked[place] += 1
    remaining = solution.n_steps - 1 - np.arange(n_prefixes)
    said = int(np.argmax(first))
    return Located(
        exact=said == solution.first_error,
        confidence=float(first[said]),
        rollouts=int(asked.sum()),
        tokens=int(asked @ remaining) * STEP_TOKENS,
    )


def told_rates(world: RateWorld, solution: WrongSolution) -> npt.NDArray[np.float64]:
    """Return [M, M - 1] success of each prefix by the first error."""
    first = np.arange(solution.n_steps)[:, None]
    prefix = np.arange(solution.n_steps - 1)[None, :]
    wrong = solution.recovery * world.decay ** np.maximum(prefix - first, 0)
    rates = np.where(prefix < first, solution.sound, wrong)
    return np.asarray(np.clip(rates, LEAST, 1 - LEAST))
