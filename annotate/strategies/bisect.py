"""Strategy `bisect`: binary search for the step of a wrong solution after which none succeeds."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case
from annotate.search import Interval, adaptive_count, adaptive_middle
from annotate.strategies.base import STRATEGIES, Context, Gathered
from annotate.strategies.outcomes import Observed, joined
from annotate.strategies.probing import Probe, Prober, asked_steps, require_at_least
from annotate.strategies.rolling import Stopping, prober_of
from schemas import Evidence, InvalidArgumentError, Outcome


@STRATEGIES.register("bisect")
@dataclass(frozen=True, slots=True, kw_only=True)
class Bisect(Stopping):
    """Halve each wrong solution until the sound part meets the wrong one.

    A prefix is held to be wrong if no rollout succeeds, or, with a `threshold`, if its rate is
    below that share of the bare problem's rate. A right solution costs nothing: its end is not
    wrong, so there is nothing to halve. A prefix of which no rollout counts is undecided: the
    search of that solution stops there. With a `threshold`, a problem of which no rollout succeeds
    is not searched: every rate would be below it, or none.

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

    threshold: float = 0.0
    """Share of the root's rate below which a prefix is wrong, in [0, 1]; 0 asks for any success."""
    root_k: int = 0
    """Rollouts of the bare problem, >= 0; see `threshold`."""
    enough: int = 0
    """Right rollouts of the bare problem that are enough: as many as it took to see them are drawn
    per prefix, `k` at least and `root_k` at most; 0 draws `k` always."""
    multiple: int = 8
    """With `enough`: rollouts per prefix are rounded up to a multiple of it, >= 1."""
    shift: int = 0
    """Part of a solution by which the first prefix asked about lies off the middle where the
    problem is hard or easy (4: a quarter), >= 2; 0 begins in the middle always."""
    name: ClassVar[str] = "bisect"
    """Registered name."""
    ends: ClassVar[str] = "bisected"
    """It stops once a sound prefix and a wrong one are one step apart."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        require_at_least(1, self.name, (("k", self.k), ("multiple", self.multiple)))
        require_at_least(0, self.name, (("root_k", self.root_k), ("enough", self.enough)))
        if self.enough:
            require_at_least(self.k, self.name, (("root_k", self.root_k),))
        if self.shift:
            require_at_least(2, self.name, (("shift", self.shift),))
        if not 0 <= self.threshold <= 1:
            raise InvalidArgumentError(
                f"strategy {self.name!r}: threshold={self.threshold!r} must be in [0, 1]: a share "
                "of the bare problem's success rate."
            )
        if self.threshold and self.stop_at_success:
            raise InvalidArgumentError(
                f"strategy {self.name!r}: stop_at_success=True with threshold={self.threshold!r}: "
                "a rate cannot be told from rollouts that stop at the first success; leave one out."
            )

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe the solutions of the case side by side, each by halves."""
        prober = prober_of(case, context, gathering_id)
        observed = await self.grade(case, context, gathering_id)
        wrong = [o for o in observed if o.is_wrong]
        rows: list[Evidence] = []
        least, k, rate = 0.0, self.k, None
        root_k = self.root_k or (self.k if self._compares and wrong else 0)
        if root_k:
            root = await prober.root(root_k)
            rows.append(root.row)
            least = self.threshold * root.rate
            k = self._count(root)
            rate = root.rate if self.shift else None
        if least or not self.threshold:
            searches = await asyncio.gather(
                *(self._search(o, prober, least, k, rate) for o in wrong)
            )
            rows += (row for search in searches for row in search)
        return joined([*(o.found for o in observed), Gathered(evidence=tuple(rows))])

    @property
    def _compares(self) -> bool:
        """Whether the search depends on rollouts of the bare problem."""
        return bool(self.threshold or self.enough or self.shift)

    def _count(self, root: Probe) -> int:
        """Return how many rollouts each prefix takes."""
        if not self.enough:
            return self.k
        right = [drawn.outcome is Outcome.CORRECT for drawn in root.drawn]
        return adaptive_count(
            right, enough=self.enough, least=self.k, most=self.root_k, multiple=self.multiple
        )

    async def _search(
        self, observed: Observed, prober: Prober, least: float, k: int, rate: float | None
    ) -> list[Evidence]:
        """Return what was asked about one wrong solution.

        Args:
            observed: The solution.
            prober: Asks.
            least: Rate below which a prefix is wrong, as it is at 0.
            k: Rollouts per prefix.
            rate: Success of the bare problem that the start is shifted by; None for no shift.
        """
        steps = asked_steps(observed.solution)
        interval = Interval(good=0, bad=len(steps) + 1)
        middle = interval.middle if rate is None else adaptive_middle(interval, rate, self.shift)
        rows = []
        while middle is not None:
            probe = await prober.step(
                observed.solution, steps[middle - 1], k, stop_at_success=self.stop_at_success
            )
            rows.append(probe.row)
            if probe.trials == 0:
                break
            sound = probe.successes > 0 and probe.rate >= least
            interval = interval.narrowed(middle, sound=sound)
            middle = interval.middle
        return rows
