"""Strategy `uncertainty_order`: the prefixes of a wrong solution, the most uncertain step first."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import asked_steps
from annotate.search import uncertain_first
from annotate.strategies.base import STRATEGIES, StrategyFacts
from annotate.strategies.halving import Halves, Halving
from annotate.strategies.probing import require_at_least
from annotate.strategies.scoring import score_steps
from schemas import LabelVerdict


@STRATEGIES.register("uncertainty_order")
@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintyOrder(Halving):
    """Ask about prefixes by the mean token entropy of their last step, up to the first that fails.

    That one is only an upper bound of the first error: an earlier prefix of a surer step may fail
    too. So the prefixes just before it are asked as well, until one is sound, `back` at most. A
    prefix of which no rollout counts is passed over. The entropies are stored, of steps that are
    not asked about too.

    A right solution costs nothing, and neither does one of a problem that is never solved.

    Source: UnPRM (arXiv:2508.01773), with the counts of EpicPRM (arXiv:2503.02382):
    `uncertainty_order(k=16, enough=10, root_k=72)`.
    Differs from the paper: entropies are over the whole vocabulary where the policy tells it, not
    over the five likeliest tokens; the threshold is half of the root's rate; the look back is ours,
    `back=0` leaves it out.
    Cost: one pass over each wrong solution, which generates nothing; `k` rollouts (with `enough`,
    up to `root_k`) per probe, from 1 to M - 1 probes per wrong solution of M steps; `root_k` per
    problem, or `k` where that is 0.
    """

    threshold: float = 0.5
    """Share of the root's rate below which a prefix is wrong, in [0, 1]; 0 asks for any success."""
    increase: bool = False
    """Whether the increase of entropy over the step before counts, not the entropy itself."""
    back: int = 2
    """Prefixes before the one that failed that are asked about at most, >= 0."""
    name: ClassVar[str] = "uncertainty_order"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="k rollouts after the most uncertain step, then the next, up to the first failure",
        calls="one pass and k times 1 to M - 1 per wrong solution",
    )
    """Its row in the documentation."""
    ends: ClassVar[str] = "first failure by uncertainty"
    """It stops after a prefix that fails and those just before it."""
    needs_scores: ClassVar[bool] = True
    """Its completer must score text."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        Halving.__post_init__(self)
        require_at_least(0, self.name, (("back", self.back),))

    async def search(self, halves: Halves) -> None:
        """Ask about one wrong solution."""
        steps = asked_steps(halves.solution)
        if not steps:
            return
        scored = await score_steps(halves.solution, halves.prober)
        halves.rows += scored.rows
        held: dict[int, LabelVerdict] = {}
        order = uncertain_first([scored.entropies[s] for s in steps], increase=self.increase)
        for place in order:
            held[place] = await halves.ask(steps[place])
            if held[place] is LabelVerdict.INCORRECT:
                await self._look_back(halves, steps, place, held)
                return

    async def _look_back(
        self, halves: Halves, steps: tuple[int, ...], place: int, held: dict[int, LabelVerdict]
    ) -> None:
        for before in range(place - 1, max(place - 1 - self.back, -1), -1):
            if before in held or await halves.ask(steps[before]) is not LabelVerdict.INCORRECT:
                return
