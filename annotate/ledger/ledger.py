"""Ledger: every completion is asked for once, kept before it is lost, and shared by all who ask.

One ledger serves one shard. Requests for the first n ordinals of a key take what is there and ask
the policy for the rest as one contiguous range; concurrent asks for a key wait for one another, so
nothing is asked for twice. What comes back is journalled every half second or 512 completions: a
kill pays again at most what was in flight or not yet journalled. A journal that cannot be written
stops the next ask.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotate.ledger.keys import base_seed, request_id, rollout_id
from annotate.ledger.purse import Purse
from annotate.policies import Completion, Policy, Request
from annotate.prompts import Prompt, Sampling
from annotate.storage import RunStore, journal
from schemas import PolicyRow, Problem, Role, Rollout

FLUSH_S = 0.5
"""Seconds after which completions are journalled."""
FLUSH_ROLLOUTS = 512
"""Completions after which they are journalled at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A policy in a role."""

    policy: Policy
    """The policy, open."""
    row: PolicyRow
    """What its id stands for."""
    sampling: Sampling
    """How it draws in this role."""
    written: str
    """The sampling as canonical JSON."""


def make_seat(policy: Policy, sampling: Sampling) -> Seat:
    """Return a policy in a role, with what is asked of it for every completion worked out once."""
    return Seat(policy=policy, row=policy.row, sampling=sampling, written=sampling.canonical)


@dataclass(frozen=False, slots=True, kw_only=True)
class Spent:
    """What a worker has paid for so far, and what is under way. Not frozen: it counts."""

    rollouts: int = 0
    """Completions that came back."""
    tokens: int = 0
    """Tokens generated for them."""
    in_flight: int = 0
    """Completions that were asked for and are not back yet."""


@dataclass(frozen=False, slots=True, kw_only=True)
class _Entry:
    """The completions of one request key that a problem has, by ordinal. Not frozen: it grows."""

    rollouts: dict[int, Rollout] = field(default_factory=dict)
    room: asyncio.Lock = field(default_factory=asyncio.Lock)


class Ledger:
    """The completions of one shard. Not frozen: it grows."""

    def __init__(
        self,
        *,
        store: RunStore,
        shard: str,
        purse: Purse,
        spent: Spent,
        known: Iterable[Rollout] = (),
    ) -> None:
        """Open the ledger of a shard.

        Args:
            store: Where the run is.
            shard: Name under which completions are journalled.
            purse: What may be spent.
            spent: Where to count what is.
            known: Completions that the run holds already; those that only the journal holds are
                read from it.
        """
        self._store = store
        self._shard = shard
        self._purse = purse
        self._spent = spent
        # By problem too: two that are worded alike may accept other answers.
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._asking: set[asyncio.Task[object]] = set()
        self._unsaved: list[Rollout] = []
        self._flusher: asyncio.Task[None] | None = None
        self._full = asyncio.Event()
        self._closed = False
        self.fresh: list[Rollout] = []
        """Completions that no commit of the run holds yet."""
        self._take_in(known)
        self.fresh += self._take_in(journal.read_segments(store, shard))

    async def draw(
        self, seat: Seat, role: Role, problem: Problem, prompt: Prompt, prefix: str, n: int
    ) -> list[Rollout]:
        """Return the first `n` completions of a prompt, in order of ordinals.

        Args:
            seat: Who is asked.
            role: As what.
            problem: The problem that they belong to.
            prompt: What is continued.
            prefix: Id of the prefix.
            n: How many, >= 1.

        Raises:
            BudgetError: If the purse does not allow for the missing ones.
            PolicyError: If the policy cannot answer.
        """
        request = request_id(seat.row.policy_id, prompt, seat.written)
        entry = self._entry(problem.problem_id, request)
        async with entry.room:
            missing = [ordinal for ordinal in range(n) if ordinal not in entry.rollouts]
            if missing:
                wanted = range(missing[0], missing[-1] + 1)
                completions = await self._ask(seat, request, prompt, problem, wanted)
                made = [
                    Rollout(
                        rollout_id=rollout_id(problem.problem_id, request, ordinal),
                        request_id=request,
                        policy_id=seat.row.policy_id,
                        role=role,
                        sampling=seat.written,
                        problem_id=problem.problem_id,
                        prefix_id=prefix,
                        ordinal=ordinal,
                        text=completion.text,
                        finish_reason=completion.finish_reason,
                        prompt_tokens=completion.prompt_tokens,
                        tokens=completion.tokens,
                    )
                    for ordinal, completion in zip(wanted, completions, strict=True)
                    if ordinal not in entry.rollouts
                ]
                entry.rollouts.update((one.ordinal, one) for one in made)
                self.fresh += made
                self._save_soon(made)
            return [entry.rollouts[ordinal] for ordinal in range(n)]

    async def settle(self) -> None:
        """Wait for what is under way: of a search that the budget stopped, other asks may be."""
        while self._asking:
            await asyncio.wait(self._asking)

    async def aclose(self) -> None:
        """End what is under way, and journal what is not journalled yet. Nothing is asked then.

        Raises:
            StoreError: If the journal cannot be written.
        """
        self._closed = True
        for task in self._asking:
            task.cancel()
        try:
            await asyncio.gather(*self._asking, return_exceptions=True)
            if self._flusher is not None:
                self._full.set()
                # What it could not write is tried once more below, and told there.
                await asyncio.gather(self._flusher, return_exceptions=True)
            await self._flush()
        finally:
            # Whoever is cancelled again, or left by its event loop, has no other moment.
            self._flush_now()

    async def _ask(
        self, seat: Seat, request: str, prompt: Prompt, problem: Problem, wanted: range
    ) -> list[Completion]:
        """Pay for completions."""
        self._refuse_unsafe()
        asking = asyncio.current_task()
        if asking is None:
            raise RuntimeError("Ledger.draw outside a task: nothing could end it.")
        self._asking.add(asking)
        try:
            return await self._paid(seat, request, prompt, problem, wanted)
        finally:
            self._asking.discard(asking)

    async def _paid(
        self, seat: Seat, request: str, prompt: Prompt, problem: Problem, wanted: range
    ) -> list[Completion]:
        """Reserve, ask and settle."""
        n, most = len(wanted), len(wanted) * seat.sampling.max_tokens
        await self._purse.reserve(n, most)
        used = tokens = 0
        self._spent.in_flight += n
        try:
            completions = list(
                await seat.policy.complete(
                    Request(
                        prompt=prompt,
                        sampling=seat.sampling,
                        seed=base_seed(request) + wanted.start,
                        n=n,
                        affinity=problem.problem_id,
                    )
                )
            )
            used, tokens = len(completions), sum(one.tokens for one in completions)
        finally:
            self._spent.in_flight -= n
            self._spent.rollouts += used
            self._spent.tokens += tokens
            self._purse.settle(n - used, most - tokens)
        if used != n:
            raise RuntimeError(f"{seat.row.name} returned {used} of {n} completions.")
        return completions

    def _refuse_unsafe(self) -> None:
        """Raise where what is paid for now could not be kept."""
        if self._closed:
            raise RuntimeError("Ledger.draw after aclose(): what it pays for would be lost.")
        if self._flusher is not None and self._flusher.done():
            self._flusher.result()  # raises why the journal could not be written

    def _entry(self, problem_id: str, request: str) -> _Entry:
        return self._entries.setdefault((problem_id, request), _Entry())

    def _take_in(self, rollouts: Iterable[Rollout]) -> list[Rollout]:
        """Put stored completions under their keys; return those that were new."""
        taken = []
        for rollout in rollouts:
            held = self._entry(rollout.problem_id, rollout.request_id).rollouts
            if held.setdefault(rollout.ordinal, rollout) is rollout:
                taken.append(rollout)
        return taken

    def _save_soon(self, rollouts: list[Rollout]) -> None:
        self._unsaved += rollouts
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush_regularly())
        if len(self._unsaved) >= FLUSH_ROLLOUTS:
            self._full.set()

    async def _flush_regularly(self) -> None:
        while not self._closed:
            with contextlib.suppress(TimeoutError):  # the end of the half second is waited for too
                await asyncio.wait_for(self._full.wait(), timeout=FLUSH_S)
            self._full.clear()
            await self._flush()

    async def _flush(self) -> None:
        unsaved = list(self._unsaved)
        if unsaved:
            await asyncio.to_thread(journal.append, self._store, self._shard, unsaved)
            del self._unsaved[: len(unsaved)]

    def _flush_now(self) -> None:
        """Journal what `_flush` has not: written twice is harmless, lost is not."""
        if self._unsaved:
            journal.append(self._store, self._shard, self._unsaved)
            self._unsaved.clear()
