"""CheckPool against functions that hang, crash, raise, and against a parent that dies."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import pytest
from pebble import ProcessPool

from schemas import InvalidArgumentError, UnknownReason
from verifiers.sandbox import CheckPool, Done, Stopped

LIMIT_S = 0.3


@pytest.fixture(scope="module")
def pool() -> Iterator[CheckPool]:
    """Give one pool of two children to all tests of this file."""
    with CheckPool(workers=2, limit_s=LIMIT_S, preload=("verifiers.child",)) as made:
        yield made


def square(number: int) -> int:
    """Return the square."""
    return number * number


def misbehave(number: int) -> int:
    """Hang on 13, die on 17, die quietly on 18, raise on 19, eat memory on 23; else the square."""
    if number == 13:
        return len(str(9**9**9))
    if number == 17:
        os._exit(1)
    if number == 19:
        raise ZeroDivisionError("nineteen")
    if number == 23:
        return len(bytearray(1 << 40))
    return square(number)


def nap(seconds: float) -> float:
    """Sleep and return how long."""
    time.sleep(seconds)
    return seconds


def leave(_: int) -> None:
    """Ask the interpreter to end."""
    raise SystemExit(3)


class Awkward(Exception):  # noqa: N818  # a test double
    """An exception that cannot be rebuilt from its pickle."""

    def __init__(self, *, first: int, second: int) -> None:
        """Keep both numbers in the message."""
        super().__init__(f"{first} and {second}")


def raise_awkward(number: int) -> None:
    """Raise what does not survive the way back."""
    raise Awkward(first=number, second=2)


def return_unpicklable(_: int) -> object:
    """Return what does not survive the way back."""
    return lambda: None


class Unreadable:
    """An item that pickles and cannot be rebuilt."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """Rebuild by a call that fails."""
        return (int, ("not a number",))


def gather(pool: CheckPool, numbers: list[int]) -> list[Done[int] | Stopped | BaseException]:
    """Return what `misbehave` gives for each number, exceptions as values."""

    async def run() -> list[Done[int] | Stopped | BaseException]:
        calls = (pool.call(misbehave, number) for number in numbers)
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(run())


def test_results_come_back_in_the_order_asked(pool: CheckPool) -> None:
    """A thousand calls give a thousand values, each to its own caller."""

    async def run() -> list[Done[int] | Stopped]:
        return await asyncio.gather(*(pool.call(square, n) for n in range(1000)))

    results = asyncio.run(run())

    assert [n * n for n in range(1000)] == [r.value for r in results if isinstance(r, Done)]


def test_a_hang_in_c_code_is_a_timeout_and_its_batch_survives(pool: CheckPool) -> None:
    """The hanging item ends as TIMEOUT after its retry; every other item of the batch is done."""
    started = time.perf_counter()

    results = gather(pool, list(range(10, 16)))

    hung = results.pop(3)
    assert isinstance(hung, Stopped)
    assert hung.reason is UnknownReason.TIMEOUT
    assert hung.attempts == 3
    assert [r.value for r in results if isinstance(r, Done)] == [100, 121, 144, 196, 225]
    assert time.perf_counter() - started < LIMIT_S * (1.5 + 1 + 10) + 3


def test_a_hang_alone_is_stopped_after_two_runs(pool: CheckPool) -> None:
    """An item that never shared a batch runs once under the limit and once under ten times it."""
    (hung,) = gather(pool, [13])

    assert isinstance(hung, Stopped)
    assert hung.attempts == 2
    assert hung.seconds >= 10 * LIMIT_S


def test_an_item_slower_than_the_limit_is_done_by_the_retry(pool: CheckPool) -> None:
    """Ten times the limit is given once, so a loaded machine does not change an outcome."""
    result = asyncio.run(pool.call(nap, 2.5 * LIMIT_S))

    assert isinstance(result, Done)
    assert result.attempts == 2


def test_many_items_below_the_limit_are_not_stopped_together(pool: CheckPool) -> None:
    """A batch whose items take long in sum and little each is cut, not killed."""

    async def run() -> list[Done[float] | Stopped]:
        return await asyncio.gather(*(pool.call(nap, LIMIT_S / 4) for _ in range(16)))

    assert {1} == {result.attempts for result in asyncio.run(run())}


@pytest.mark.parametrize("number", [17, 23])
def test_a_crash_is_told_apart_from_a_timeout(pool: CheckPool, number: int) -> None:
    """A child that dies, or is over its memory, gives CRASHED to that item alone."""
    results = gather(pool, [1, number, 2])

    crashed = results.pop(1)
    assert isinstance(crashed, Stopped)
    assert crashed.reason is UnknownReason.CRASHED
    assert [r.value for r in results if isinstance(r, Done)] == [1, 4]


def test_an_exception_reaches_its_caller_only(pool: CheckPool) -> None:
    """A raising item does not disturb its neighbours, and brings the child's traceback."""
    one, error, two = gather(pool, [1, 19, 2])

    assert isinstance(error, ZeroDivisionError)
    assert "misbehave" in "".join(error.__notes__)
    assert isinstance(one, Done)
    assert isinstance(two, Done)


@pytest.mark.parametrize(
    ("function", "item", "error"),
    [
        (leave, 0, RuntimeError),
        (raise_awkward, 1, RuntimeError),
        (return_unpicklable, 0, (pickle.PicklingError, AttributeError)),
        (square, Unreadable(), ValueError),
        (square, lambda: None, (pickle.PicklingError, AttributeError)),
        (lambda number: number, 1, (pickle.PicklingError, AttributeError)),
    ],
)
def test_what_cannot_travel_is_an_error_of_that_call(
    pool: CheckPool,
    function: object,
    item: object,
    error: type[Exception] | tuple[type[Exception], ...],
) -> None:
    """Neither side breaks the pool by something that does not pickle."""

    async def run() -> object:
        fine = asyncio.ensure_future(pool.call(square, 3))
        with pytest.raises(error):
            await pool.call(function, item)  # type: ignore[arg-type]  # wrong on purpose
        return await fine

    result = asyncio.run(run())

    assert isinstance(result, Done)
    assert result.value == 9


def test_a_pool_outlives_a_loop_that_was_left_in_the_middle(pool: CheckPool) -> None:
    """Calls abandoned by one event loop neither block nor reach the next one."""

    async def abandon() -> None:
        await asyncio.wait_for(
            asyncio.gather(*(pool.call(nap, 0.02) for _ in range(500))), timeout=0.1
        )

    with pytest.raises(TimeoutError):
        asyncio.run(abandon())

    result = asyncio.run(pool.call(square, 4))
    assert isinstance(result, Done)
    assert result.value == 16


def test_an_idle_child_that_is_killed_is_replaced(pool: CheckPool) -> None:
    """The death of a child between calls costs nobody a result."""
    result = asyncio.run(pool.call(getpid, 0))
    assert isinstance(result, Done)
    os.kill(result.value, signal.SIGKILL)
    time.sleep(0.5)

    assert all(isinstance(r, Done) for r in gather(pool, [1, 2, 3]))


def getpid(_: int) -> int:
    """Return the child's process id."""
    return os.getpid()


def test_closing_is_quick_and_cancels_what_waits() -> None:
    """close() ends within a second though a child hangs, and its caller is not left waiting."""

    async def run() -> float:
        pool = CheckPool(workers=1, limit_s=30, preload=())
        waiting = asyncio.ensure_future(pool.call(misbehave, 13))
        await asyncio.sleep(0.5)
        started = time.perf_counter()
        pool.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        pool.close()
        with pytest.raises(RuntimeError, match="after close"):
            await pool.call(square, 1)
        return time.perf_counter() - started

    assert asyncio.run(run()) < 10.0


PARENT = """
import asyncio, sys
from tests.verifiers.test_sandbox import getpid, misbehave
from verifiers.sandbox import CheckPool

async def main():
    pool = CheckPool(workers=2, limit_s=60, preload=())
    hanging = [asyncio.ensure_future(pool.call(misbehave, 13))]
    done = await pool.call(getpid, 0)
    print(done.value, flush=True)
    await asyncio.gather(*hanging)

if __name__ == "__main__":
    asyncio.run(main())
"""


def start_parent(folder: Path) -> "subprocess.Popen[str]":
    """Start a parent in its own process group whose first child hangs in C code."""
    script = folder / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[2]
    return subprocess.Popen(  # noqa: S603  # our own script
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def members(group: int) -> list[int]:
    """Return the living processes of a process group."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


def wait_until_empty(group: int, seconds: float) -> list[int]:
    """Return who is left of a process group after at most `seconds`."""
    end = time.perf_counter() + seconds
    while (left := members(group)) and time.perf_counter() < end:
        time.sleep(0.05)
    return left


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_parent_that_is_killed_leaves_no_children(tmp_path: Path) -> None:
    """Kill -9 of the parent ends idle children and one that hangs inside a C call."""
    with start_parent(tmp_path) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert child in members(parent.pid)
        parent.kill()
        parent.wait()
        left = wait_until_empty(parent.pid, 5)

    assert left == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_is_handled_by_the_parent_alone(tmp_path: Path) -> None:
    """SIGINT to the whole group ends the parent by KeyboardInterrupt; children print nothing."""
    with start_parent(tmp_path) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        parent.stdout.readline()
        os.killpg(parent.pid, signal.SIGINT)
        errors = parent.stderr.read()
        code = parent.wait(timeout=10)
        left = wait_until_empty(parent.pid, 5)

    assert code == -signal.SIGINT
    assert errors.count("\nKeyboardInterrupt\n") == 1
    assert "forkserver" not in errors
    assert left == []


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"workers": 0}, "workers=0"),
        ({"workers": 1, "batch_size": 0}, "batch_size=0"),
        ({"workers": 1, "limit_s": 0}, "limit_s=0"),
    ],
)
def test_numbers_out_of_range_are_refused(arguments: dict[str, int], shown: str) -> None:
    """The message shows the argument with its value."""
    with pytest.raises(InvalidArgumentError, match=shown):
        CheckPool(**arguments)  # type: ignore[arg-type]  # of mixed types


def test_what_a_broken_pool_says_nothing_of_is_run_again(
    pool: CheckPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that came just as the pool broke is never told of: nobody waits for it for ever."""
    schedule, lost = ProcessPool.schedule, list[ProcessPool]()

    def breaking(self: ProcessPool, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # pebble's
        if lost:
            return schedule(self, *args, **kwargs)
        lost.append(self)
        self.stop()  # type: ignore[no-untyped-call]  # pebble leaves it bare
        return Future()

    monkeypatch.setattr(ProcessPool, "schedule", breaking)
    result = asyncio.run(asyncio.wait_for(pool.call(square, 4), 30))

    assert isinstance(result, Done)
    assert (result.value, result.attempts) == (16, 2)
    assert len(lost) == 1


def test_a_fork_server_killed_while_it_starts_children_is_started_again() -> None:
    """The calls that waited for the children are made by the next ones, and nothing hangs."""

    async def squares() -> list[object]:
        with CheckPool(workers=2, preload=()) as pool:
            server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # noqa: SLF001  # no public name
            os.kill(server, signal.SIGSTOP)  # children are asked for, and do not come
            threading.Timer(0.3, os.kill, (server, signal.SIGKILL)).start()
            calls = asyncio.gather(*(pool.call(abs, -number) for number in range(5)))
            return [
                done.value for done in await asyncio.wait_for(calls, 60) if isinstance(done, Done)
            ]

    assert asyncio.run(squares()) == [0, 1, 2, 3, 4]
