"""Strategy `bisect`: binary search for the step of a wrong solution after which none succeeds."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import asked_steps
from annotate.search import Interval, adaptive_middle
from annotate.strategies.base import STRATEGIES, StrategyFacts
from annotate.strategies.halving import Halves, Halving
from annotate.strategies.probing import require_at_least


@STRATEGIES.register("bisect")
@dataclass(frozen=True, slots=True, kw_only=True)
class Bisect(Halving):
    """Halve each wrong solution until the sound part meets the wrong one.

    A prefix is held to be wrong if no rollout succeeds, or, with a `threshold`, if its rate is
    below that share of the bare problem's rate. Right solutions cost nothing, nor do those of a
    problem that is never solved where there is a `threshold`; a prefix of which no rollout counts
    ends the search.

    With `enough`, prefixes of an easy problem take fewer rollouts than those of a hard one, and
    with `shift` the first prefix asked about lies earlier in hard problems and later in easy ones
    (`annotate.search.adaptive`).

    Source: OmegaPRM (arXiv:2406.06592) for the search; EpicPRM (Sun et al. 2025, arXiv:2503.02382)
    for the relative threshold: `bisect(k=48, threshold=0.5, root_k=72)` is its static variant,
    `bisect(k=16, enough=10, shift=4, threshold=0.5, root_k=72)` the adaptive one.
    Differs from EpicPRM: rollouts count alike, whatever their likelihood; one completer.
    Cost: at most `k * ceil(log2(n_steps))` rollouts per wrong solution, one probe more with a
    `shift`, and up to `root_k` rollouts per probe with `enough`; with a threshold, `enough` or a
    `shift` also `root_k` per problem, or `k` where that is 0. With `stop_at_success` fewer rollouts
    of each prefix that succeeds.
    """

    shift: int = 0
    """Part of a solution by which the first prefix asked about lies off the middle where the
    problem is hard or easy (4: a quarter), >= 2; 0 begins in the middle always."""
    name: ClassVar[str] = "bisect"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="k rollouts after the middle step, and of the half that holds the first failure again",
        calls="k ceil(log2 M) per wrong solution",
    )
    """Its row in the documentation."""
    ends: ClassVar[str] = "bisected"
    """It stops once a sound prefix and a wrong one are one step apart."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        Halving.__post_init__(self)
        if self.shift:
            require_at_least(2, self.name, (("shift", self.shift),))

    @property
    def compares(self) -> bool:
        """Whether the search depends on rollouts of the bare problem."""
        return bool(self.threshold or self.enough or self.shift)

    async def search(self, halves: Halves) -> None:
        """Ask about one wrong solution."""
        steps = asked_steps(halves.solution)
        interval = Interval(good=0, bad=len(steps) + 1)
        middle = interval.middle
        if self.shift and halves.root is not None:
            middle = adaptive_middle(interval, halves.root.rate, self.shift)
        await halves.narrow(interval, steps, middle)
