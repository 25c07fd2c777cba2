"""The terminal: progress with rate and ETA, and JSON or tables on stdout."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bars,
)
from rich.table import Column
from rich.text import Text

from annotate.jobs import LabelReport, Progress, Silent
from annotate.reports import plain

MOST_NOTES = 10
"""Rejected rows told one by one; the rest is counted, and all are in the table `rejected`."""

PIPED_WIDTH = 140
"""Columns where stdout is no terminal: rich would take 80, which cuts tables."""


LINE_S = 30.0
"""Seconds between lines of progress where stderr is no terminal."""

_ROOM_FOR_BAR = 160  # columns: beside the numbers and what is spent


class _Rate(ProgressColumn):
    """Units per second."""

    def render(self, task: Task) -> Text:
        """Return the rate as shown, empty where it is not known yet."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


class _Live(ProgressColumn):
    """What is being spent, on one line: its end is cut where room is short."""

    def render(self, task: Task) -> Text:
        """Return what the task was told last."""
        return Text(task.fields["live"], no_wrap=True, overflow="ellipsis")


class Terminal:
    """Draws progress on stderr. Not frozen: it draws."""

    def __init__(self, bars: Bars) -> None:
        """Draw on `bars`, which the caller has started."""
        self._bars = bars
        self._task: TaskID | None = None
        self._notes = 0
        self._before = (time.perf_counter(), 0, 0)

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Begin a phase: the one before is left as it stands."""
        self._before = (time.perf_counter(), 0, 0)
        self._task = self._bars.add_task(f"{phase} {unit}", total=total, live="")

    def advance(self, done: int) -> None:
        """Count `done` more units of the phase."""
        if self._task is not None:
            self._bars.advance(self._task, done)

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Show rates since the last call beside the phase."""
        now = time.perf_counter()
        since, had_rollouts, had_tokens = self._before
        self._before = (now, rollouts, tokens)
        seconds = max(now - since, 1e-9)
        if self._task is not None:
            shown = (
                f"{max(0, rollouts - had_rollouts) / seconds:,.0f} rollouts/s · "
                f"{max(0, tokens - had_tokens) / seconds:,.0f} tokens/s · {in_flight:,} in flight"
            )
            self._bars.update(self._task, live=shown)

    def note(self, text: str) -> None:
        """Print a line above the bars; after some, only say that there are more."""
        self._notes += 1
        if self._notes <= MOST_NOTES:
            self._bars.console.print(text, markup=False, highlight=False)
        elif self._notes == MOST_NOTES + 1:
            self._bars.console.print("… and more: see the view `rejected`.", markup=False)


class Lines(Silent):
    """Where there is no terminal: a line on stderr from time to time, and for each bad row."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from zero; `clock` tells seconds."""
        self._notes = 0
        self._clock = clock
        self._told = clock()
        self._phase, self._unit, self._spent = "", "", ""
        self._done = 0
        self._total: int | None = None

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Begin a phase."""
        self._phase, self._unit, self._spent = phase.rstrip(":"), unit, ""
        self._done, self._total = 0, total

    def advance(self, done: int) -> None:
        """Count `done` more units of the phase."""
        self._done += done
        self._tell()

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Remember what was spent on the phase so far."""
        del in_flight
        self._spent = f", {rollouts:,} rollouts, {tokens:,} tokens"
        self._tell()

    def _tell(self) -> None:
        """Print a line, if the last is long enough ago."""
        now = self._clock()
        if now - self._told < LINE_S:
            return
        self._told = now
        of = "" if self._total is None else f"/{self._total:,}"
        click.echo(f"{self._phase}: {self._done:,}{of} {self._unit}{self._spent}", err=True)

    def note(self, text: str) -> None:
        """Print a line on stderr; after some, only say that there are more."""
        self._notes += 1
        if self._notes <= MOST_NOTES:
            click.echo(text, err=True)
        elif self._notes == MOST_NOTES + 1:
            click.echo("... and more: see the view `rejected`.", err=True)


@contextmanager
def progress_on_terminal() -> Iterator[Progress]:
    """Yield what draws progress on stderr; lines now and then where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    with progress_bars(Console(stderr=True)) as bars:
        yield Terminal(bars)


def progress_bars(console: Console) -> Bars:
    """Return the columns of progress: where room is short, the numbers stay and the rest gives way.

    The bar goes first, then the end of what is spent.
    """
    return Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        *([BarColumn()] if console.width >= _ROOM_FOR_BAR else []),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        _Rate(table_column=Column(no_wrap=True)),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        TextColumn("ETA"),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        _Live(table_column=Column(overflow="ellipsis")),
        console=console,
    )


def print_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def report_json(report: LabelReport) -> dict[str, object]:
    """Return what a call did: all methods together, and each.

    Screens are told of each alone: methods screen the same problems.
    """
    done = {one.name: plain(getattr(report.done, one.name)) for one in fields(report.done)}
    del done["screens"]
    return {
        "ingested": plain(report.ingested),
        "recovered": report.recovered,
        "bare": report.bare,
        **done,
        "methods": plain(report.methods),
    }


def out() -> Console:
    """Return the console for tables and text on stdout."""
    return Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
