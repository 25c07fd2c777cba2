"""One solution's questions: ask, learn, and ask again while it is worth the price."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotate.rules.base import labelled_steps
from annotate.rules.observed import new_prefixes
from annotate.rules.prefix_rates import Rate
from annotate.search import Posterior, RateModel, best_question, rollout_cost
from annotate.search.rate_model import Floats
from annotate.strategies.outcomes import Answered
from annotate.strategies.probing import Probe, Prober
from schemas import Evidence, prefix_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """How one run asks about all its solutions."""

    prober: Prober
    """Asks."""
    model: RateModel
    """Rates of the completer."""
    root: Rate
    """The bare problem's rollouts."""
    known: Mapping[str, Rate]
    """What earlier strategies asked, by prefix id."""
    price: float
    """Least nats by cost that a question must be expected to tell."""
    k: int
    """Rollouts per question."""
    most: int
    """Most rollouts per solution."""

    async def ask(self, observed: Answered, leaning: Floats) -> list[Evidence]:
        """Return the evidence about one solution: a row for each prefix that was asked.

        A prefix of which a rollout is censored is not asked again: nothing was learned of it, and
        the next one may be censored too.

        Args:
            observed: The solution and its outcome.
            leaning: [n_labelled + 1] Log likelihood of all other evidence of it.
        """
        solution = observed.solution
        steps = labelled_steps(solution)[:-1]
        texts = [solution.prefix(step + 1) for step in steps]
        posterior = Posterior(
            self.model,
            n_steps=len(steps) + 1,
            ends_wrong=observed.is_wrong,
            root=(self.root.successes, self.root.trials - self.root.successes),
            leaning=leaning,
        )
        drawn = np.zeros(len(steps), np.int64)
        new = new_prefixes(solution, steps)
        for place, text in enumerate(texts):
            rate = self.known.get(prefix_id(solution.problem_id, text)) if new[place] else None
            if rate is not None:
                drawn[place] = rate.trials
                posterior.observe(place, rate.successes, rate.trials - rate.successes)
        remaining = np.array([1 - len(text) / len(solution.text) for text in texts])
        cost = np.where(new, rollout_cost(remaining), np.inf)
        last: dict[int, Probe] = {}
        asked = 0
        while asked < self.most:
            question = best_question(posterior, cost)
            if question is None or question.gain < self.price:
                break
            place = question.prefix
            more = min(self.k, self.most - asked)
            drawn[place] += more
            probe = await self.prober.step(solution, steps[place], int(drawn[place]))
            last[place] = probe
            asked += more
            before = int(posterior.successes[place]), int(posterior.failures[place])
            told = probe.trials - sum(before)
            if told > 0:  # else they are among those that an earlier strategy counted
                successes = probe.successes - before[0]
                posterior.observe(place, successes, told - successes)
            if told < more:
                cost[place] = np.inf
        return [last[place].row for place in sorted(last)]
