"""An evaluation as tables for a terminal. Pure."""

from collections.abc import Iterable, Sequence

from rich.console import Group as Stack
from rich.table import Table

from annotate.reports.evaluation import Evaluation, Grouping, SetReport
from annotate.reports.first_error_scores import Difference, Rate, Scores
from annotate.reports.safe_text import safe_text

_ABSENT = "-"


def evaluation_tables(evaluation: Evaluation) -> Stack:
    """Return the tables: all paired solutions, each grouping, and what could not be paired."""
    parts = [_overall(evaluation), *(_grouping(g, evaluation.sets) for g in evaluation.groupings)]
    gaps = _gaps(evaluation)
    return Stack(*parts, gaps) if gaps.row_count else Stack(*parts)


def _overall(evaluation: Evaluation) -> Table:
    first = evaluation.sets[0].scores
    table = Table(
        title=f"{evaluation.n_paired} shared solutions: {first.n_with_error} with an error, "
        f"{first.n_without_error} without",
        title_justify="left",
    )
    table.add_column("")
    for report in evaluation.sets:
        table.add_column(safe_text(report.name), justify="right")
    for name, cells in _lines(evaluation.sets):
        table.add_row(name, *cells)
    return table


def _lines(sets: Sequence[SetReport]) -> Iterable[tuple[str, list[str]]]:
    scores = [report.scores for report in sets]
    yield "exact first error", [_interval(s.exact) for s in scores]
    yield "within one step", [_percent(s.within_one.value) for s in scores]
    yield "too early", [_percent(s.early.value) for s in scores]
    yield "too late", [_percent(s.late.value) for s in scores]
    yield "error missed", [_percent(s.missed.value) for s in scores]
    yield "error undecided", [_percent(s.undecided.value) for s in scores]
    yield "no error, and none found", [_interval(s.accuracy_without_error) for s in scores]
    yield "F1 (ProcessBench)", [_percent(s.f1) for s in scores]
    yield "decided", [_percent(s.decided.value) for s in scores]
    yield "right where decided", [_interval(s.precision) for s in scores]
    yield "calibration error", [_percent(s.calibration_error) for s in scores]
    if len(sets) > 1:
        yield "exact, against the first", [_difference(report.difference) for report in sets]
    if any(report.cost is not None for report in sets):
        costs = [report.cost for report in sets]
        yield "tokens per solution", [_number(None if c is None else c.tokens) for c in costs]
        yield "rollouts per solution", [_number(None if c is None else c.rollouts) for c in costs]
        yield "seconds per solution", [_number(None if c is None else c.seconds) for c in costs]


def _grouping(grouping: Grouping, sets: Sequence[SetReport]) -> Table:
    table = Table(title="by " + " and ".join(grouping.names), title_justify="left")
    for name in grouping.names:
        table.add_column(safe_text(name))
    for heading in ("with error", "without", "set", "exact", "none found", "F1", "decided"):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for group in grouping.groups:
        for report, scores in zip(sets, group.scores, strict=True):
            is_first = report is sets[0]
            values = [safe_text(_ABSENT if v is None else v) for v in group.values]
            table.add_row(
                *(values if is_first else [safe_text("")] * len(values)),
                *_sizes(scores, shown=is_first),
                safe_text(report.name),
                _interval(scores.exact),
                _percent(scores.accuracy_without_error.value),
                _percent(scores.f1),
                _percent(scores.decided.value),
            )
    table.add_section()
    for report, mean in zip(sets, grouping.mean_f1, strict=True):
        blank = [""] * (len(grouping.names) - 1)
        table.add_row("mean F1", *blank, "", "", safe_text(report.name), "", "", _percent(mean), "")
    return table


def _gaps(evaluation: Evaluation) -> Table:
    table = Table(title="not paired", title_justify="left")
    for heading in ("of", "why"):
        table.add_column(heading)
    table.add_column("rows", justify="right")
    for gap, n in evaluation.truth_left_out.items():
        table.add_row("truth", gap.name, str(n))
    for report in evaluation.sets:
        for gap, n in report.left_out.items():
            table.add_row(safe_text(report.name), gap.name, str(n))
    return table


def _sizes(scores: Scores, *, shown: bool) -> tuple[str, str]:
    return (str(scores.n_with_error), str(scores.n_without_error)) if shown else ("", "")


def _percent(share: float | None) -> str:
    return _ABSENT if share is None else f"{100 * share:.1f} %"


def _interval(rate: Rate) -> str:
    if rate.value is None or rate.low is None or rate.high is None:
        return _ABSENT
    return f"{100 * rate.value:.1f} % [{100 * rate.low:.1f}, {100 * rate.high:.1f}]"


def _difference(diff: Difference | None) -> str:
    if diff is None or diff.value is None or diff.low is None or diff.high is None:
        return _ABSENT
    low, high = 100 * diff.low, 100 * diff.high
    return f"{100 * diff.value:+.1f} [{low:+.1f}, {high:+.1f}], p = {diff.p_value:.2g}"


def _number(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:,.3g}"
