"""Classifiers of steps trained on each method's labels at equal token budgets.

    python -m benchmarks.labelling.downstream [--budget 300000] [--out FOLDER] [--json]

Each method labels fresh problems of its own run until its budget of generated tokens is spent, the
samples that it labels among them; cheap methods see more problems. What a judge reads is not
counted, what it writes is. On the labelled steps a logistic regression is fitted on the embedded
model's last state at the end of each step: soft labels as soft targets, weights kept, undecided
steps left out. The ceiling has the exact checker's labels of the chains that outcomes label; `F1,
exact labels` is that of the steps that a method labels, so that what it costs to label few steps
and what it costs to label them wrongly can be told apart; for `right answers exact` the exact
checker labels the chains with a right answer alone, in which rollouts see few errors. `passed` are
first wrong steps that are called right, of those decided, where they withdraw a right step or not.

It is scored on the sampled chains of other problems, 8 each. F1 is ProcessBench's, of the first
step whose score is below a threshold; that of each half of the problems is the best one on the
other half, by the exact checker. Best of 8 takes the chain whose least step score is greatest.
Intervals are 95 %: training problems drawn anew and a head fitted for each seed, fresh problems
drawn anew. Differences are on the same draws of fresh problems. The weighted vote adds up the least
scores of an answer's samples, the plain one counts them.

`waymark` fits its rates to an audit of other problems, whose cost stands apart; `waymark, shipped
rates` has none.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from annotate.storage import RunFolder, connect
from benchmarks.labelling.heads import Fresh, Judged, Steps, best_penalty, f1, fit, judge, vote
from benchmarks.labelling.label_run import label_problems, methods_of
from benchmarks.labelling.recipes import RECIPES, Recipe, asks_judge
from benchmarks.labelling.states import Reader
from benchmarks.labelling.training_chains import (
    AUDITED,
    Found,
    Spent,
    read_chains,
    spent_in,
    steps_of,
)

CEILING = "exact truth (ceiling)"
BASELINE = "outcomes"
VOTE = "most frequent answer"
RESAMPLES = 1000
"""Draws behind an interval."""
FRESH_AT = 100_000
"""Number of the first fresh problem: none of training comes near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share with its 95 % interval."""

    value: float
    """The share, or a difference of shares."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""

    def __str__(self) -> str:
        """Return it as the table shows it."""
        return f"{100 * self.value:.1f} [{100 * self.low:.1f}, {100 * self.high:.1f}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A value, and what it is on other draws of problems and seeds."""

    value: float
    """The value."""
    draws: np.ndarray
    """[RESAMPLES]"""

    def figure(self) -> Figure:
        """Return it with its interval."""
        low, high = np.quantile(self.draws, [0.025, 0.975])
        return Figure(value=self.value, low=float(low), high=float(high))

    def over(self, other: "Drawn") -> Figure:
        """Return the difference, on the same draws of fresh problems."""
        return Drawn(value=self.value - other.value, draws=self.draws - other.draws).figure()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One method."""

    method: str
    """Its name."""
    spent: Spent
    """What its labels cost."""
    steps: int
    """Labelled steps of training."""
    wrong_labels: float
    """Share of these whose verdict is not the exact checker's, where that is known."""
    wrong_of_wrong: float
    """The same among chains with a wrong answer."""
    withdrawals: float
    """Share called right of first errors that take back a right step, of those decided."""
    others: float
    """The same of all other first errors."""
    hidden: float
    """Share of right answers that hold a wrong step."""
    f1: Figure
    """F1 of first errors."""
    f1_over: Figure
    """The same less that of outcomes."""
    f1_exact: Figure
    """F1 of heads trained on the same steps by the exact checker."""
    f1_mended: Figure
    """F1 of heads trained on its labels of wrong answers and exact ones of right answers."""
    best: Figure
    """Accuracy of the best of 8 by the least score."""
    best_over: Figure
    """The same less that of outcomes."""
    voted: Figure
    """Accuracy of the answer whose samples' least scores sum to most."""
    voted_over: Figure
    """The same less that of the most frequent answer."""


def train(steps: Steps, chains: Sequence[Fresh], n_problems: int, seeds: int) -> list[Judged]:
    """Return what the heads of several draws of the training problems are worth."""
    penalty = best_penalty(steps)
    problems = np.unique(steps.problems)
    return [
        judge(
            fit(steps.of(np.random.default_rng(seed).choice(problems, len(problems))), penalty),
            chains,
            n_problems,
        )
        for seed in range(seeds)
    ]


def scores(
    judged: Mapping[str, Sequence[Judged]], plain: np.ndarray, n_problems: int
) -> dict[str, dict[str, Drawn]]:
    """Return what each method's heads reach, by measure.

    Args:
        judged: What its heads are worth, by method.
        plain: [n_problems] How right the most frequent answer is.
        n_problems: Number of fresh problems.
    """
    random = np.random.default_rng(0)
    drawn = random.integers(n_problems, size=(RESAMPLES, n_problems))
    found = {}
    for method, seeds in judged.items():
        seed = random.integers(len(seeds), size=RESAMPLES)[:, None]
        counts = np.array([one.counts for one in seeds])
        found[method] = {
            "f1": Drawn(
                value=float(f1(counts.sum(axis=1)).mean()),
                draws=f1(counts[seed, drawn].sum(axis=1)),
            )
        }
        voted = np.array([one.voted for one in seeds])
        for name, shares in (
            ("best", np.array([one.best for one in seeds])),
            ("voted", voted),
            ("over vote", voted - plain),
        ):
            draws = shares[seed, drawn].mean(axis=1)
            found[method][name] = Drawn(value=float(shares.mean()), draws=draws)
    return found


def fresh_chains(folder: Path, n: int, reader: Reader, policy: str) -> list[Fresh]:
    """Return sampled chains of fresh problems."""
    whole = "screen(n=8, take_wrong=8, take_right=8, strict=False, role='completer')"
    methods = methods_of({"fresh": ((whole, "ask_verifiers"), "outcome")})
    run = label_problems(folder, n, methods, policy=policy, first=FRESH_AT)
    with connect(run) as con:
        chains = read_chains(con)
    problems = {key: number for number, key in enumerate(sorted({c.problem_id for c in chains}))}
    states = reader.states([(chain.question, chain.steps) for chain in chains])
    return [
        Fresh(
            problem=problems[chain.problem_id],
            states=np.asarray(state, np.float64),
            first_error=chain.first_error,
            right=chain.right,
            answer=chain.answer,
            times=chain.times,
        )
        for chain, state in zip(chains, states, strict=True)
    ]


def baselines_of(chains: Sequence[Fresh], n_problems: int) -> dict[str, np.ndarray]:
    """Return [n_problems] how right other ways of choosing one of the 8 samples are."""
    rows = np.array([(c.problem, c.times, c.times * c.right) for c in chains])
    sums = np.zeros((n_problems, 2))
    np.add.at(sums, rows[:, 0], rows[:, 1:])
    return {
        "one sample": sums[:, 1] / sums[:, 0],
        VOTE: vote(chains, np.ones(len(chains)), n_problems),
        "any of 8": sums[:, 1] > 0,
    }


def label_for(
    folder: Path, recipe: Recipe, budget: int, policy: str
) -> tuple[RunFolder, dict[str, Spent]]:
    """Label problems until the budget of each method is spent, and return what it paid for."""
    n = int(budget / recipe.tokens / (1 - AUDITED * recipe.audit)) + 1
    first = 0
    while True:
        run = label_problems(folder, n, methods_of(recipe.methods), policy=policy, first=first)
        with connect(run) as con:
            spent = {
                method: spent_in(
                    con, budget, method, audit=recipe.audit, judged=asks_judge(gathers)
                )
                for method, (gathers, _) in recipe.methods.items()
            }
        if all(spent.values()):
            return run, {method: one for method, one in spent.items() if one is not None}
        first, n = first + n, n // 4 + 1


def measure(
    folder: Path, *, budget: int, fresh: int, seeds: int, policy: str
) -> tuple[list[Row], dict[str, float]]:
    """Label, train and score; return a row per method, and the baselines of best-of-8."""
    reader = Reader()
    chains = fresh_chains(folder / "fresh", fresh, reader, policy)
    n_problems = 1 + max(chain.problem for chain in chains)
    baselines = baselines_of(chains, n_problems)
    judged: dict[str, list[Judged]] = {}
    exact: dict[str, list[Judged]] = {}
    mended: dict[str, list[Judged]] = {}
    told: dict[str, tuple[Spent, Found]] = {}
    for name, recipe in RECIPES.items():
        run, paid = label_for(folder / name.replace(", ", "-"), recipe, budget, policy)
        with connect(run) as con:
            training = read_chains(con)
            if BASELINE in paid:
                paid[CEILING] = paid[BASELINE]
            for method, spent in paid.items():
                labels = None if method == CEILING else method
                found = steps_of(con, training, spent, labels, reader)
                judged[method] = train(found.steps, chains, n_problems, seeds)
                exact[method] = train(found.exact, chains, n_problems, seeds)
                mended[method] = train(found.mended, chains, n_problems, seeds)
                told[method] = (spent, found)
    measured = scores(judged, baselines[VOTE], n_problems)
    by_truth = scores(exact, baselines[VOTE], n_problems)
    half_told = scores(mended, baselines[VOTE], n_problems)
    rows = [
        Row(
            method=method,
            spent=told[method][0],
            steps=len(told[method][1].steps.targets),
            wrong_labels=told[method][1].wrong,
            wrong_of_wrong=told[method][1].wrong_of_wrong,
            withdrawals=told[method][1].withdrawals,
            others=told[method][1].others,
            hidden=told[method][1].hidden,
            f1=found["f1"].figure(),
            f1_over=found["f1"].over(measured[BASELINE]["f1"]),
            f1_exact=by_truth[method]["f1"].figure(),
            f1_mended=half_told[method]["f1"].figure(),
            best=found["best"].figure(),
            best_over=found["best"].over(measured[BASELINE]["best"]),
            voted=found["voted"].figure(),
            voted_over=found["over vote"].figure(),
        )
        for method, found in measured.items()
    ]
    return rows, {name: float(shares.mean()) for name, shares in baselines.items()}


def show(rows: Sequence[Row], baselines: Mapping[str, float], console: Console) -> None:
    """Print the table."""
    titles = {
        "What the labels cost": (
            "problems",
            "chains",
            "tokens",
            "audit",
            "steps",
            "wrong",
            "of wrong answers",
            "withdrawals passed",
            "others passed",
            "right answers with errors",
        ),
        "First errors of fresh chains by heads trained on them, %, 95 %": (
            "F1",
            "over outcomes",
            "F1, exact labels",
            "right answers exact",
        ),
        "Choosing one of 8 fresh samples, %, 95 %": (
            "best of 8",
            "over outcomes",
            "weighted vote",
            "over plain vote",
        ),
    }
    told = [
        (
            f"{row.spent.problems}",
            f"{row.spent.chains:,}",
            f"{row.spent.tokens:,}",
            f"{row.spent.audit:,}" if row.spent.audit else "",
            f"{row.steps:,}",
            f"{100 * row.wrong_labels:.1f} %",
            f"{100 * row.wrong_of_wrong:.1f} %",
            f"{100 * row.withdrawals:.1f} %",
            f"{100 * row.others:.1f} %",
            f"{100 * row.hidden:.1f} %",
            str(row.f1),
            str(row.f1_over),
            str(row.f1_exact),
            str(row.f1_mended),
            str(row.best),
            str(row.best_over),
            str(row.voted),
            str(row.voted_over),
        )
        for row in rows
    ]
    at = 0
    for title, columns in titles.items():
        table = Table(title=title)
        table.add_column("labels by")
        for name in columns:
            table.add_column(name, justify="right")
        for row, cells in zip(rows, told, strict=True):
            table.add_row(row.method, *cells[at : at + len(columns)])
        at += len(columns)
        console.print(table)
    console.print(", ".join(f"{name}: {100 * value:.1f} %" for name, value in baselines.items()))


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--budget", type=int, default=300_000, help="tokens of each method")
    parser.add_argument("--fresh", type=int, default=300, help="fresh problems")
    parser.add_argument("--seeds", type=int, default=8, help="draws of the training problems")
    parser.add_argument("--policy", default="embedded", help="who samples, continues and judges")
    parser.add_argument("--out", type=Path, help="folder to keep, and to go on with")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        rows, baselines = measure(
            options.out or Path(scratch),
            budget=options.budget,
            fresh=options.fresh,
            seeds=options.seeds,
            policy=options.policy,
        )
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "best of 8": baselines}))
        return
    console = Console(width=None if Console().is_terminal else 130, highlight=False, markup=False)
    show(rows, baselines, console)


if __name__ == "__main__":
    main()
