"""Stopping: SIGTERM cancels the task of a flow run, once."""

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Iterator

import pytest
from prefect.exceptions import TerminationSignal

from flows.stopping import ended_by_signals, hush_endings

LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put back what a signal changes in this process."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)
    for name in LOGGERS:
        logging.getLogger(name).propagate = True


def test_sigterm_cancels_the_task_once_and_lets_it_end() -> None:
    """What is ended has its time: a second signal does not cut it short."""
    ended = []

    async def run() -> None:
        with ended_by_signals():
            try:
                signal.raise_signal(signal.SIGTERM)
                await asyncio.sleep(60)
            finally:
                signal.raise_signal(signal.SIGTERM)
                await asyncio.sleep(0)
                ended.append(True)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())

    assert ended == [True]


def test_sigterm_does_not_raise_in_what_is_at_work() -> None:
    """A callback of the loop ends as ever; only the task is cancelled."""
    callbacks = []

    def at_work() -> None:
        signal.raise_signal(signal.SIGTERM)
        callbacks.append("done")

    async def run() -> None:
        with ended_by_signals():
            asyncio.get_running_loop().call_soon(at_work)
            await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())

    assert callbacks == ["done"]


def test_handlers_are_put_back_where_no_signal_came() -> None:
    """Prefect's own are found in place after the block."""

    async def handlers() -> list[object]:
        return [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]

    async def run() -> None:
        before = await handlers()
        with ended_by_signals():
            inside = await handlers()

        assert inside[0] is not before[0]
        assert inside[1] is not before[1]
        assert await handlers() == before

    asyncio.run(run())


def test_another_thread_is_left_alone() -> None:
    """Python gives signals to the main thread only; the block runs all the same."""

    async def run() -> int:
        with ended_by_signals():
            return 1

    async def beside() -> int:
        return await asyncio.to_thread(asyncio.run, run())

    assert asyncio.run(beside()) == 1


class Dying:
    """Raises where nothing can be raised."""

    def __init__(self, error: BaseException) -> None:
        """Keep what is raised at the end."""
        self.error = error

    def __del__(self) -> None:
        """Raise it."""
        raise self.error


def test_a_signal_that_is_lost_in_a_finaliser_is_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a word; any other error there is told as before."""
    came, told = list[int](), list[object]()
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: told.append(lost.exc_value))
    signal.signal(signal.SIGTERM, lambda number, _: came.append(number))
    hush_endings()
    Dying(TerminationSignal(signal.SIGTERM))
    deadline = time.monotonic() + 10
    while not came:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    other = ValueError("other")
    Dying(other)

    assert came == [signal.SIGTERM]
    assert told == [other]
