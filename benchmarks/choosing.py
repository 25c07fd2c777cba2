"""CPU time of choosing what to ask: the posterior by steps, OmegaPRM's selection by its pool.

    python -m benchmarks.choosing [--steps 5 300] [--pools 10 100000] [--json]

One thread, process time. The posterior is asked for the best question and told its outcome, rollout
by rollout (`annotate.search.posterior`, `informative`), on wrong solutions of the first simulated
world with as many steps as the row says. A figure is the median over the rollouts of a solution,
then the mean over solutions; intervals are 95 %, from drawing solutions anew.

Selection takes the best of a pool of waiting rollouts and puts those of a new state in its place,
so that the pool stays as large. Beside ours (`annotate.search.selection`) stands the plain scan of
open implementations: Q + U of every rollout that waits, each time. Both see the same pool and must
choose the same rollouts, or the command fails. Medians over selections, intervals from drawing
selections anew.
"""

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from annotate.rules import SHIPPED
from annotate.search import (
    Pool,
    Posterior,
    State,
    Weights,
    best_question,
    exploration,
    rollout_cost,
    rollout_value,
)
from annotate.worlds.rates import RateWorld, WrongSolution

STEPS = (5, 8, 12, 20, 30, 100, 300)
"""Steps of the solutions."""
POOLS = (10, 100, 1_000, 10_000, 100_000)
"""Waiting rollouts."""
WEIGHTS = Weights()
"""Constants of the selection, the paper's."""
K = 8
"""Rollouts per state."""
RESAMPLES = 1000
"""Draws behind an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU time in microseconds."""

    value: float
    """The figure."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    """Upper end."""

    def __str__(self) -> str:
        """Return it as the table shows it."""
        return f"{self.value:,.0f} [{self.low:,.0f}, {self.high:,.0f}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the posterior costs at one length."""

    steps: int
    """M."""
    begin: Cost
    """Once per solution."""
    choose: Cost
    """Per rollout: which prefix is asked."""
    update: Cost
    """Per rollout: learning its outcome."""
    rollout: Cost
    """Both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selecting:
    """What a selection costs with a pool of one size."""

    pool: int
    """Waiting rollouts."""
    states: int
    """States that they came out of."""
    selections: int
    """How many were timed."""
    ours: Cost
    """One selection, and the rollouts of a new state put in."""
    plain: Cost
    """The same by the scan of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A wrong rollout, for the plain scan."""

    state: int
    """Index of the state."""
    mc: float
    """Its MC."""
    length: float
    """Length of the rollout in tokens."""
    number: int
    """Order of entry."""


def cost_of(seconds: Sequence[float], middle: Callable[..., np.ndarray] = np.median) -> Cost:
    """Return the middle of measured seconds with its interval, in microseconds."""
    values = 1e6 * np.array(seconds)
    drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(middle(values[drawn], axis=1), [0.025, 0.975])
    return Cost(value=float(middle(values)), low=float(low), high=float(high))


def ask(solution: WrongSolution, draws: np.ndarray, rollouts: int) -> tuple[float, float, float]:
    """Return seconds of one solution: to begin, per choice and per update."""
    n_prefixes = solution.n_steps - 1
    cost = rollout_cost(1 - (np.arange(n_prefixes) + 1) / solution.n_steps)
    begun = time.process_time()
    posterior = Posterior(SHIPPED, n_steps=solution.n_steps, ends_wrong=True, root=solution.root)
    begin = time.process_time() - begun
    chosen, updated = [], []
    asked: Counter[int] = Counter()
    for _ in range(rollouts):
        begun = time.process_time()
        question = best_question(posterior, cost)
        between = time.process_time()
        assert question is not None  # noqa: S101  # there are two steps at least
        success = bool(draws[question.prefix, asked[question.prefix]])
        posterior.observe(question.prefix, int(success), int(not success))
        ended = time.process_time()
        asked[question.prefix] += 1
        chosen.append(between - begun)
        updated.append(ended - between)
    return begin, float(np.median(chosen)), float(np.median(updated))


def measure_asking(steps: int, solutions: int, rollouts: int, seed: int) -> Asking:
    """Measure the posterior on solutions of one length, after one that is not counted."""
    world = RateWorld(name="timed", min_steps=steps, max_steps=steps, seed=seed)
    found = [ask(s, world.draws(s), rollouts) for s in world.solutions(solutions + 1)][1:]
    begin, choose, update = np.array(found).T
    return Asking(
        steps=steps,
        begin=cost_of(begin, np.mean),
        choose=cost_of(choose, np.mean),
        update=cost_of(update, np.mean),
        rollout=cost_of(choose + update, np.mean),
    )


def new_states(seed: int) -> Iterator[tuple[int, list[float]]]:
    """Yield states with something to find: successes of K, and lengths of the wrong rollouts."""
    random = np.random.default_rng(seed)
    while True:
        successes = int(random.binomial(K, random.beta(2, 2)))
        if 0 < successes < K:
            yield successes, random.integers(20, 1000, size=K - successes).astype(float).tolist()


def scan(waiting: list[Waiting], states: Sequence[State]) -> Waiting:
    """Remove and return the rollout with the greatest Q + U, looking at all of them."""
    total = sum(states[index].visits for index in {one.state for one in waiting})

    def rank(place: int) -> tuple[float, int]:
        one = waiting[place]
        value = rollout_value(one.mc, one.length, WEIGHTS)
        return exploration(states[one.state].visits, total, WEIGHTS) + value, -one.number

    best = max(range(len(waiting)), key=rank)
    found = waiting[best]
    waiting[best] = waiting[-1]
    waiting.pop()
    return found


def measure_selecting(size: int, selections: int, seed: int) -> Selecting:
    """Measure selections out of a pool that is kept at a size.

    Raises:
        SystemExit: If ours and the plain scan choose differently.
    """
    source = new_states(seed)
    states: list[State] = []
    pool: Pool[Waiting] = Pool(weights=WEIGHTS)
    waiting: list[Waiting] = []
    number = 0

    def refill() -> tuple[float, float]:
        """Put states in until the pool is full, and return seconds, ours and plain."""
        nonlocal number
        ours = plain = 0.0
        while len(waiting) < size:
            successes, lengths = next(source)
            states.append(State(parent=None, text="", successes=successes, trials=K))
            index, mc = len(states) - 1, successes / K
            new = [
                Waiting(state=index, mc=mc, length=length, number=number + i)
                for i, length in enumerate(lengths)
            ]
            number += len(new)
            begun = time.process_time()
            for one in new:
                pool.add(index, mc=mc, length=one.length, rollout=one)
            between = time.process_time()
            waiting.extend(new)
            plain += time.process_time() - between
            ours += between - begun
        return ours, plain

    refill()
    n_states = len(states)
    ours, plain = [], []
    for _ in range(selections):
        begun = time.process_time()
        taken = pool.take(states)
        between = time.process_time()
        best = scan(waiting, states)
        ended = time.process_time()
        if taken is None or taken[1] is not best:
            raise SystemExit(f"pool of {size}: ours took {taken}, the plain scan {best}")
        states[best.state].visits += 1
        added = refill()
        ours.append(between - begun + added[0])
        plain.append(ended - between + added[1])
    return Selecting(
        pool=size, states=n_states, selections=selections, ours=cost_of(ours), plain=cost_of(plain)
    )


def growth(rows: Sequence[Selecting], cost: Callable[[Selecting], Cost]) -> float:
    """Return the power of the pool's size that a cost grows with, over the two largest pools."""
    small, large = rows[-2:]
    return math.log(cost(large).value / cost(small).value) / math.log(large.pool / small.pool)


def show(asking: Sequence[Asking], selecting: Sequence[Selecting], console: Console) -> None:
    """Print both tables."""
    table = Table(title="Posterior, microseconds of CPU, shipped rates")
    for name in ("steps", "begin, by solution", "choose", "update", "by rollout"):
        table.add_column(name, justify="right")
    for one in asking:
        costs = (one.begin, one.choose, one.update, one.rollout)
        table.add_row(str(one.steps), *map(str, costs))
    console.print(table)
    table = Table(title="Selection, microseconds of CPU")
    for name in ("pool", "states", "selections", "ours", "scan of all", "scan / ours"):
        table.add_column(name, justify="right")
    for row in selecting:
        ratio = row.plain.value / row.ours.value
        counts = (f"{count:,}" for count in (row.pool, row.states, row.selections))
        table.add_row(*counts, str(row.ours), str(row.plain), f"{ratio:.1f}")
    console.print(table)
    if len(selecting) > 1:
        console.print(
            "Between the two largest pools a selection grows with the power "
            f"{growth(selecting, lambda row: row.ours):.2f} of the pool, "
            f"the scan with {growth(selecting, lambda row: row.plain):.2f}."
        )


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--steps", type=int, nargs="*", default=STEPS, help="steps of solutions")
    parser.add_argument("--solutions", type=int, default=20, help="solutions of each length")
    parser.add_argument("--rollouts", type=int, default=24, help="rollouts of each solution")
    parser.add_argument("--pools", type=int, nargs="*", default=POOLS, help="waiting rollouts")
    parser.add_argument("--selections", type=int, default=100, help="selections of each pool")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draws")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    with threadpool_limits(1):
        asking = [
            measure_asking(steps, options.solutions, options.rollouts, options.seed)
            for steps in options.steps
        ]
        selecting = [
            measure_selecting(size, options.selections, options.seed) for size in options.pools
        ]
    if options.json:
        rows = {"posterior": list(map(asdict, asking)), "selection": list(map(asdict, selecting))}
        print(json.dumps(rows))
        return
    console = Console(width=None if Console().is_terminal else 130, highlight=False, markup=False)
    show(asking, selecting, console)
    console.print(
        f"{options.solutions} solutions of {options.rollouts} rollouts each, seed {options.seed}"
    )


if __name__ == "__main__":
    main()
