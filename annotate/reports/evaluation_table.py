"""An evaluation as tables for a terminal. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group as Stack
from rich.table import Table
from rich.text import Text

from annotate.reports.evaluation import Evaluation, Grouping, SetReport
from annotate.reports.first_error_scores import Difference, Proportion, Scores
from annotate.reports.gaps import Gap
from annotate.reports.safe_text import safe_text

_ABSENT = "-"
_WHOLE = 100.0  # numbers from here on are shown without decimals
_SMALLEST_P = 1e-4  # smaller ones are not told apart


def evaluation_tables(evaluation: Evaluation) -> Stack:
    """Return the tables: all paired solutions, each grouping, and what could not be paired."""
    first = evaluation.sets[0].scores
    head = Text(
        f"{evaluation.n_paired:,} shared solutions: {first.n_with_error:,} with an error, "
        f"{first.n_without_error:,} without. Shares in %, with 95 % intervals.",
        style="bold",
    )
    groupings = (_grouping(grouping, evaluation.sets) for grouping in evaluation.groupings)
    gaps = gap_table(
        evaluation.truth_left_out, [(one.name, one.left_out) for one in evaluation.sets]
    )
    rest = [gaps] if gaps.row_count else []
    return Stack(head, _overall(evaluation), *groupings, *rest)


def _overall(evaluation: Evaluation) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("")
    for report in evaluation.sets:
        table.add_column(safe_text(report.name), justify="right")
    for name, cells in _lines(evaluation.sets):
        table.add_row(name, *cells)
    return table


def _lines(sets: Sequence[SetReport]) -> Iterable[tuple[str, list[str]]]:
    yield from score_lines([report.scores for report in sets])
    if len(sets) > 1:
        yield "exact, against the first", [_difference(report.difference) for report in sets]
    if any(report.cost is not None for report in sets):
        costs = [report.cost for report in sets]
        yield "tokens per solution", [show_number(None if c is None else c.tokens) for c in costs]
        yield (
            "rollouts per solution",
            [show_number(None if c is None else c.rollouts) for c in costs],
        )
        yield "seconds per solution", [show_number(None if c is None else c.seconds) for c in costs]


def score_lines(scores: Sequence[Scores]) -> Iterable[tuple[str, list[str]]]:
    """Yield the name of each score with its cell for each set."""
    yield "exact first error", [show_interval(s.exact) for s in scores]
    yield "within one step", [show_percent(s.within_one.value) for s in scores]
    yield "too early", [show_percent(s.early.value) for s in scores]
    yield "too late", [show_percent(s.late.value) for s in scores]
    yield "error missed", [show_percent(s.missed.value) for s in scores]
    yield "error undecided", [show_percent(s.undecided.value) for s in scores]
    yield "no error, and none found", [show_interval(s.accuracy_without_error) for s in scores]
    yield "F1 (ProcessBench)", [show_percent(s.f1) for s in scores]
    yield "decided", [show_percent(s.decided.value) for s in scores]
    yield "right where decided", [show_interval(s.precision) for s in scores]
    yield "calibration error", [show_percent(s.calibration_error) for s in scores]


def _grouping(grouping: Grouping, sets: Sequence[SetReport]) -> Table:
    several = len(sets) > 1
    title = "by " + " and ".join(grouping.names)
    table = Table(title=safe_text(title), caption=_mean_f1(grouping, sets), box=SIMPLE_HEAD)
    table.title_justify = table.caption_justify = "left"
    for name in (*grouping.names, *(["labels"] if several else [])):
        table.add_column(safe_text(name), overflow="fold")
    for heading in ("wrong", "right", "exact", "none found", "F1", "decided"):
        table.add_column(heading, justify="right", no_wrap=True)
    for group in grouping.groups:
        values = [safe_text(_ABSENT if value is None else value) for value in group.values]
        for number, (report, scores) in enumerate(zip(sets, group.scores, strict=True)):
            shown = values if number == 0 else [safe_text("")] * len(values)
            named = [safe_text(report.name)] if several else []
            table.add_row(
                *shown, *named, *_cells(scores), end_section=several and report is sets[-1]
            )
    return table


def _cells(scores: Scores) -> tuple[str, ...]:
    return (
        f"{scores.n_with_error:,}",
        f"{scores.n_without_error:,}",
        show_interval(scores.exact),
        show_percent(scores.accuracy_without_error.value),
        show_percent(scores.f1),
        show_percent(scores.decided.value),
    )


def _mean_f1(grouping: Grouping, sets: Sequence[SetReport]) -> Text:
    means = (
        f"{report.name} {show_percent(mean)}"
        for report, mean in zip(sets, grouping.mean_f1, strict=True)
    )
    return safe_text("mean F1 of the groups: " + ", ".join(means))


def gap_table(
    truth_left_out: Mapping[Gap, int], sets: Iterable[tuple[str, Mapping[Gap, int]]]
) -> Table:
    """Return what could not be paired, of the truth and of each (name, counts by kind)."""
    table = Table(title="not paired", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("of", "why"):
        table.add_column(heading)
    table.add_column("rows", justify="right")
    for name, left_out in (("truth", truth_left_out), *sets):
        for gap, n in left_out.items():
            table.add_row(safe_text(name), gap.name, f"{n:,}")
    return table


def show_percent(share: float | None) -> str:
    """Return a share in %; - where there is none."""
    return _ABSENT if share is None else f"{100 * share:.1f}"


def show_interval(rate: Proportion) -> str:
    """Return a share in % with its 95 % interval; - where there is none."""
    if rate.value is None or rate.low is None or rate.high is None:
        return _ABSENT
    return f"{100 * rate.value:.1f} [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"


def show_difference(diff: Difference | None) -> str:
    """Return a difference in %, with its interval; - where there is none."""
    if diff is None or diff.value is None or diff.low is None or diff.high is None:
        return _ABSENT
    low, high = 100 * diff.low, 100 * diff.high
    return f"{100 * diff.value:+.1f} [{low:+.1f}, {high:+.1f}]"


def show_p_value(diff: Difference | None) -> str:
    """Return the p value of a difference; - where there is none."""
    if diff is None or diff.p_value is None:
        return _ABSENT
    p = diff.p_value
    return f"p = {p:.2g}" if p >= _SMALLEST_P else f"p < {_SMALLEST_P:g}"


def _difference(diff: Difference | None) -> str:
    shown = show_difference(diff)
    return shown if shown == _ABSENT else f"{shown}, {show_p_value(diff)}"


def show_number(value: float | None) -> str:
    """Return a number; - where there is none."""
    if value is None:
        return _ABSENT
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:.3g}"
