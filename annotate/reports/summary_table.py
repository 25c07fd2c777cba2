"""A summary as tables for a terminal. Pure."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Group as Stack
from rich.table import Table
from rich.text import Text

from annotate.reports.safe_text import safe_text
from annotate.reports.summary import FirstErrorCounts, Summary
from schemas import LabelVerdict, Outcome, RejectReason

_SHOWN = 10  # steps of the histogram that have a line of their own
_BAR = 30  # characters of the longest bar


def summary_tables(summary: Summary) -> Stack:
    """Return the head line, then tables of evidence, verdicts and first errors."""
    parts: list[Table | Text] = [_head(summary)]
    if summary.evidence:
        parts.append(_evidence(summary))
    if summary.verdicts:
        parts.append(_verdicts(summary))
    parts.extend(_histogram(name, counts) for name, counts in summary.first_errors.items())
    return Stack(*parts)


def _head(summary: Summary) -> Text:
    lines = [
        f"problems {summary.problems:,}, solutions {summary.solutions:,}, steps {summary.steps:,}"
    ]
    if summary.outcomes:
        lines.append("final answers: " + _counts(summary.outcomes))
    if summary.rejected:
        lines.append("rows set aside: " + _counts(summary.rejected))
    return safe_text("\n".join(lines))


def _counts(counts: Mapping[Outcome, int] | Mapping[RejectReason, int]) -> str:
    return ", ".join(f"{member.name} {n:,}" for member, n in counts.items())


def _evidence(summary: Summary) -> Table:
    table = Table(title="evidence", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("source")
    table.add_column("says")
    table.add_column("observations", justify="right")
    for source, counts in summary.evidence.items():
        for outcome, n in counts.items():
            table.add_row(safe_text(source), outcome, f"{n:,}")
    return table


def _verdicts(summary: Summary) -> Table:
    table = Table(title="step labels", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("labels of")
    for verdict in LabelVerdict:
        table.add_column(verdict.name, justify="right")
    for name, counts in summary.verdicts.items():
        table.add_row(safe_text(name), *(f"{counts.get(verdict, 0):,}" for verdict in LabelVerdict))
    return table


def _histogram(by: str, counts: FirstErrorCounts) -> Table:
    shown = {f"step {step}": n for step, n in counts.found.items() if step < _SHOWN}
    later = sum(n for step, n in counts.found.items() if step >= _SHOWN)
    if later:
        shown["later"] = later
    shown |= {"none found": counts.none_found, "undecided": counts.undecided}
    most = max(shown.values())
    table = Table(title=Text(f"first error by {by}"), title_justify="left", box=SIMPLE_HEAD)
    table.add_column("at")
    table.add_column("solutions", justify="right")
    table.add_column("")
    for name, n in shown.items():
        table.add_row(name, f"{n:,}", "#" * round(_BAR * n / most) if most else "")
    return table
