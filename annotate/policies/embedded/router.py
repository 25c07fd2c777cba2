"""Router: which engine gets which job, and what happens when an engine is lost.

Jobs of one problem prefer one engine, which then has their common prefix at hand. An engine holds
what keeps it busy; the rest waits here, where an engine that runs dry takes from the longest queue.
Lives in one event loop.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from annotate.policies.embedded.port import Listener, Port
from annotate.policies.embedded.wire import Answer, Job
from schemas import PolicyError

WINDOW = 192
"""Completions handed to an engine at a time: twice what it works on at once."""
DEATHS = 3
"""An engine that is lost this often without an answer in between is given up."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Lane:  # mutable: the state of one engine
    port: Port
    waiting: deque[Job] = field(default_factory=deque)
    sent: dict[int, Job] = field(default_factory=dict)
    rows: int = 0
    deaths: int = 0
    is_up: bool = True


class Router:
    """Engines that share their work."""

    def __init__(self, ports: Sequence[Port]) -> None:
        """Use `ports`, once `start` was called."""
        self._lanes = [_Lane(port=port) for port in ports]
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._restarts: set[asyncio.Task[None]] = set()
        self._is_due = False
        self._is_closed = False

    async def start(self) -> bool:
        """Start all engines; return whether all found themselves reproducible.

        Raises:
            PolicyError: If one does not start.
        """
        starts = [lane.port.start(self._listener(lane)) for lane in self._lanes]
        said = await asyncio.gather(*starts, return_exceptions=True)
        failed = [fault for fault in said if isinstance(fault, BaseException)]
        if failed:
            await self.stop()
            raise failed[0]
        return all(not isinstance(hello, BaseException) and hello.reproducible for hello in said)

    async def ask(self, job: Job, affinity: str) -> Answer:
        """Return a job's answer.

        Raises:
            PolicyError: If engines die again and again on it, or the policy was closed.
        """
        up = [lane for lane in self._lanes if lane.deaths < DEATHS]
        if self._is_closed or not up:
            raise PolicyError(
                "the embedded policy was closed."
                if self._is_closed
                else "all engines of the embedded policy died; their output says why."
            )
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answers[job.number] = answer
        if affinity:
            up[zlib.crc32(affinity.encode(errors="replace")) % len(up)].waiting.append(job)
        else:
            min(up, key=lambda lane: lane.rows + len(lane.waiting)).waiting.append(job)
        self._plan()
        return await answer

    async def stop(self) -> None:
        """Stop all engines; whoever still waits is told so."""
        self._is_closed = True
        for task in self._restarts:
            task.cancel()
        await asyncio.gather(*(lane.port.stop() for lane in self._lanes))
        for lane in self._lanes:
            self._fail((*lane.sent.values(), *lane.waiting), "the embedded policy was closed.")
            lane.sent.clear()
            lane.waiting.clear()

    def _listener(self, lane: _Lane) -> Listener:
        return Listener(answered=partial(self._answered, lane), lost=partial(self._lost, lane))

    def _plan(self) -> None:
        # Once per turn of the loop: jobs that arrive together travel together.
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._dispatch)

    def _dispatch(self) -> None:
        self._is_due = False
        for lane in self._lanes:
            jobs = []
            while lane.is_up and lane.rows < WINDOW and (job := self._next(lane)) is not None:
                lane.sent[job.number] = job
                lane.rows += job.n
                jobs.append(job)
            if jobs:
                lane.port.send(jobs)

    def _next(self, lane: _Lane) -> Job | None:
        longest = max(self._lanes, key=lambda other: len(other.waiting))
        is_full = longest.rows >= WINDOW or not longest.is_up
        while lane.waiting or (longest.waiting and is_full):
            job = lane.waiting.popleft() if lane.waiting else longest.waiting.pop()
            if not self._answers[job.number].done():
                return job
            del self._answers[job.number]  # whoever asked has gone
        return None

    def _answered(self, lane: _Lane, answers: Sequence[Answer]) -> None:
        lane.deaths = 0
        for answer in answers:
            lane.rows -= lane.sent.pop(answer.number).n
            waiter = self._answers.pop(answer.number)
            if not waiter.done():
                waiter.set_result(answer)
        self._dispatch()

    def _lost(self, lane: _Lane, reason: str) -> None:
        if self._is_closed:
            return
        lane.deaths += 1
        lane.is_up = False
        if lane.deaths >= DEATHS:
            self._give_up(lane, f"an engine of the embedded policy died {DEATHS} times: {reason}.")
            return
        task = asyncio.get_running_loop().create_task(self._restart(lane))
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)

    async def _restart(self, lane: _Lane) -> None:
        lane.waiting.extendleft(reversed(lane.sent.values()))
        lane.sent.clear()
        lane.rows = 0
        try:
            await lane.port.start(self._listener(lane))
        except PolicyError as error:
            self._give_up(lane, str(error))
            return
        lane.is_up = True
        self._plan()

    def _give_up(self, lane: _Lane, reason: str) -> None:
        lane.deaths = DEATHS
        self._fail(lane.sent.values(), reason)
        lane.sent.clear()
        if any(other.deaths < DEATHS for other in self._lanes):
            self._plan()  # the others take over what it had not begun
        else:
            self._fail(lane.waiting, reason)
            lane.waiting.clear()

    def _fail(self, jobs: Iterable[Job], reason: str) -> None:
        for job in jobs:
            waiter = self._answers.pop(job.number)
            if not waiter.done():
                waiter.set_exception(PolicyError(reason))
