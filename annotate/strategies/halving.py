"""Halving: what strategies share that search wrong solutions by halves."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from annotate.rules.base import Case
from annotate.rules.fraction import is_at_least
from annotate.search import Interval, adaptive_count
from annotate.strategies.base import Context, Gathered
from annotate.strategies.outcomes import Answered, joined
from annotate.strategies.probing import Probe, Prober, require_at_least
from annotate.strategies.rolling import Stopping, prober_of
from schemas import Evidence, InvalidArgumentError, LabelVerdict, Outcome, Solution


@dataclass(slots=True, kw_only=True, eq=False)
class Halves:  # mutable: it collects what is asked
    """The search of one wrong solution."""

    solution: Solution
    """The solution."""
    prober: Prober
    """Asks."""
    root: Probe | None
    """What was asked of the bare problem; null for nothing."""
    least: float
    """Rate below which a prefix is wrong, as it is at 0."""
    k: int
    """Rollouts per prefix."""
    stop_at_success: bool
    """Whether no more are drawn from a prefix once one succeeds."""
    rows: list[Evidence] = field(default_factory=list)
    """What was asked so far."""

    async def narrow(
        self, interval: Interval, ends: Sequence[int], middle: int | None
    ) -> Interval | None:
        """Ask until the sound part meets the wrong one; None where a prefix is undecided.

        Args:
            interval: Between which spans.
            ends: The step that ends each span.
            middle: The first prefix to ask about, in spans.
        """
        while middle is not None:
            held = await self.ask(ends[middle - 1])
            if held is LabelVerdict.UNKNOWN:
                return None
            interval = interval.narrowed(middle, sound=held is LabelVerdict.CORRECT)
            middle = interval.middle
        return interval

    async def ask(self, step: int) -> LabelVerdict:
        """Return what the prefix that ends with a step is held to be, UNKNOWN if nothing counts."""
        probe = await self.prober.step(
            self.solution, step, self.k, stop_at_success=self.stop_at_success
        )
        self.rows.append(probe.row)
        if probe.trials == 0:
            return LabelVerdict.UNKNOWN
        sound = probe.successes > 0 and is_at_least(probe.rate, self.least)
        return LabelVerdict.CORRECT if sound else LabelVerdict.INCORRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Halving(Stopping, ABC):
    """Searches each wrong solution between a prefix that is held to be sound and one that is not.

    A prefix is wrong if no rollout succeeds, or, with a `threshold`, if its rate is below that
    share of the bare problem's rate; undecided if no rollout counts. A right solution costs
    nothing: its end is not wrong. With a `threshold`, a problem of which no rollout succeeds is not
    searched: every rate would be below it, or none.
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

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        require_at_least(1, self.name, (("k", self.k), ("multiple", self.multiple)))
        require_at_least(0, self.name, (("root_k", self.root_k), ("enough", self.enough)))
        if self.enough:
            require_at_least(self.k, self.name, (("root_k", self.root_k),))
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

    @property
    @abstractmethod
    def name(self) -> str:
        """Registered name."""

    @abstractmethod
    async def search(self, halves: Halves) -> None:
        """Ask about one wrong solution."""

    @property
    def compares(self) -> bool:
        """Whether the search depends on rollouts of the bare problem."""
        return bool(self.threshold or self.enough)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe the solutions of the case side by side, each by halves."""
        prober = prober_of(case, context, gathering_id)
        observed = await self.grade(case, context, gathering_id)
        wrong = [o for o in observed if o.is_wrong]
        root = None
        if root_k := self.root_k or (self.k if self.compares and wrong else 0):
            root = await prober.root(root_k)
        searches = self._searches(wrong, prober, root)
        await asyncio.gather(*map(self.search, searches))
        rows = ([root.row] if root else []) + [row for one in searches for row in one.rows]
        return joined([*(o.found for o in observed), Gathered(evidence=tuple(rows))])

    def _searches(
        self, wrong: Sequence[Answered], prober: Prober, root: Probe | None
    ) -> list[Halves]:
        least = self.threshold * (root.rate if root else 0.0)
        if self.threshold and not least:
            return []
        return [
            Halves(
                solution=one.solution,
                prober=prober,
                root=root,
                least=least,
                k=self._count(root),
                stop_at_success=self.stop_at_success,
            )
            for one in wrong
        ]

    def _count(self, root: Probe | None) -> int:
        """Return how many rollouts each prefix takes."""
        if not self.enough or root is None:
            return self.k
        right = [drawn.outcome is Outcome.CORRECT for drawn in root.drawn]
        return adaptive_count(
            right, enough=self.enough, least=self.k, most=self.root_k, multiple=self.multiple
        )
