"""CheckPool: killable child processes for work that may hang; each call ends, come what may.

Functions must be pure and picklable by name: an item may be run more than once. Used from one event
loop at a time, never from several threads. A killed child loses at most half a limit of finished
work, which is done again. Children ignore Ctrl-C and die with their parent, however it dies.
"""

import asyncio
import contextlib
import functools
import multiprocessing
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from typing import Any, Generic, Self, TypeVar, cast

from pebble import CONSTS, ProcessExpired, ProcessPool

from schemas import InvalidArgumentError, UnknownReason
from verifiers.batches import Batch, Call, fail, pickle_batch
from verifiers.child import LOCK_TIMEOUT_S, Reply, prepare_child, run_batch

A = TypeVar("A")
T = TypeVar("T")

RETRY_FACTOR = 10
"""An item that is stopped alone gets one more run under this many times the limit."""
PRELOAD = ("verifiers", "verifiers.child", "sympy", "math_verify")
"""Modules that children have before the clock of their first call starts: seconds to import."""

CONSTS.channel_lock_timeout = LOCK_TIMEOUT_S

_OUTSTANDING_PER_WORKER = 4
_SOFT_SHARE = 0.5  # of the limit: after this a child hands in what it has of a batch
_MAX_BREAKS = 3
_WATCH_S = 1.0
_PAUSE_S = 0.25  # a fork server that was killed is not always gone at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Generic[T]):
    """A call that returned."""

    value: T
    """What the function returned."""
    seconds: float
    """Wall time of the run that returned, measured in the child, >= 0."""
    attempts: int
    """Runs it took, those of a batch that was stopped included, >= 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """A call that was stopped under its limit, and again under `RETRY_FACTOR` times the limit."""

    reason: UnknownReason
    """TIMEOUT, or CRASHED where the process died or ran out of memory."""
    seconds: float
    """Wall time from the dispatch of the last run to its end, time in line included, >= 0."""
    attempts: int
    """Runs it took, those of a batch that was stopped included, >= 2."""


class CheckPool:
    """Child processes that run one-argument functions; each call ends within a known time.

    Calls that wait at the same time are grouped by function and travel in batches. A batch that is
    stopped is run again item by item under `limit_s`, and what is stopped alone is run once more
    under `RETRY_FACTOR` times the limit.
    """

    def __init__(
        self,
        *,
        workers: int,
        limit_s: float = 1.0,
        batch_size: int = 32,
        memory_bytes: int | None = 4 << 30,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        """Describe the pool and start loading modules beside this process.

        Args:
            workers: Child processes, >= 1.
            limit_s: Seconds that an item may take when run alone, > 0.
            batch_size: Most items that travel together, >= 1.
            memory_bytes: Data that a child may hold, in bytes; None: no cap.
            preload: Modules that every child imports before its first call; those that are not
                installed are passed over.

        Raises:
            InvalidArgumentError: If a number is out of its range.
        """
        for name, value, least in (("workers", workers, 1), ("batch_size", batch_size, 1)):
            if value < least:
                raise InvalidArgumentError(f"{name}={value!r} must be at least {least}.")
        if not limit_s > 0:
            raise InvalidArgumentError(f"limit_s={limit_s!r} must be more than 0 seconds.")
        self._workers = workers
        self._limit_s = limit_s
        self._batch_size = batch_size
        self._memory_bytes = memory_bytes
        self._preload = tuple(preload)
        self._pool: ProcessPool | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[Hashable, deque[Call]] = {}
        self._retries: deque[Call] = deque()
        self._flying: set[Batch] = set()
        self._pump_due = False
        self._watch: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._closed = False
        self._context = _process_context(self._preload)

    async def call(self, function: Callable[[A], T], item: A) -> Done[T] | Stopped:
        """Return what `function(item)` returns in a child, or why it was stopped.

        Args:
            function: Pure; importable by name in the child, or a method of a picklable object. Pass
                the same object each time: that is what batches are grouped by.
            item: Picklable.

        Raises:
            RuntimeError: If the pool is closed, or its children keep dying outside any call.
            Exception: Whatever the function raises, for this item only.
        """
        if self._closed:
            raise RuntimeError("CheckPool.call after close(): make a new pool.")
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # An earlier loop was left, perhaps by Ctrl-C: nobody awaits its calls any more.
            self._forget()
            self._loop = loop
        call = Call(function=function, item=item, future=loop.create_future())
        self._waiting.setdefault(function, deque()).append(call)
        self._pump_soon()
        return cast("Done[T] | Stopped", await call.future)  # the child ran `function`

    def close(self) -> None:
        """Kill the children and cancel the calls that wait: under a second, and idempotent."""
        self._closed = True
        calls = [call for batch in self._flying for call in batch.calls]
        calls += [call for queue in self._waiting.values() for call in queue]
        if self._loop is not None and not self._loop.is_closed():
            for call in (*calls, *self._retries):
                call.future.cancel()
        self._forget()
        self._drop_pool()

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the pool."""
        self.close()

    async def __aenter__(self) -> Self:
        """Return the pool itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the pool; blocks the loop for at most about a quarter of a second."""
        self.close()

    def _forget(self) -> None:
        self._waiting.clear()
        self._retries.clear()
        self._flying.clear()
        self._pump_due = False
        for timer in (self._watch, self._pause):
            if timer is not None:
                timer.cancel()
        self._watch = self._pause = None

    def _drop_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it bare
            pool.join()

    def _pump_soon(self) -> None:
        if not self._pump_due and self._loop is not None:
            self._pump_due = True
            # On the next tick: calls made by other tasks of this tick join the batch.
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._pump_due = False
        with self._no_hang():
            self._fill()

    @contextlib.contextmanager
    def _no_hang(self) -> Iterator[None]:
        """End every call with an error that nobody foresaw: on a bare loop it would be lost."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # raised again in each caller
            calls = [call for batch in self._flying for call in batch.calls]
            calls += [call for queue in self._waiting.values() for call in queue]
            fail([*calls, *self._retries], error)
            self._forget()

    def _fill(self) -> None:
        room = _OUTSTANDING_PER_WORKER * self._workers
        while not self._closed and self._pause is None and len(self._flying) < room:
            calls = self._take()
            if not calls:
                return
            self._send(Batch(calls=calls))

    def _take(self) -> list[Call]:
        """Return the calls of the next batch: a retry alone, or the oldest function's calls."""
        while self._retries:
            call = self._retries.popleft()
            if not call.future.done():
                return [call]
        calls: list[Call] = []
        while self._waiting and not calls:
            function, queue = next(iter(self._waiting.items()))
            while queue and len(calls) < self._batch_size:
                call = queue.popleft()
                if not call.future.done():
                    calls.append(call)
            del self._waiting[function]
            if queue:
                self._waiting[function] = queue  # at the end: functions take turns
        return calls

    def _send(self, batch: Batch) -> None:
        function, items = pickle_batch(batch)
        if not items:
            return
        for call in batch.calls:
            call.attempts += 1
        soft_s = self._limit_s * _SOFT_SHARE
        if len(batch.calls) > 1:
            limit_s = self._limit_s + soft_s
        else:
            limit_s = self._limit_s * RETRY_FACTOR ** batch.calls[0].alone
        batch.sent = time.perf_counter()
        try:
            future = self._schedule(batch, (function, items, soft_s), limit_s)
        except (OSError, EOFError, RuntimeError) as error:
            # The fork server was killed while children were being started: the next try starts it.
            self._restart(batch, error)
            return
        self._flying.add(batch)
        if self._watch is None:
            self._watch = batch.calls[0].future.get_loop().call_later(_WATCH_S, self._look)
        future.add_done_callback(
            functools.partial(self._report, batch.calls[0].future.get_loop(), batch)
        )

    def _schedule(
        self, batch: Batch, args: tuple[bytes, list[bytes], float], limit_s: float
    ) -> "Future[list[Reply]]":
        if self._pool is not None and self._pool.active:
            with contextlib.suppress(RuntimeError):  # it broke between the two lines
                batch.pool = self._pool
                return self._pool.schedule(run_batch, args=args, timeout=limit_s)
        self._drop_pool()
        self._pool = batch.pool = ProcessPool(
            max_workers=self._workers,
            context=self._context,
            initializer=prepare_child,
            initargs=(self._preload, self._memory_bytes),
        )
        return self._pool.schedule(run_batch, args=args, timeout=limit_s)

    def _report(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: Batch,
        future: "Future[list[Reply]]",
    ) -> None:
        """Carry a result from the pool's thread to the event loop."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody awaits the result
            loop.call_soon_threadsafe(self._settle, batch, future)

    def _settle(self, batch: Batch, future: "Future[list[Reply]]") -> None:
        if batch in self._flying:  # else of an earlier loop, or closed
            with self._no_hang():
                self._account(batch, future)
            self._pump_soon()

    def _account(self, batch: Batch, future: "Future[list[Reply]]") -> None:
        error = future.exception()
        if error is None:
            self._resolve(batch, future.result())
        elif isinstance(error, BrokenProcessPool):
            self._restart(batch, error)
        elif isinstance(error, TimeoutError):
            self._stop(batch, UnknownReason.TIMEOUT)
        elif isinstance(error, ProcessExpired | MemoryError):
            self._stop(batch, UnknownReason.CRASHED)
        else:
            fail(batch.calls, error)
        self._flying.discard(batch)

    def _resolve(self, batch: Batch, replies: list[Reply]) -> None:
        for call, (succeeded, payload, seconds) in zip(batch.calls, replies, strict=False):
            if call.future.done():
                continue
            try:
                value = pickle.loads(payload)  # noqa: S301  # written by our own child
            except Exception as error:  # noqa: BLE001  # any class may refuse to be rebuilt
                fail([call], error)
                continue
            if succeeded:
                done = Done(value=value, seconds=seconds, attempts=call.attempts)
                call.future.set_result(done)
            else:
                call.future.set_exception(value)
        unrun = batch.calls[len(replies) :]
        for call in reversed(unrun):
            call.attempts -= 1
            self._waiting.setdefault(call.function, deque()).appendleft(call)

    def _stop(self, batch: Batch, reason: UnknownReason) -> None:
        if len(batch.calls) > 1:
            self._retries.extend(batch.calls)
            return
        call = batch.calls[0]
        call.alone += 1
        if call.alone == 1:
            self._retries.append(call)
        elif not call.future.done():
            seconds = time.perf_counter() - batch.sent
            call.future.set_result(Stopped(reason=reason, seconds=seconds, attempts=call.attempts))

    def _look(self) -> None:
        """Run again what a broken pool said nothing of: what it had not begun to count."""
        self._watch = None
        with self._no_hang():
            for batch in tuple(self._flying):
                if batch.pool is not None and not batch.pool.active:
                    self._flying.discard(batch)
                    self._restart(batch, BrokenProcessPool("the pool broke before it began"))
        if self._flying and self._loop is not None:
            self._watch = self._loop.call_later(_WATCH_S, self._look)
        self._pump_soon()

    def _restart(self, batch: Batch, error: BaseException) -> None:
        """Run a batch again, after a pause, whose pool broke: a child was killed from outside."""
        if batch.pool is self._pool:
            self._drop_pool()
        if self._pause is None and self._loop is not None:
            self._pause = self._loop.call_later(_PAUSE_S, self._go_on)
        for call in batch.calls:
            call.breaks += 1
            if call.breaks < _MAX_BREAKS:
                self._retries.append(call)
            else:
                fail([call], error)

    def _go_on(self) -> None:
        self._pause = None
        self._pump_soon()


def _process_context(preload: tuple[str, ...]) -> Any:  # noqa: ANN401  # pebble's own alias is private
    """Return the start method's context, its server loading modules already.

    The server is shared by the whole process: what is asked of one that runs already has no effect,
    which costs time in each child and nothing else.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", *preload])
    resource_tracker.ensure_running()  # it unblocks Ctrl-C as it starts
    # Blocked signals are inherited: Ctrl-C cannot reach a child, not even while it is starting.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context
