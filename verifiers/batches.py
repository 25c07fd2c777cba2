"""Batches: calls of one function that travel to a child process together."""

import asyncio
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pebble import ProcessPool


@dataclass(frozen=False, slots=True, kw_only=True, eq=False)
class Call:
    """One awaited call. Mutable: counts its own runs."""

    function: Callable[[Any], Any]
    """What is called."""
    item: object
    """Its argument."""
    future: "asyncio.Future[Any]"
    """What the caller awaits."""
    attempts: int = 0
    """Runs so far."""
    alone: int = 0
    """Runs alone that were stopped."""
    breaks: int = 0
    """Runs lost with the whole pool."""


@dataclass(frozen=False, slots=True, kw_only=True, eq=False)
class Batch:
    """Calls of one function that travel together. Mutable: `calls` loses what cannot be pickled."""

    calls: list[Call]
    """The calls, in order."""
    pool: ProcessPool | None = None
    """Where it was sent."""
    sent: float = 0.0
    """When, by the process's performance counter, in seconds."""


def fail(calls: Iterable[Call], error: BaseException) -> None:
    """Raise an error in each caller that still waits."""
    for call in calls:
        if not call.future.done():
            call.future.set_exception(error)


def pickle_batch(batch: Batch) -> tuple[bytes, list[bytes]]:
    """Return the pickled function and items; a call that cannot be pickled fails and leaves."""
    items: list[bytes] = []
    kept: list[Call] = []
    function = b""
    for call in batch.calls:
        try:
            function = function or pickle.dumps(call.function)
            item = pickle.dumps(call.item)
        except Exception as error:  # noqa: BLE001  # any class may refuse to be pickled
            fail([call], error)
            continue
        items.append(item)
        kept.append(call)
    batch.calls = kept
    return function, items
