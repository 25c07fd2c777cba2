"""Progress: what a job tells about how far it is; drawn by the command line, if by anyone."""

from typing import Protocol


class Progress(Protocol):
    """Receives what a job has done. Called from one thread."""

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Begin a phase.

        Args:
            phase: What is done, as shown (`checking`).
            total: Units in all; None where it is not known.
            unit: What is counted (`solutions`).
        """

    def advance(self, done: int) -> None:
        """Count `done` more units of the phase."""

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Tell what was spent in this call so far, over all workers.

        Args:
            rollouts: Completions that came back.
            tokens: Tokens generated for them.
            in_flight: Completions under way.
        """

    def note(self, text: str) -> None:
        """Tell something that should stay readable (a rejected row)."""


class Silent:
    """Tells nothing."""

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Ignore it."""

    def advance(self, done: int) -> None:
        """Ignore it."""

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Ignore it."""

    def note(self, text: str) -> None:
        """Ignore it."""
