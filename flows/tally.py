"""Tally: the progress of a job, kept to be told elsewhere than on the terminal."""

from collections.abc import Callable

from annotate.jobs import Progress


class Tally:
    """Passes progress on, and remembers where it stands. Not frozen: it counts."""

    def __init__(self, shown: Progress, *, begun: Callable[[], None] = lambda: None) -> None:
        """Count from zero.

        Args:
            shown: Told the same.
            begun: Called once, before the first phase: the job has taken its inputs then.
        """
        self._shown = shown
        self._begun = begun
        self._phase = ""
        self._unit = ""
        self._done = 0
        self._total: int | None = None
        self._spent = ""

    @property
    def percent(self) -> float:
        """How much of the phase is done, in [0, 100]; 0 where its length is not known."""
        if self._total is None:
            return 0.0
        return 100.0 * min(1.0, self._done / self._total) if self._total else 100.0

    def __str__(self) -> str:
        """Return one line: the phase, how far it is, what was spent."""
        of = "" if self._total is None else f" of {self._total:,}"
        counted = f" {self._done:,}{of} {self._unit}" if self._unit else ""
        return f"{self._phase or 'starting'}{counted}{self._spent}"

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Begin a phase."""
        if not self._phase:
            self._begun()
        self._phase, self._unit, self._total, self._done = phase, unit, total, 0
        self._shown.start(phase, total=total, unit=unit)

    def advance(self, done: int) -> None:
        """Count `done` more units of the phase."""
        self._done += done
        self._shown.advance(done)

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Remember what was spent."""
        self._spent = f"; {rollouts:,} rollouts, {tokens:,} tokens, {in_flight:,} in flight"
        self._shown.live(rollouts=rollouts, tokens=tokens, in_flight=in_flight)

    def note(self, text: str) -> None:
        """Pass it on."""
        self._shown.note(text)
