"""OmegaSearch: the tree, the pool and the searches of one problem under `omega_prm`."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from statistics import fmean

from annotate.rules.base import asked_steps
from annotate.search import Interval, Pool, Tree, Weights
from annotate.strategies.base import Gathered
from annotate.strategies.outcomes import WRONG
from annotate.strategies.probing import Probe, Prober
from annotate.strategies.sampled import Sample, distinct, take_in
from schemas import Evidence, Solution, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A wrong rollout that waits to be searched. Exactly one of the two is set."""

    given: Solution | None = None
    """A solution of the case, a rollout of the root."""
    samples: tuple[Sample, ...] = ()
    """Equal rollouts of a state."""


class OmegaSearch:
    """Grows one problem's tree. Not frozen: it is the search's state.

    What it asks, and in which order, is a function of the problem and of the answers alone.
    """

    def __init__(self, *, prober: Prober, weights: Weights, k: int, pieces: int) -> None:
        """Begin with nothing asked.

        Args:
            prober: Asks about prefixes of the problem.
            weights: Constants of the selection.
            k: Rollouts per state.
            pieces: A search stops at an interval of one such part of an average solution.
        """
        self._prober = prober
        self._k = k
        self._pieces = pieces
        self.tree = Tree()
        self.pool: Pool[Chain] = Pool(weights=weights)
        self._min_length = 0.0
        self._seen: set[str] = set()
        self._rows: list[Evidence] = []
        self._solutions: list[Solution] = []
        self._sources: list[Source] = []

    async def plant(self, wrong: Sequence[Solution], *, all_given: Sequence[Solution]) -> None:
        """Ask about the root, and fill the pool with its wrong rollouts and the wrong solutions.

        Args:
            wrong: The case's solutions with a wrong outcome.
            all_given: All solutions of the case, right ones among them.
        """
        root = await self._prober.root(self._k)
        self._seen.update(solution.text for solution in all_given)
        texts = [*(s.text for s in all_given), *(d.text for d in root.drawn)]
        self._min_length = fmean(map(len, texts)) / self._pieces
        drawn_length = sum(len(d.text) for d in root.drawn)
        tokens_per_character = sum(d.tokens for d in root.drawn) / max(drawn_length, 1)
        state = self._add(root, parent=None, text="")
        # By id: the order in which solutions were read or sampled must not steer the search.
        for solution in sorted(wrong, key=attrgetter("solution_id")):
            self.pool.add(
                state,
                mc=self.tree.states[state].value,
                length=len(solution.text) * tokens_per_character,
                rollout=Chain(given=solution),
            )
        self._pool_wrong(root, state)

    async def locate_next(self) -> bool:
        """Take the best wrong rollout and bisect it; return False where none waits.

        Cost: at most `k * ceil(log2(n_steps))` rollouts.
        """
        taken = self.pool.take(self.tree.states)
        if taken is None:
            return False
        state, chain = taken
        solution = chain.given or self._take_in(chain, state)
        await self._locate(solution, state)
        # Maintenance: only the selected state is visited; nothing is backed up to its ancestors.
        self.tree.states[state].visits += 1
        return True

    def found(self) -> Gathered:
        """Return the rows of what was asked, and the chains that became solutions."""
        return Gathered(
            evidence=tuple(self._rows),
            solutions=tuple(self._solutions),
            sources=tuple(self._sources),
        )

    async def _locate(self, solution: Solution, state: int) -> None:
        """Bisect what follows a state in a solution, down to a short piece of it."""
        start = len(self.tree.states[state].text)
        stop = len(solution.text)
        steps = {len(solution.prefix(step + 1)): step for step in asked_steps(solution)}
        # Empty steps end where others do: each place is asked about once.
        cuts = [start, *(end for end in steps if start < end < stop), stop]
        interval = Interval(good=0, bad=len(cuts) - 1)
        while (middle := interval.middle) is not None:
            if cuts[interval.bad] - cuts[interval.good] <= self._min_length:
                return
            index = await self._state_at(solution, steps[cuts[middle]], parent=state)
            asked = self.tree.states[index]
            if asked.trials == 0:
                return
            sound = asked.successes > 0
            state = index if sound else state
            interval = interval.narrowed(middle, sound=sound)

    async def _state_at(self, solution: Solution, step: int, *, parent: int) -> int:
        """Return the state that a prefix is; it is asked about only where it is none yet."""
        text = solution.prefix(step + 1)
        known = self.tree.find(text)
        if known is not None:
            return known
        probe = await self._prober.step(solution, step, self._k)
        state = self._add(probe, parent=parent, text=text)
        self._pool_wrong(probe, state)
        return state

    def _add(self, probe: Probe, *, parent: int | None, text: str) -> int:
        self._rows.append(probe.row)
        return self.tree.add(
            parent=parent, text=text, successes=probe.successes, trials=probe.trials
        )

    def _pool_wrong(self, probe: Probe, index: int) -> None:
        """Let the wrong rollouts of a state wait, each chain once."""
        state = self.tree.states[index]
        samples = [Sample(ordinal=i, drawn=drawn) for i, drawn in enumerate(probe.drawn)]
        for group in distinct([s for s in samples if s.drawn.outcome in WRONG]):
            text = state.text + group[0].drawn.text
            if text not in self._seen:
                self._seen.add(text)
                self.pool.add(
                    index,
                    mc=state.value,
                    length=group[0].drawn.tokens,
                    rollout=Chain(samples=group),
                )

    def _take_in(self, chain: Chain, state: int) -> Solution:
        """Make a chain a solution of the case."""
        solution, sources = take_in(
            chain.samples,
            self.tree.states[state].text,
            problem=self._prober.problem,
            role=self._prober.role,
            context=self._prober.context,
            gathering_id=self._prober.gathering_id,
        )
        self._solutions.append(solution)
        self._sources += sources
        return solution
