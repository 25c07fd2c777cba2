"""Strategy `first_failure`: roll out step after step of a wrong solution, until none succeeds."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, asked_steps
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.outcomes import Answered, joined
from annotate.strategies.probing import Prober, require_at_least
from annotate.strategies.rolling import Stopping, prober_of
from schemas import Evidence


@STRATEGIES.register("first_failure")
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFailure(Stopping):
    """Ask after each step of a wrong solution in turn; stop at the first without any success.

    A right solution costs nothing. A prefix of which no rollout counts is undecided: the search
    stops there too, for a later failure could not be called the first.

    Source: SCAN (Ding et al. 2025, arXiv:2509.16548); the screen of problems and the labels are the
    strategy `screen` and the rule `scan`.
    Cost: `k` rollouts per step up to the first failure, the last step excepted; wrong solutions
    only; with `stop_at_success` fewer of each prefix that succeeds. And `root_k` per problem.
    """

    root_k: int = 0
    """Rollouts of the bare problem, for rules that need its rate and have no screen before them."""
    name: ClassVar[str] = "first_failure"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="k rollouts after step after step of a wrong solution, until none succeeds",
        calls="k (t + 1) per wrong solution with its first failure at t",
    )
    """Its row in the documentation."""
    ends: ClassVar[str] = "first failure"
    """It stops after the first prefix without a success."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `k` is below 1 or `root_k` below 0.
        """
        require_at_least(1, self.name, (("k", self.k),))
        require_at_least(0, self.name, (("root_k", self.root_k),))

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe the solutions of the case side by side, each step by step."""
        prober = prober_of(case, context, gathering_id)
        observed = await self.grade(case, context, gathering_id)
        wrong = [o for o in observed if o.is_wrong]
        roots, walks = await asyncio.gather(
            asyncio.gather(*([prober.root(self.root_k)] if self.root_k else [])),
            asyncio.gather(*(self._walk(o, prober) for o in wrong)),
        )
        rows = (*(probe.row for probe in roots), *(row for walk in walks for row in walk))
        return joined([*(o.found for o in observed), Gathered(evidence=rows)])

    async def _walk(self, observed: Answered, prober: Prober) -> list[Evidence]:
        rows = []
        for index in asked_steps(observed.solution):
            probe = await prober.step(
                observed.solution, index, self.k, stop_at_success=self.stop_at_success
            )
            rows.append(probe.row)
            if probe.successes == 0:
                break
        return rows
