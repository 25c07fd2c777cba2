"""SCAN's claims on the embedded policy: what it costs beside vanilla Monte Carlo, and its noise.

    python -m benchmarks.labelling.scan [--problems 300] [--out FOLDER] [--json]

One run of the job `label` on fresh problems, each sampled 32 times. Vanilla: 8 rollouts of every
prefix of every chain; the first prefix without a success is the first error (Math-Shepherd). SCAN
(arXiv:2509.16548): only problems solved 24 times of 32 or more; right chains cost nothing, wrong
ones 8 rollouts of prefix after prefix up to the first without a success; the two steps before that
have soft labels. Both label the same chains and share their rollouts.

Labelled are up to 4 wrong chains and 1 right one of each problem. Costs are those of labelling all
32 samples of a problem, or up to 8 of each kind, at the mean cost of its labelled ones. Cost with
the screen counts the 32 samples of every problem, dropped ones too, on SCAN's side; vanilla needs
no screen, but the samples that it labels must be drawn as well, and both ways are printed.

Noise is against the exact checker, on chains with a wrong answer: a step is right before the first
error and wrong from there on. Intervals are 95 %, from drawing problems anew.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from rich.console import Console
from rich.table import Table

from annotate.storage import RunFolder, connect
from benchmarks.labelling.label_run import label_problems, methods_of
from benchmarks.labelling.ratios import Ratio, ratio_of
from examples.demo.truth import check_chains
from schemas import FirstErrorVerdict

SAMPLES, CONFIDENT = 32, 0.75
"""Samples of each problem, and the share of right ones from which SCAN keeps it."""
TAKEN = "take_wrong=4, take_right=1, role='completer', strict=False"
"""The same for both, so that they label the same chains."""
COMPARED = {
    "vanilla": ((f"screen(n={SAMPLES}, {TAKEN})", "every_prefix(k=8)"), "any_success"),
    "scan": (
        (f"screen(n={SAMPLES}, min_rate={CONFIDENT}, {TAKEN})", "first_failure(k=8)"),
        f"scan(tolerance=2, min_confidence={CONFIDENT})",
    ),
}
"""Ways of gathering, and the rule."""
CAPS = {"all samples": SAMPLES, "up to 8 of a kind": 8}
"""Most chains of each kind, right and wrong, that are labelled of a problem."""
_CHAINS = """
    SELECT solution_id, problem_id, outcome = 'CORRECT'
    FROM solutions WHERE outcome IN ('CORRECT', 'INCORRECT', 'NO_ANSWER')
"""
_LABELS = "SELECT solution_id, step_index, verdict, value FROM labels WHERE method = $1"
_COSTS = """
    SELECT e.solution_id, sum(e.trials), sum(e.tokens)
    FROM evidence AS e JOIN gatherings AS g USING (gathering_id)
    WHERE g.strategy = $1 AND e.scope = 'PREFIX' GROUP BY ALL
"""
_ROOTS = """
    SELECT problem_id, max(successes), max(trials), max(tokens)
    FROM evidence WHERE scope = 'PROBLEM' AND trials > 0 GROUP BY ALL
"""

Labels = Mapping[int, tuple[bool, float]]
"""By step: whether it is called right, and the value. Steps without a value are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A sampled chain that both label."""

    right: bool
    """Whether its answer is right."""
    n_steps: int
    """M."""
    first_error: int | None
    """By the exact checker; M where no step is wrong, null where it cannot tell."""
    labels: Mapping[str, Labels]
    """By method."""
    costs: Mapping[str, tuple[int, int]]
    """Rollouts and tokens by method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A problem with its chains."""

    successes: int
    """Samples that are right."""
    trials: int
    """Samples that count: those that were cut do not."""
    tokens: int
    """Tokens of all samples."""
    chains: list[Chain] = field(default_factory=list)
    """Those that were labelled."""

    @property
    def is_kept(self) -> bool:
        """Whether SCAN keeps it."""
        return self.successes >= CONFIDENT * self.trials

    def cost(self, method: str, unit: int, most: int) -> float:
        """Return what labelling its samples costs, at the mean of those that were labelled.

        Args:
            method: The method.
            unit: 0 for rollouts, 1 for tokens.
            most: Most right and most wrong samples that are labelled.
        """
        total = 0.0
        for right, n in ((True, self.successes), (False, self.trials - self.successes)):
            told = [c.costs.get(method, (0, 0))[unit] for c in self.chains if c.right is right]
            total += min(n, most) * float(np.mean(told)) if told else 0.0
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How wrong one way's labels of wrong chains are."""

    way: str
    """Method, and on which problems."""
    chains: int
    """Wrong chains whose first error is known, on its problems."""
    decided: Ratio
    """Share of them that it labels."""
    early: Ratio
    """Share of those whose first error is named too early."""
    late: Ratio
    """The same too late."""
    misplaced: Ratio
    """Both."""
    labels: Ratio
    """Wrong labels among its labels of steps."""
    sound: Ratio
    """Steps before the first error that are called wrong, of all such."""
    wrong: Ratio
    """Steps from the first error on that are called right, of all such."""
    first: Ratio
    """First wrong steps that are called right, of all that have a label."""
    absolute: Ratio
    """Mean |value - truth|."""
    squared: Ratio
    """Mean squared difference."""


def read(run: RunFolder) -> list[Sampled]:
    """Return the problems of a run."""
    with connect(run) as con:
        found = {
            problem: Sampled(successes=int(right), trials=int(trials), tokens=int(tokens))
            for problem, right, trials, tokens in con.execute(_ROOTS).fetchall()
        }
        marks = {key: (one.mark, len(one.steps)) for key, one in check_chains(con).items()}
        labels = {name: _labels(con, name) for name in COMPARED}
        costs = {
            name: {key: (int(n), int(tokens)) for key, n, tokens in rows}
            for name, strategy in (("vanilla", "every_prefix"), ("scan", "first_failure"))
            for rows in [con.execute(_COSTS, [strategy]).fetchall()]
        }
        for key, problem, right in con.execute(_CHAINS).fetchall():
            mark, n_steps = marks[key]
            first = n_steps if mark.step_index is None else mark.step_index
            if problem in found:
                found[problem].chains.append(
                    Chain(
                        right=right,
                        n_steps=n_steps,
                        first_error=None if mark.verdict is FirstErrorVerdict.UNDECIDED else first,
                        labels={name: labels[name][key] for name in COMPARED},
                        costs={name: costs[name].get(key, (0, 0)) for name in COMPARED},
                    )
                )
    return list(found.values())


def _labels(
    con: duckdb.DuckDBPyConnection, method: str
) -> dict[str, dict[int, tuple[bool, float]]]:
    by_solution: dict[str, dict[int, tuple[bool, float]]] = defaultdict(dict)
    for key, step, verdict, value in con.execute(_LABELS, [method]).fetchall():
        if value is not None and verdict in {"CORRECT", "INCORRECT"}:
            by_solution[key][step] = (verdict == "CORRECT", value)
    return by_solution


def noise_of(way: str, problems: Sequence[Sampled], method: str, *, soft: bool) -> Noise:
    """Return the noise of a method's labels of wrong chains, on some problems."""
    n = len(problems)
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(n))
    for place, problem in enumerate(problems):
        for chain in problem.chains:
            truth, labels = chain.first_error, chain.labels[method]
            if chain.right or truth is None or truth == chain.n_steps:
                continue
            sums["chains"][place] += 1
            said = min((step for step, (right, _) in labels.items() if not right), default=None)
            if said is None:
                continue
            sums["decided"][place] += 1
            sums["early"][place] += said < truth
            sums["late"][place] += said > truth
            for step, (right, value) in labels.items():
                sound = step < truth
                gap = (value if soft else float(right)) - sound
                sums["labels"][place] += 1
                sums["wrong labels"][place] += right != sound
                sums["sound" if sound else "wrong"][place] += 1
                sums["sound missed" if sound else "wrong missed"][place] += right != sound
                sums["first"][place] += step == truth
                sums["first missed"][place] += step == truth and right
                sums["absolute"][place] += abs(gap)
                sums["squared"][place] += gap * gap

    def share(above: str, below: str) -> Ratio:
        return ratio_of(sums[above], sums[below])

    return Noise(
        way=way,
        chains=int(sums["chains"].sum()),
        decided=share("decided", "chains"),
        early=share("early", "decided"),
        late=share("late", "decided"),
        misplaced=ratio_of(sums["early"] + sums["late"], sums["decided"]),
        labels=share("wrong labels", "labels"),
        sound=share("sound missed", "sound"),
        wrong=share("wrong missed", "wrong"),
        first=share("first missed", "first"),
        absolute=share("absolute", "labels"),
        squared=share("squared", "labels"),
    )


def shares_of_cost(problems: Sequence[Sampled]) -> dict[str, dict[str, Ratio]]:
    """Return SCAN's cost as a share of vanilla's, by what is counted and in which unit."""
    kept = [p for p in problems if p.is_kept]

    def total(method: str, unit: int, most: int) -> Callable[[Sampled], float]:
        return lambda p: p.cost(method, unit, most) if p.is_kept else 0.0

    found: dict[str, dict[str, Ratio]] = {}
    for cap, most in CAPS.items():
        for unit, name in enumerate(("rollouts", "tokens")):
            screen = np.array([(SAMPLES, p.tokens)[unit] for p in problems], float)
            scan = np.array(list(map(total("scan", unit, most), problems)))
            vanilla = np.array(list(map(total("vanilla", unit, most), problems)))
            everywhere = np.array([p.cost("vanilla", unit, most) for p in problems])
            of_kept = np.array([p.is_kept for p in problems]) * screen
            for what, ratio in (
                ("rollouts of prefixes alone, kept problems", (scan, vanilla)),
                ("the same, vanilla on all problems", (scan, everywhere)),
                ("screen of all problems in, vanilla without", (scan + screen, vanilla)),
                ("screen in, vanilla with its samples", (scan + screen, vanilla + of_kept)),
            ):
                found.setdefault(f"{cap}: {what}", {})[name] = ratio_of(*ratio)
    found["wrong among the samples of kept problems"] = {
        "rollouts": ratio_of(
            np.array([p.trials - p.successes for p in kept]), np.array([p.trials for p in kept])
        )
    }
    return found


def noises_of(problems: Sequence[Sampled]) -> list[Noise]:
    """Return the noise before and after."""
    kept = [p for p in problems if p.is_kept]
    dropped = [p for p in problems if not p.is_kept]
    return [
        noise_of("vanilla, all problems", problems, "vanilla", soft=False),
        noise_of("vanilla, problems that SCAN drops", dropped, "vanilla", soft=False),
        noise_of("vanilla, problems that SCAN keeps", kept, "vanilla", soft=False),
        noise_of("SCAN, hard labels", kept, "scan", soft=False),
        noise_of("SCAN, soft labels", kept, "scan", soft=True),
    ]


def hidden_of(problems: Sequence[Sampled]) -> Ratio:
    """Return the share of right answers that hold a wrong step; SCAN calls all of them right."""
    known = [
        [c.first_error < c.n_steps for c in p.chains if c.right and c.first_error is not None]
        for p in problems
    ]
    return ratio_of(np.array([sum(k) for k in known]), np.array([len(k) for k in known]))


def show(problems: Sequence[Sampled], console: Console) -> None:
    """Print the tables."""
    kept = [p for p in problems if p.is_kept]
    table = Table(title=f"SCAN's share of vanilla's cost, {len(problems)} problems, 95 %")
    for column in ("what is counted", "rollouts", "tokens"):
        table.add_column(column)
    for what, units in shares_of_cost(problems).items():
        table.add_row(what, *(unit.percent() for unit in units.values()))
    console.print(table)
    table = Table(title="Noise of labels of wrong chains, 95 %")
    noises = noises_of(problems)
    table.add_column("")
    for noise in noises:
        table.add_column(noise.way)
    table.add_row("wrong chains", *(str(noise.chains) for noise in noises))
    for name, title in (
        ("decided", "labelled"),
        ("misplaced", "first error misplaced"),
        ("early", "too early"),
        ("late", "too late"),
        ("labels", "labels of steps wrong"),
        ("sound", "steps before the error called wrong"),
        ("wrong", "steps from it on called right"),
        ("first", "first wrong steps called right"),
        ("absolute", "mean |value - truth|"),
        ("squared", "mean squared"),
    ):
        table.add_row(title, *(getattr(noise, name).percent() for noise in noises))
    console.print(table)
    console.print(
        f"SCAN keeps {len(kept)} of {len(problems)} problems. Of right answers "
        f"{hidden_of(problems).percent()} hold a wrong step; SCAN calls all of them right."
    )


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=300, help="fresh problems")
    parser.add_argument("--policy", default="embedded", help="who samples and continues")
    parser.add_argument("--out", type=Path, help="folder to keep, and to go on with")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        run = label_problems(folder, options.problems, methods_of(COMPARED), policy=options.policy)
        problems = read(run)
    if options.json:
        cost = {
            what: {unit: asdict(ratio) for unit, ratio in units.items()}
            for what, units in shares_of_cost(problems).items()
        }
        print(json.dumps({"cost": cost, "noise": [asdict(one) for one in noises_of(problems)]}))
        return
    console = Console(width=None if Console().is_terminal else 160, highlight=False, markup=False)
    show(problems, console)


if __name__ == "__main__":
    main()
