"""OmegaPRM on the simulated world: how right its labels are, and what they cost.

Run it with `python -m benchmarks.omega`.

Success rates per problem from Beta(2, 2), a wrong completion errs first at a uniformly drawn
remaining step, 5 to 12 steps, recovery 0.02. Problems are screened with 32 samples; then each is
searched. 95 % intervals come from drawing problems anew, for labels of one problem hang together.

A label is counted in two ways. An *asked prefix* is called right if any of its k rollouts succeeds;
by the tree, also if any rollout of an asked prefix that extends it does, for that is a success from
the shorter one too. A *step* of a searched solution is what that says of all its steps, most by
inference: right before the first asked prefix that fails, wrong from there on. A solution is
*exact* where that prefix ends with its first error. Beside it stand the rules that ship: they read
each solution by its own prefixes alone.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.console import Console
from rich.table import Table

from annotate.rules import RULES, Case, Rule
from annotate.strategies import Gathered, OmegaPrm, Screen
from annotate.strategies.screen import KEPT
from annotate.worlds.simulated import SimulatedWorld, first_error
from benchmarks.simulated_context import SimulatedContext
from schemas import FirstErrorVerdict, Problem, Scope
from verifiers import build, parse_spec

RULE_NAMES = ("any_success", "success_rate", "success_rate(vouch=True)", "half_root")
"""Rules that decide on the same rollouts."""
RESAMPLES = 1000
"""Draws of problems behind an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is measured."""

    problems: int
    """Problems before the screen, >= 1."""
    seed: int
    """Seed of the world."""
    k: int
    """Rollouts per prefix."""
    searches: int
    """Searches per problem at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one setting gave: a row of counts for each problem that was kept."""

    setting: Setting
    """What was run."""
    per_problem: list[Counter[str]]
    """Counts by name, see `count`."""
    repeats: int
    """Rollouts asked for by the search from prefixes that it had asked about before."""
    seconds: float
    """Time taken, completions included."""

    def total(self, name: str) -> int:
        """Return a count over all problems."""
        return sum(counts[name] for counts in self.per_problem)


def measure(setting: Setting) -> Measured:
    """Screen and search the problems of one setting."""
    world = SimulatedWorld(seed=setting.seed)
    rules = {name: build(RULES, parse_spec(name)) for name in RULE_NAMES}
    screen = Screen(take_wrong=0, take_right=0)
    strategy = OmegaPrm(k=setting.k, searches=setting.searches)
    begun = time.perf_counter()
    rows = []
    repeats = 0
    for problem in world.problems(setting.problems):
        context = SimulatedContext(world=world)
        bare = Case(problem=problem, solutions=())
        screened = asyncio.run(screen.gather(bare, context, "screen"))
        if screened.evidence[0].reason != KEPT:
            continue
        # The screen is paid for apart, as if the generator were another policy.
        searching = SimulatedContext(world=world)
        found = asyncio.run(strategy.gather(bare, searching, "search"))
        asked = Counter(prefix for _, prefix, _ in searching.asked)
        repeats += sum((times - 1) * setting.k for times in asked.values())
        counts = count(problem, screened, found, rules)
        counts["screened"] = context.paid
        counts["searched"] = searching.paid
        rows.append(counts)
    seconds = time.perf_counter() - begun
    return Measured(setting=setting, per_problem=rows, repeats=repeats, seconds=seconds)


def count(
    problem: Problem, screened: Gathered, found: Gathered, rules: dict[str, Rule]
) -> Counter[str]:
    """Return how often labels of one problem agree with the truth."""
    solutions = {s.solution_id: s for s in found.solutions}
    truth = {key: first_error(problem, solution) for key, solution in solutions.items()}
    asked = [
        (row, solutions[row.solution_id or ""], row.step_index)
        for row in found.evidence
        if row.scope is Scope.PREFIX and row.trials and row.step_index is not None
    ]
    passing = {solution.prefix(step + 1) for row, solution, step in asked if row.successes}
    counts: Counter[str] = Counter()
    failing = set()
    for row, solution, step in asked:
        sound = is_sound(truth[solution.solution_id], step)
        text = solution.prefix(step + 1)
        passes = any(longer.startswith(text) for longer in passing)
        failing |= set() if passes else {text}
        counts["asked"] += 1
        counts["asked right"] += sound == bool(row.successes)
        counts["tree right"] += sound == passes
        counts["errors asked"] += not sound
        counts["errors seen"] += not sound and not row.successes
    for solution in found.solutions:
        error, last = truth[solution.solution_id], len(solution.steps) - 1
        first = next((i for i in range(last) if solution.prefix(i + 1) in failing), last)
        counts["solutions"] += 1
        counts["tree exact"] += first == error
        counts["steps"] += last + 1
        counts["tree steps right"] += sum(
            (index < first) == is_sound(error, index) for index in range(last + 1)
        )
    case = Case(
        problem=problem, solutions=found.solutions, evidence=screened.evidence + found.evidence
    )
    for name, rule in rules.items():
        for decision in rule.decide(case, None):
            decided = decision.first_error is FirstErrorVerdict.FOUND
            counts[f"{name} found"] += decided
            counts[f"{name} exact"] += (
                decided and decision.step_index == truth[decision.solution_id]
            )
    return counts


def is_sound(first_wrong: int | None, step: int) -> bool:
    """Return whether the prefix that ends with a step holds no error."""
    return first_wrong is None or step < first_wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A ratio of two counts with its interval."""

    value: float
    """The ratio."""
    low: float
    """2.5 % quantile over draws of problems."""
    high: float
    """97.5 % quantile."""
    n: int
    """The count below the line."""

    def __str__(self) -> str:
        """Return it as the table shows it."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] n={self.n:,}"


def share(measured: Measured, above: Sequence[str], below: str) -> Share:
    """Return the ratio of counts, the interval by drawing problems anew; zeros without any."""
    if not measured.per_problem:
        return Share(value=0.0, low=0.0, high=0.0, n=0)
    rows = np.array(
        [[sum(c[name] for name in above), c[below]] for c in measured.per_problem], dtype=float
    ).reshape(-1, 2)
    generator = np.random.default_rng(measured.setting.seed)
    drawn = generator.integers(0, len(rows), size=(RESAMPLES, len(rows)))
    sums = rows[drawn].sum(axis=1)
    ratios = sums[:, 0] / np.maximum(sums[:, 1], 1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    top, bottom = rows.sum(axis=0)
    return Share(value=float(top / max(bottom, 1)), low=float(low), high=float(high), n=int(bottom))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table: a name and a value per setting."""

    name: str
    """What is measured."""
    values: list[Share | int] = field(default_factory=list)
    """[n_settings] Results."""


def lines(results: Sequence[Measured]) -> list[Line]:
    """Return the table's lines."""
    shares: dict[str, tuple[Sequence[str], str]] = {
        "asked prefixes labelled rightly": (("asked right",), "asked"),
        "the same by the tree": (("tree right",), "asked"),
        "errors among them that were seen": (("errors seen",), "errors asked"),
        "exact first errors by the tree": (("tree exact",), "solutions"),
        "steps labelled rightly by the tree": (("tree steps right",), "steps"),
    }
    for name in RULE_NAMES:
        shares[f"exact where found, rule {name}"] = ((f"{name} exact",), f"{name} found")
    both = ("screened", "searched")
    shares |= {
        "rollouts per asked prefix": (("searched",), "asked"),
        "the same with the screen": (both, "asked"),
        "rollouts per searched solution": (("searched",), "solutions"),
        "rollouts per step, with the screen": (both, "steps"),
    }
    return [
        Line(name="problems kept", values=[len(m.per_problem) for m in results]),
        Line(name="solutions searched", values=[m.total("solutions") for m in results]),
        *(
            Line(name=name, values=[share(m, above, below) for m in results])
            for name, (above, below) in shares.items()
        ),
        Line(name="rollouts on evaluated prefixes", values=[m.repeats for m in results]),
    ]


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=500, help="problems before the screen")
    parser.add_argument("--seed", type=int, default=1, help="seed of the world")
    parser.add_argument("--k", type=int, default=8, help="rollouts per prefix")
    parser.add_argument(
        "--searches", type=int, nargs="+", default=[2, 5, 20, 100], help="searches per problem"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    results = [
        measure(Setting(problems=options.problems, seed=options.seed, k=options.k, searches=n))
        for n in options.searches
    ]
    if options.json:
        told = {
            line.name: [
                v if isinstance(v, int) else [v.value, v.low, v.high, v.n] for v in line.values
            ]
            for line in lines(results)
        }
        print(json.dumps({"searches": options.searches, **told}))
        return
    table = Table(
        title=f"{options.problems} problems, seed {options.seed}, k={options.k}, 95 % intervals"
    )
    table.add_column("searches per problem at most")
    for n in options.searches:
        table.add_column(str(n), justify="right")
    for line in lines(results):
        table.add_row(line.name, *(str(value) for value in line.values))
    console = Console(width=None if Console().is_terminal else 170, highlight=False, markup=False)
    console.print(table)
    console.print("seconds:", ", ".join(f"{m.seconds:.1f}" for m in results))


if __name__ == "__main__":
    main()
