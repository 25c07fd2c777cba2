"""Purse: what a run may still spend, shared by all its workers through the run folder.

The rest of a budget is cut into tickets. A worker that runs out takes the next ticket by creating
its file, which only one worker can: no process hands them out, so none can die with them.
Reservations are made at dispatch, at the most that a request can cost, and settled by what it did
cost. At the end at most one ticket for each worker is left unspent; none is overspent.
"""

import asyncio
from dataclasses import dataclass

from annotate.storage import RunStore
from schemas import BudgetError

TICKETS_PREFIX = "tickets/"
"""Prefix of the keys of tickets."""

N_TICKETS = 256
"""Parts that the rest of a budget is cut into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may still be spent in one call of a job; None where there is no limit."""

    rollouts: int | None = None
    """Completions."""
    tokens: int | None = None
    """Generated tokens."""

    @property
    def limited(self) -> bool:
        """Whether anything is limited."""
        return self.rollouts is not None or self.tokens is not None


class Purse:
    """One worker's share. Not frozen: counts what it has left."""

    def __init__(self, store: RunStore, job: str, budget: Budget) -> None:
        """Open a purse with nothing in it.

        Args:
            store: Where the run is.
            job: Name that the tickets of one call of a job share.
            budget: What all workers together may spend.
        """
        self._store = store
        self._job = job
        self._budget = budget
        self._next = 0
        self._rollouts = 0
        self._tokens = 0
        self._reserved = 0
        self._settled = asyncio.Event()

    async def reserve(self, rollouts: int, tokens: int) -> None:
        """Set aside what a request may cost at most; waits for others to settle where it must.

        Raises:
            BudgetError: If it is not to be had.
        """
        if not self._budget.limited:
            return
        while not self._fits(rollouts, tokens):
            if await self._take_ticket():
                continue
            if not self._reserved:
                raise BudgetError(
                    "the budget is spent: what was gathered is kept, and the same command with a "
                    "larger --max-rollouts or --max-tokens goes on from there."
                )
            self._settled.clear()
            await self._settled.wait()
        self._rollouts -= rollouts
        self._tokens -= tokens
        self._reserved += 1

    def settle(self, rollouts: int, tokens: int) -> None:
        """Give back what a request did not use of its reservation."""
        if not self._budget.limited:
            return
        self._rollouts += rollouts
        self._tokens += tokens
        self._reserved -= 1
        self._settled.set()

    def _fits(self, rollouts: int, tokens: int) -> bool:
        return (self._budget.rollouts is None or self._rollouts >= rollouts) and (
            self._budget.tokens is None or self._tokens >= tokens
        )

    async def _take_ticket(self) -> bool:
        """Take the next free ticket; return whether there was one."""
        while self._next < N_TICKETS:
            number = self._next
            self._next += 1
            rollouts = _part(self._budget.rollouts, number)
            tokens = _part(self._budget.tokens, number)
            if not (rollouts or tokens):
                continue  # a small rest has fewer parts
            key = f"{TICKETS_PREFIX}{self._job}/{number:03}"
            if await asyncio.to_thread(self._store.put_if_absent, key, b"taken\n"):
                self._rollouts += rollouts
                self._tokens += tokens
                return True
        return False


def discard_tickets(store: RunStore) -> None:
    """Remove the tickets of all jobs: the driver does so before and after each."""
    for key in store.list(TICKETS_PREFIX):
        store.delete(key)


def _part(whole: int | None, number: int) -> int:
    """Return the size of one of `N_TICKETS` parts that add up to `whole`."""
    return 0 if whole is None else (number + 1) * whole // N_TICKETS - number * whole // N_TICKETS
