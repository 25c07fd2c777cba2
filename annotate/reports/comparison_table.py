"""A comparison as tables for a terminal. Pure."""

from collections.abc import Callable, Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group as Stack
from rich.table import Table
from rich.text import Text

from annotate.reports.comparison import PRECISIONS, Comparison, MethodReport
from annotate.reports.evaluation_table import (
    gap_table,
    score_lines,
    show_difference,
    show_interval,
    show_number,
    show_p_value,
    show_percent,
)
from annotate.reports.first_error_scores import Proportion
from annotate.reports.risk_coverage_chart import draw_curves
from annotate.reports.safe_text import safe_text
from annotate.reports.spending import Cost
from annotate.reports.threshold import Chosen
from annotate.reports.trusted import TRUSTED_PRECISION, Trusted

_ABSENT = "-"
_TOO_FEW = "too few"
_COST = "cost: a completion counts for every method that asks for it"
_ALL = "all"  # in place of a confidence, where a method gives none

_Line = tuple[str, Sequence[str]]


def comparison_tables(comparison: Comparison) -> Stack:
    """Return the tables: how right, at what cost, how sure; and what is not compared."""
    methods = comparison.methods
    scores = methods[0].scores
    head = Text(
        f"{comparison.n_compared:,} solutions that all methods labelled and the truth holds: "
        f"{scores.n_with_error:,} with an error, {scores.n_without_error:,} without. Shares in %, "
        "with 95 % intervals.",
        style="bold",
    )
    gaps = gap_table(comparison.truth_left_out, [(one.name, one.left_out) for one in methods])
    return Stack(
        head,
        _table(methods, _right(methods)),
        *_costs(comparison),
        _title(_trusted_title(methods)),
        _table(methods, _trusted(methods)),
        _title("coverage: the share of solutions that is decided, the surest first"),
        _table(methods, _coverage(methods)),
        Text(draw_curves({one.name: one.curve for one in methods})),
        Text(),
        *([gaps] if gaps.row_count else []),
    )


def _title(text: str) -> Text:
    return Text(text, style="italic")


def _table(methods: Sequence[MethodReport], lines: Iterable[_Line]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("", no_wrap=True)
    for method in methods:
        table.add_column(safe_text(method.name), justify="right")
    for name, cells in lines:
        table.add_row(name, *cells)
    return table


def _costs(comparison: Comparison) -> tuple[Text | Table, ...]:
    if not comparison.paid.rollouts:
        return (Text("No model was asked."), Text())
    methods = comparison.methods
    return (_title(_COST), _table(methods, _cost(methods)), Text(_paid(comparison)), Text())


def _right(methods: Sequence[MethodReport]) -> Iterable[_Line]:
    yield from score_lines([method.scores for method in methods])
    yield "calibration error, steps", [show_percent(m.calibration.error) for m in methods]
    yield "solutions undecided", [f"{m.undecided:,}" for m in methods]
    yield "  of these, dropped by the screen", [f"{m.dropped:,}" for m in methods]
    if len(methods) > 1:
        yield "exact, against the first", [show_difference(m.difference) for m in methods]
        yield "  p value", [show_p_value(m.difference) for m in methods]


def _cost(methods: Sequence[MethodReport]) -> Iterable[_Line]:
    def shown(cost: Callable[[MethodReport], float | None]) -> list[str]:
        return [show_number(cost(method)) for method in methods]

    yield "rollouts per solution, drawn", shown(lambda m: m.drawn.rollouts)
    yield "rollouts per solution, used", shown(lambda m: m.used.rollouts)
    yield "tokens per solution, drawn", shown(lambda m: m.drawn.tokens)
    yield "tokens per solution, used", shown(lambda m: m.used.tokens)
    yield "solutions per million tokens", shown(lambda m: m.solutions_per_million)
    yield "decisions per million tokens", shown(lambda m: m.decisions_per_million)
    yield "solutions labelled in all", [f"{method.n_labelled:,}" for method in methods]
    yield "tokens drawn in all", shown(lambda m: m.drawn_in_all.tokens)


def _paid(comparison: Comparison) -> str:
    rest = Cost(
        rollouts=comparison.paid.rollouts - comparison.together.rollouts,
        tokens=comparison.paid.tokens - comparison.together.tokens,
    )
    counted = sum(method.drawn_in_all.tokens for method in comparison.methods)
    told = (
        f"The run paid for {_completions(comparison.paid)}. The methods asked for {counted:,.0f} "
        "tokens, what they share counted for each."
    )
    if rest.rollouts < 1:
        return told
    return f"{told} {_completions(rest)} of the run belong to none of them."


def _completions(cost: Cost) -> str:
    return f"{cost.rollouts:,.0f} completions, {cost.tokens:,.0f} tokens"


def _trusted_title(methods: Sequence[MethodReport]) -> str:
    least = methods[0].trusted.threshold.least
    return (
        f"trusted labels per million tokens: those from a confidence on from which "
        f"{TRUSTED_PRECISION:.0%} are right,\nchosen on half of the problems ({least} decisions or "
        "more) and reported on the other half"
    )


def _trusted(methods: Sequence[MethodReport]) -> Iterable[_Line]:
    yield from _trusted_of("trusted decisions", [method.trusted for method in methods])
    yield from _trusted_of("trusted first errors", [method.trusted_found for method in methods])


def _trusted_of(what: str, found: Sequence[Trusted]) -> Iterable[_Line]:
    yield f"{what} per million", [_labels(one) for one in found]
    yield "  from confidence", [_confidence(one) for one in found]
    yield "  right", [_held(one, one.threshold.precision) for one in found]
    yield "  share of solutions", [_held(one, one.threshold.coverage) for one in found]


def _labels(trusted: Trusted) -> str:
    if trusted.threshold.outcome is Chosen.TOO_FEW:
        return _TOO_FEW
    rate = trusted.per_million
    if rate is None:
        return _ABSENT
    if not rate.value:
        return "0"
    return f"{rate.value:,.0f} [{rate.low:,.0f}, {rate.high:,.0f}]"


def _held(trusted: Trusted, rate: Proportion) -> str:
    return _ABSENT if trusted.threshold.chosen is None else show_interval(rate)


def _confidence(trusted: Trusted) -> str:
    threshold = trusted.threshold
    if threshold.chosen is not None:
        level = threshold.chosen.confidence
        return _ALL if level is None else f"{level:.3f}"
    if threshold.best is None:
        return _ABSENT
    return f"none (best {100 * threshold.best.precision:.1f})"


def _coverage(methods: Sequence[MethodReport]) -> Iterable[_Line]:
    for precision in PRECISIONS:
        cells = [show_percent(method.coverage_at[str(precision)]) for method in methods]
        yield f"where {precision:.0%} are right", cells
    yield "area under the curve", [show_percent(method.curve.area) for method in methods]
