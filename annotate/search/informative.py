"""The most informative question: which prefix to ask next, and whether to ask at all. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from annotate.search.posterior import Posterior
from annotate.search.rate_model import Floats

OVERHEAD: Final = 0.2
"""What a rollout costs beside its tokens, in whole solutions: its prefix must be read."""
_DIGITS: Final = 9
"""Gains that agree to so many digits are equal, whatever the processor: the earlier one wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A prefix worth asking about."""

    prefix: int
    """Its last step, in [0, M - 1)."""
    gain: float
    """Expected nats about the first error by cost, the latter in tokens of a whole solution."""


def best_question(posterior: Posterior, cost: Floats) -> Question | None:
    """Return the prefix whose next rollout tells most for its cost; None where there is no prefix.

    Greedy: it looks one rollout ahead. Stopping where the gain is below a price, the same for every
    solution of a run, spends rollouts where they decide something; stopping at a confidence spends
    them where nothing can be decided.

    Args:
        posterior: What is known.
        cost: [M - 1] What a rollout of each prefix costs, as `rollout_cost` says.
    """
    if posterior.n_steps == 1:
        return None
    gains = np.round(posterior.information() / cost, _DIGITS)
    prefix = int(np.argmax(gains))
    return Question(prefix=prefix, gain=float(gains[prefix]))


def rollout_cost(remaining: Floats) -> Floats:
    """Return what rollouts cost, in whole solutions.

    Args:
        remaining: [M - 1] Share of the solution's text behind each prefix, in [0, 1].
    """
    return np.asarray(OVERHEAD + np.asarray(remaining, float))
