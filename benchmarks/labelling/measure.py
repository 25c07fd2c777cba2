"""What is measured of each method in one world."""

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from annotate.estimates import fit_calibration
from annotate.rules import AnySuccess, HalfRoot, PosteriorRule, Rule
from annotate.strategies import Bisect, EveryPrefix, FirstFailure, MostInformative, Strategy
from annotate.worlds.rates import SCREEN, RateWorld, WrongSolution
from benchmarks.labelling.oracle import ask_oracle
from benchmarks.labelling.simulated import SOURCE, Located, RateContext, audited
from schemas import Calibration

PUBLISHED: dict[str, tuple[Strategy, Rule]] = {
    "every prefix k=8, any success": (EveryPrefix(k=8), AnySuccess()),
    "every prefix k=8, half of root": (EveryPrefix(k=8), HalfRoot()),
    "first failure k=8, any success": (FirstFailure(k=8), AnySuccess()),
    "bisect k=8, any success": (Bisect(k=8), AnySuccess()),
    "bisect k=16, any success": (Bisect(k=16), AnySuccess()),
    "bisect k=8, half of root": (Bisect(k=8, threshold=0.5, root_k=SCREEN), HalfRoot()),
    "bisect k=16, half of root": (Bisect(k=16, threshold=0.5, root_k=SCREEN), HalfRoot()),
}
"""Published ways: what is asked, and the rule."""
BUDGETS = (6.0, 9.0, 12.0, 18.0, 24.0, 30.0, 48.0)
"""Mean rollouts per wrong solution that ours is set to."""
ORACLE_PRICES = (0.07, 0.04, 0.02, 0.01)
"""Prices of the oracle, in nats per rollout."""
AUDITED, AUDIT_K, AUDIT_FROM = 300, 16, 1_000_000
"""Solutions that rates are fitted to, rollouts of each of their prefixes, and first problem."""
RESAMPLES = 1000
"""Draws of solutions behind an interval."""
GROUPS = 10
"""Groups of equal size behind the calibration error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One method in one world."""

    world: str
    """The world."""
    method: str
    """The method."""
    rollouts: float
    """Mean per wrong solution."""
    tokens: float
    """Mean per wrong solution."""
    exact: float
    """Share of solutions whose first error is named."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    """Upper end."""
    calibration: float | None
    """Mean gap of confidence and exactness; null for methods that state no confidence."""
    ahead: tuple[float, float, float] | None = None
    """Ours less this at no more tokens, with its 95 % interval; null where there is none."""


def measure(
    world: RateWorld, n: int, pool: "multiprocessing.pool.Pool", *, n_audited: int = AUDITED
) -> list[Row]:
    """Return the rows of one world on `n` solutions, the published methods first."""
    solutions = world.solutions(n)
    audit = audited(world, n_audited, k=AUDIT_K, first=AUDIT_FROM)
    calibration = fit_calibration({SOURCE: audit})

    def all_of(locate: Callable[[WrongSolution], Located]) -> list[Located]:
        return pool.map(locate, solutions, chunksize=50)

    published = {
        name: all_of(partial(locate_one, world=world, strategy=strategy, rule=rule))
        for name, (strategy, rule) in PUBLISHED.items()
    }
    ours = {
        f"waymark, {budget:g} rollouts": all_of(
            partial(
                locate_one,
                world=world,
                strategy=MostInformative(rollouts=budget, most=96),
                rule=PosteriorRule(confidence=0.0),
                calibration=calibration,
            )
        )
        for budget in BUDGETS
    }
    oracle = {
        f"oracle, {price:g} nats": all_of(partial(ask_oracle_of, world=world, price=price))
        for price in ORACLE_PRICES
    }
    rows = [
        row_of(world, name, found, ours=list(ours.values())) for name, found in published.items()
    ]
    rows += [row_of(world, name, found) for name, found in (ours | oracle).items()]
    return rows


def locate_one(
    solution: WrongSolution,
    *,
    world: RateWorld,
    strategy: Strategy,
    rule: Rule,
    calibration: Calibration | None = None,
) -> Located:
    """Return what one method says of one solution."""
    context = RateContext(solution=solution, draws=world.draws(solution), calibration=calibration)
    return context.locate(strategy, rule)


def ask_oracle_of(solution: WrongSolution, *, world: RateWorld, price: float) -> Located:
    """Return what the oracle says of one solution."""
    return ask_oracle(world, solution, price)


def row_of(
    world: RateWorld,
    method: str,
    found: Sequence[Located],
    *,
    ours: Sequence[Sequence[Located]] = (),
) -> Row:
    """Return the figures of one method.

    Args:
        world: The world.
        method: Its name.
        found: [n_solutions] What it said.
        ours: [n_budgets, n_solutions] What ours said, for a published method.
    """
    exact = np.array([one.exact for one in found], float)
    low, high = interval(exact)
    tokens = float(np.mean([one.tokens for one in found]))
    cheaper = [one for one in ours if np.mean([x.tokens for x in one]) <= tokens]
    ahead = None
    if cheaper:
        gap = np.array([one.exact for one in cheaper[-1]], float) - exact
        ahead = (float(gap.mean()), *interval(gap))
    confidence = np.array([one.confidence for one in found])
    return Row(
        world=world.name,
        method=method,
        rollouts=float(np.mean([one.rollouts for one in found])),
        tokens=tokens,
        exact=float(exact.mean()),
        low=low,
        high=high,
        calibration=None if method in PUBLISHED else calibration_error(confidence, exact),
        ahead=ahead,
    )


def interval(values: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of a mean, from drawing solutions anew."""
    random = np.random.default_rng(0)
    means = [random.choice(values, len(values)).mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def calibration_error(confidence: np.ndarray, exact: np.ndarray) -> float:
    """Return the mean gap between confidence and exactness over groups of equal size."""
    order = np.argsort(confidence, kind="stable")
    groups = np.array_split(order, GROUPS)
    gaps = [abs(confidence[g].mean() - exact[g].mean()) * len(g) for g in groups if len(g)]
    return float(sum(gaps) / len(exact))
