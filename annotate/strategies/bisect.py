"""Strategy `bisect`: binary search for the step of a wrong solution after which none succeeds."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case
from annotate.search import Interval
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.outcomes import Observed, joined
from annotate.strategies.probing import Prober, asked_steps, require_at_least
from annotate.strategies.rolling import Rolling, prober_of
from schemas import Evidence, InvalidArgumentError


@STRATEGIES.register("bisect")
@dataclass(frozen=True, slots=True, kw_only=True)
class Bisect(Rolling):
    """Halve each wrong solution until the sound part meets the wrong one.

    A prefix is held to be wrong if no rollout succeeds, or, with a `threshold`, if its rate is
    below that share of the bare problem's rate. A right solution costs nothing: its end is not
    wrong, so there is nothing to halve. A prefix of which no rollout counts is undecided: the
    search of that solution stops there. With a `threshold`, a problem of which no rollout succeeds
    is not searched: every rate would be below it, or none.

    Source: OmegaPRM (arXiv:2406.06592) for the search; EpicPRM (Sun et al. 2025, arXiv:2503.02382)
    for the relative threshold: `bisect(k=48, threshold=0.5, root_k=72)`.
    Differs from EpicPRM: rollouts count alike, whatever their likelihood; one completer; `k` and
    the first midpoint are fixed.
    Cost: at most `k * ceil(log2(n_steps))` rollouts per wrong solution; with a threshold `root_k`
    per problem, or `k` where that is 0.
    """

    threshold: float = 0.0
    """Share of the root's rate below which a prefix is wrong, in [0, 1]; 0 asks for any success."""
    root_k: int = 0
    """Rollouts of the bare problem, >= 0; see `threshold`."""
    name: ClassVar[str] = "bisect"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="k rollouts after the middle step, and of the half that holds the first failure again",
        calls="k ceil(log2 M) per wrong solution",
    )
    """Its row in the documentation."""
    stop_rule: ClassVar[str] = "bisected"
    """It stops once a sound prefix and a wrong one are one step apart."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        require_at_least(1, self.name, (("k", self.k),))
        require_at_least(0, self.name, (("root_k", self.root_k),))
        if not 0 <= self.threshold <= 1:
            raise InvalidArgumentError(
                f"strategy {self.name!r}: threshold={self.threshold!r} must be in [0, 1]: a share "
                "of the bare problem's success rate."
            )

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe the solutions of the case side by side, each by halves."""
        prober = prober_of(case, context, gathering_id)
        observed = await self.grade(case, context, gathering_id)
        wrong = [o for o in observed if o.is_wrong]
        rows: list[Evidence] = []
        least = 0.0
        root_k = self.root_k or (self.k if self.threshold and wrong else 0)
        if root_k:
            root = await prober.root(root_k)
            rows.append(root.row)
            least = self.threshold * root.rate
        if least or not self.threshold:
            searches = await asyncio.gather(*(self._search(o, prober, least) for o in wrong))
            rows += (row for search in searches for row in search)
        return joined([*(o.found for o in observed), Gathered(evidence=tuple(rows))])

    async def _search(self, observed: Observed, prober: Prober, least: float) -> list[Evidence]:
        """Return what was asked about one wrong solution.

        Args:
            observed: The solution.
            prober: Asks.
            least: Rate below which a prefix is wrong, as it is at 0.
        """
        steps = asked_steps(observed.solution)
        interval = Interval(good=0, bad=len(steps) + 1)
        rows = []
        while (middle := interval.middle) is not None:
            probe = await prober.step(observed.solution, steps[middle - 1], self.k)
            rows.append(probe.row)
            if probe.trials == 0:
                break
            sound = probe.successes > 0 and probe.rate >= least
            interval = interval.narrowed(middle, sound=sound)
        return rows
