"""Methods on the embedded policy's own chains, against the exact truth of the grammar.

    python -m benchmarks.labelling.embedded [--problems 1000] [--first 0] [--out FOLDER]

One run of the job `label`: every method labels the same sampled chains, at most two wrong and one
right of each mixed problem, and shares the ledger. Ours audits four problems in ten (every prefix,
16 rollouts), fits its rates and signals to them, and is scored, as all are, on the other problems
alone. `exact` counts what is left undecided as missed; intervals are 95 %, from drawing problems
anew. Rollouts and tokens are those that a method counts on these chains, by prefix, whoever drew
them; what a judge wrote is among the tokens, what it and who scores read is not. `sure` is the
share of labels given at 0.9 or more, and how many of them are right; `trusted` is labels per
million tokens (the screen's counted in, the audit's not) at a confidence whose precision was 95 %
on half of the problems, counted on the other half; a method without confidences has one level. The
ceiling asks 48 rollouts of every prefix. Right answers with a wrong or withdrawn step stand in a
table of their own.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from annotate.reports.threshold import Judged
from annotate.reports.trusted import Counted, Paying, trusted_labels
from annotate.strategies.every_prefix import is_chosen
from benchmarks.labelling.label_run import Gathered, label_problems, methods_of
from benchmarks.labelling.measure import calibration_error
from benchmarks.labelling.said import Said, read_said
from schemas import FirstErrorVerdict

SCREEN = "screen(n=16, take_wrong=2, take_right=1, role='completer')"
"""The same for all, so that they label the same chains."""
AUDITED = 0.4
"""Share of problems that rates are fitted to, and that nothing is scored on."""
BUDGETS = (2, 4, 8, 16, 24)
"""Mean rollouts per wrong chain that ours is set to."""
GATHERED: dict[str, Gathered] = {
    "every prefix k=8, any success": (("every_prefix(k=8)",), "any_success"),
    "first failure k=8, any success": (("first_failure(k=8)",), "any_success"),
    "bisect k=8, any success": (("bisect(k=8)",), "any_success"),
    "bisect k=16, any success": (("bisect(k=16)",), "any_success"),
    "bisect k=8, half of root": (("bisect(k=8, threshold=0.5, root_k=16)",), "half_root"),
    "bisect k=16, half of root": (("bisect(k=16, threshold=0.5, root_k=16)",), "half_root"),
    **{
        f"waymark{without}, {budget} rollouts": (
            (
                *looks,
                f"every_prefix(k=16, right=False, share={AUDITED})",
                f"most_informative(rollouts={budget})",
            ),
            "posterior(confidence=0.0)",
        )
        for without, looks, budgets in (
            ("", ("ask_verifiers", "score_steps"), BUDGETS),
            (" and a judge", ("ask_verifiers", "score_steps", "ask_judge(n=1)"), (2, 4, 8, 16)),
            (" without scores and findings", (), (8, 16, 24)),
        )
        for budget in budgets
    },
    "a judge alone": (("ask_judge(n=1)",), "vote"),
    "ceiling: every prefix k=48, half of root": (("every_prefix(k=48)",), "half_root"),
}
"""What is compared: ways of gathering behind the screen, and the rule."""
RESAMPLES = 1000
"""Draws of problems behind an interval."""
SURE = 0.9
"""Confidence from which a label counts as a sure one."""


def interval(said: Sequence[Said]) -> tuple[float, float]:
    """Return the 95 % interval of the exact rate, from drawing problems anew."""
    by_problem: dict[str, list[float]] = defaultdict(list)
    for one in said:
        by_problem[one.problem_id].append(one.pair.is_exact)
    sums = np.array([(sum(group), len(group)) for group in by_problem.values()])
    random = np.random.default_rng(0)
    drawn = random.integers(len(sums), size=(RESAMPLES, len(sums)))
    totals = sums[drawn].sum(axis=1)
    low, high = np.quantile(totals[:, 0] / totals[:, 1], [0.025, 0.975])
    return float(low), float(high)


def show_wrong(said: Mapping[str, Sequence[Said]], console: Console) -> None:
    """Print the table of chains with a wrong answer."""
    n = len(next(iter(said.values())))
    table = Table(title=f"{n} chains with a wrong answer, of problems that were not audited")
    for name in (
        "method",
        "rollouts",
        "tokens",
        "exact %",
        "95 %",
        "calibration",
        "sure",
        "trusted",
    ):
        table.add_column(name, justify="left" if name == "method" else "right")
    for name, found in said.items():
        low, high = interval(found)
        told = [one for one in found if one.pair.confidence is not None]
        sure = [one for one in told if (one.pair.confidence or 0) >= SURE]
        told_gap = ""
        if told:
            gap = calibration_error(
                np.array([one.pair.confidence for one in told], float),
                np.array([one.pair.is_exact for one in told], float),
            )
            told_gap = f"{gap:.3f}"
        right = f", {_percent(one.pair.is_exact for one in sure)} right" if sure else ""
        table.add_row(
            name,
            f"{np.mean([one.rollouts for one in found]):.1f}",
            f"{np.mean([one.tokens for one in found]):,.0f}",
            _percent(one.pair.is_exact for one in found),
            f"{100 * low:.1f} to {100 * high:.1f}",
            told_gap,
            f"{_percent(one in sure for one in found)}{right}" if told else "",
            _trusted(found),
        )
    console.print(table)


def show_right(said: Mapping[str, Sequence[Said]], console: Console) -> None:
    """Print the table of chains with a right answer, with and without a wrong step."""
    first = next(iter(said.values()))
    hidden = sum(one.has_error for one in first)
    table = Table(
        title=f"{len(first)} chains with a right answer: {hidden} with a wrong or withdrawn step"
    )
    columns = ("method", "error named %", "called clean %", "open %", "clean ones: error named %")
    for name in columns:
        table.add_column(name, justify="left" if name == "method" else "right")
    for name, found in said.items():
        erring = [one for one in found if one.has_error]
        clean = [one for one in found if not one.has_error]
        table.add_row(
            name,
            _percent(one.pair.is_exact for one in erring),
            _percent(one.says(FirstErrorVerdict.NONE_FOUND) for one in erring),
            _percent(one.says(FirstErrorVerdict.UNDECIDED) for one in erring),
            _percent(one.says(FirstErrorVerdict.FOUND) for one in clean),
        )
    console.print(table)


def _trusted(found: Sequence[Said]) -> str:
    """Return trusted labels per million tokens, those of the screen counted in."""
    rows = [
        Paying(
            judged=Judged(problem_id=one.problem_id, pair=one.pair),
            tokens=one.tokens + one.screen_tokens,
        )
        for one in found
    ]
    per_million = trusted_labels(rows, Counted.FOUND).per_million
    if per_million is None:
        return "too few"
    value, low, high = per_million.value, per_million.low, per_million.high
    return f"{value:,.0f} [{low:,.0f}, {high:,.0f}]" if value else "0"


def _percent(hits: Iterable[bool]) -> str:
    told = list(hits)
    return f"{100 * np.mean(told):.1f}" if told else ""


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--problems", type=int, default=1000, help="fresh problems")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--out", type=Path, help="folder to keep, and to go on with")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        methods = methods_of(
            {name: ((SCREEN, *gathers), rule) for name, (gathers, rule) in GATHERED.items()}
        )
        found = label_problems(folder, options.problems, methods, first=options.first)
        said = read_said(found, {name: gathers for name, (gathers, _) in GATHERED.items()})
    console = Console(width=None if Console().is_terminal else 140, highlight=False, markup=False)
    said = {
        name: [one for one in all_of if not is_chosen(one.problem_id, AUDITED)]
        for name, all_of in said.items()
    }
    wrong = {n: [one for one in of if one.ends_wrong and one.has_error] for n, of in said.items()}
    show_wrong(wrong, console)
    show_right({n: [one for one in of if not one.ends_wrong] for n, of in said.items()}, console)


if __name__ == "__main__":
    main()
