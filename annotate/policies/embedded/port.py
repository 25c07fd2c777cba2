"""Port: one engine as the event loop sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from annotate.policies.embedded.wire import Answer, Hello, Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """What an engine tells; both are called in the event loop."""

    answered: Callable[[Sequence[Answer]], None]
    """Jobs were completed."""
    lost: Callable[[str], None]
    """The engine is gone, and why: it may be started again."""


class Port(Protocol):
    """An engine in a process or a thread."""

    async def start(self, listener: Listener) -> Hello:
        """Start the engine, or start it anew after it was lost.

        Raises:
            PolicyError: If it does not start.
        """

    def send(self, jobs: Sequence[Job]) -> None:
        """Hand over jobs, without waiting."""

    async def stop(self) -> None:
        """End the engine; jobs under way are left."""
