"""Panel: how far a job is, redrawn on a terminal, or a line every few seconds where there is none.

Draws on stderr.
"""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.box import ROUNDED
from rich.console import Console
from rich.live import Live
from rich.panel import Panel as Frame
from rich.progress_bar import ProgressBar
from rich.table import Table

from annotate.jobs import Progress

WINDOW_S = 5.0
"""Seconds over which rates are taken."""
LINE_S = 10.0
"""Seconds between two lines where there is no terminal."""

_BAR = 28


@dataclass(frozen=False, slots=True, kw_only=True)
class Phase:
    """One phase of the job. Not frozen: it counts."""

    name: str
    """What is done."""
    unit: str
    """What is counted."""
    total: int | None
    """How many in all; null where that is not known."""
    begun: float
    """When it began, in seconds of the clock."""
    done: int = 0
    """How many are done."""
    ended: float | None = None
    """When the next phase began; null where it is under way."""

    def left_s(self, now: float) -> float | None:
        """Return the seconds to go at the rate so far; None where there is none yet."""
        if self.ended is not None or not self.total or not self.done:
            return None
        return (now - self.begun) / self.done * (self.total - self.done)


@dataclass(frozen=False, slots=True, kw_only=True)
class Standing:
    """Where a job stands: what it has done and spent. Not frozen: it counts."""

    phases: list[Phase] = field(default_factory=list)
    """In order; the last is under way."""
    rollouts: int = 0
    """Completions of earlier phases."""
    tokens: int = 0
    """Tokens of earlier phases."""
    in_flight: int = 0
    """Completions under way."""
    seen: deque[tuple[float, int, int]] = field(default_factory=lambda: deque([(0.0, 0, 0)]))
    """Time, rollouts and tokens of the phase under way, at each look within `WINDOW_S`."""

    def begin(self, phase: Phase) -> None:
        """Begin a phase: counts of workers start anew with it."""
        if self.phases:
            self.phases[-1].ended = phase.begun
        _, rollouts, tokens = self.seen[-1]
        self.rollouts += rollouts
        self.tokens += tokens
        self.in_flight = 0
        self.seen = deque([(phase.begun, 0, 0)])
        self.phases.append(phase)

    def look(self, now: float, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Take in what the phase has spent by now."""
        self.in_flight = in_flight
        self.seen.append((now, rollouts, tokens))
        while self.seen[0][0] < now - WINDOW_S and len(self.seen) > 1 + 1:
            self.seen.popleft()

    def words(self) -> str:
        """Return rates and sums in one line."""
        (then, had_rollouts, had_tokens), (now, rollouts, tokens) = self.seen[0], self.seen[-1]
        seconds = max(now - then, 1e-9)
        rate, speed = (rollouts - had_rollouts) / seconds, (tokens - had_tokens) / seconds
        return (
            f"{rate:,.0f} rollouts/s · {speed:,.0f} tokens/s · {self.in_flight:,} in flight · "
            f"{self.rollouts + rollouts:,} rollouts, {self.tokens + tokens:,} tokens so far"
        )


class Panel:
    """Takes a job's progress and shows where it stands. Not frozen: it counts."""

    def __init__(
        self,
        show: Callable[[Standing, float], None],
        note: Callable[[str], None],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Begin before the first phase.

        Args:
            show: Called with the standing and the time whenever something changed.
            note: Called with lines that should stay.
            clock: Seconds from any moment on.
        """
        self._standing = Standing()
        self._show = show
        self._clock = clock
        self._note = note

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Begin a phase."""
        now = self._clock()
        self._standing.begin(Phase(name=phase.rstrip(":"), unit=unit, total=total, begun=now))
        self._show(self._standing, now)

    def advance(self, done: int) -> None:
        """Count `done` more units."""
        if self._standing.phases:
            self._standing.phases[-1].done += done
        self._show(self._standing, self._clock())

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Take in what was spent."""
        now = self._clock()
        self._standing.look(now, rollouts=rollouts, tokens=tokens, in_flight=in_flight)
        self._show(self._standing, now)

    def note(self, text: str) -> None:
        """Pass it on."""
        self._note(text)


@contextmanager
def shown_panel() -> Iterator[Progress]:
    """Hold a panel on stderr until the block ends."""
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        yield Panel(_Lines(console), console.print)
        return
    with Live(console=console, refresh_per_second=4) as live:
        yield Panel(lambda standing, now: live.update(frame(standing, now)), live.console.print)


def frame(standing: Standing, now: float) -> Frame:
    """Return the panel: a line for each phase, then rates."""
    table = Table.grid(padding=(0, 2))
    for phase in standing.phases:
        bar = ProgressBar(total=phase.total, completed=phase.done, width=_BAR)
        table.add_row(
            phase.name,
            bar if phase.total else "",
            _decided(phase),
            f"{(phase.ended or now) - phase.begun:,.0f} s",
            _eta(phase, now),
        )
    return Frame(table, title="waymark demo", subtitle=standing.words(), box=ROUNDED)


class _Lines:
    """Prints where a job stands now and then. Not frozen: it knows when it last did."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._phase: Phase | None = None
        self._said = 0.0

    def __call__(self, standing: Standing, now: float) -> None:
        phase = standing.phases[-1]
        if phase is self._phase and now < self._said + LINE_S and phase.done != phase.total:
            return
        self._phase, self._said = phase, now
        words = (phase.name, _decided(phase), _eta(phase, now), standing.words())
        line = " · ".join(word for word in words if word)
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def _decided(phase: Phase) -> str:
    of = "" if phase.total is None else f" of {phase.total:,}"
    return f"{phase.done:,}{of} {phase.unit}"


def _eta(phase: Phase, now: float) -> str:
    left = phase.left_s(now)
    return "" if left is None else f"ETA {left:,.0f} s"
