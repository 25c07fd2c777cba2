"""Strategy `every_prefix`: roll out after every step but the last."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, asked_steps
from annotate.rules.fraction import check_fraction
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.outcomes import joined
from annotate.strategies.probing import require_at_least
from annotate.strategies.rolling import Stopping, prober_of

_HASH_DIGITS = 8


@STRATEGIES.register("every_prefix")
@dataclass(frozen=True, slots=True, kw_only=True)
class EveryPrefix(Stopping):
    """Ask for `k` rollouts after each step of each solution, by default right or wrong.

    With a `share`, only of the problems that the hash of their id chooses: an audit, of which every
    success rate is known, so that a run's rates can be fitted (`annotate.estimates`).

    Source: Math-Shepherd (Wang et al. 2023, arXiv:2312.08935).
    Differs from the paper: the last step is not rolled out; the solution's outcome stands for it.
    Cost: `k` rollouts per step but the last, and `root_k` per problem, of the share of problems;
    with `stop_at_success` fewer of each prefix that succeeds.
    """

    root_k: int = 0
    """Rollouts of the bare problem, for rules that need its rate and have no screen before them."""
    share: float = 1.0
    """Share of problems that are asked about, in [0, 1]."""
    right: bool = True
    """Whether solutions with a right answer are asked about too."""
    name: ClassVar[str] = "every_prefix"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="k rollouts after each step but the last, of all problems or a `share` of them",
        calls="k (M - 1) per solution",
    )
    """Its row in the documentation."""
    ends: ClassVar[str] = "all"
    """It asks everything once."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `k` is below 1, `root_k` below 0, or `share` not in [0, 1].
        """
        require_at_least(1, self.name, (("k", self.k),))
        require_at_least(0, self.name, (("root_k", self.root_k),))
        check_fraction("share", self.share)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe every prefix of every solution of the case, all at once.

        Of problems outside the share the outcomes alone are told: so it shows that they were met.
        """
        observed = await self.grade(case, context, gathering_id)
        if not is_chosen(case.problem.problem_id, self.share):
            return joined([o.found for o in observed])
        prober = prober_of(case, context, gathering_id)
        chosen = [o.solution for o in observed if self.right or o.is_wrong]
        asked = [prober.root(self.root_k)] if self.root_k else []
        asked += [
            prober.step(s, i, self.k, stop_at_success=self.stop_at_success)
            for s in chosen
            for i in asked_steps(s)
        ]
        probes = await asyncio.gather(*asked)
        rolled = Gathered(evidence=tuple(probe.row for probe in probes))
        return joined([*(o.found for o in observed), rolled])


def is_chosen(problem_id: str, share: float) -> bool:
    """Return whether the hash that a problem's id begins with lies within a share of all."""
    return bool(int(problem_id[:_HASH_DIGITS], 16) < share * 16**_HASH_DIGITS)
