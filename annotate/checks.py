"""PoolContext: the checks that strategies may ask for, run in killable child processes.

A check that fails on an item costs that item its answer, and no more: it is a stopped check, as is
one that its limit stopped. What keeps a check from being built is an exception.
"""

from typing import TypeVar

from annotate.strategies import Checked, Verified, stop_reason
from schemas import Outcome, Problem, Solution, UnknownReason
from verifiers.catalogue import GradeTask, Raised, VerifyTask
from verifiers.plugins import PluginSource
from verifiers.sandbox import CheckPool, Done, Stopped
from verifiers.spec import Spec

T = TypeVar("T")

LIMIT_S = 1.0
"""Backstop for one check, in seconds: checks bound their own work by counts, far below it."""


class PoolContext:
    """Implements `annotate.strategies.Context`. Not frozen: owns the pool and a count."""

    def __init__(
        self,
        *,
        children: int,
        plugins: tuple[PluginSource, ...] = (),
        limit_s: float = LIMIT_S,
    ) -> None:
        """Start the pool.

        Args:
            children: Child processes, >= 1.
            plugins: Plug-in files that children load.
            limit_s: Backstop for one check, in seconds.
        """
        self._pool = CheckPool(workers=children, limit_s=limit_s)
        self._plugins = plugins
        self._verify: dict[Spec, VerifyTask] = {}
        self._grade: dict[Spec, GradeTask] = {}
        self.stopped = 0

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Return what a verifier says of a solution."""
        task = self._verify.setdefault(verifier, VerifyTask(spec=verifier, plugins=self._plugins))
        done = await self._pool.call(task, (problem, solution))
        if isinstance(done, Done) and not isinstance(done.value, Raised):
            return Verified(
                findings=done.value, stopped=None, seconds=done.seconds, attempts=done.attempts
            )
        self.stopped += 1
        reason, message = _why(done)
        return Verified(
            findings=(),
            stopped=reason,
            message=message,
            seconds=done.seconds,
            attempts=done.attempts,
        )

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return how the final answer in a completion compares with the accepted ones."""
        task = self._grade.setdefault(checker, GradeTask(spec=checker, plugins=self._plugins))
        done = await self._pool.call(task, (problem, text))
        if isinstance(done, Done) and not isinstance(done.value, Raised):
            return Checked(
                answer=done.value.answer,
                outcome=done.value.outcome,
                reason=done.value.reason,
                seconds=done.seconds,
                attempts=done.attempts,
            )
        self.stopped += 1
        reason, message = _why(done)
        timed_out = reason is UnknownReason.TIMEOUT
        return Checked(
            answer=None,
            outcome=Outcome.CHECK_TIMEOUT if timed_out else Outcome.FAILED,
            reason=stop_reason(reason, message),
            seconds=done.seconds,
            attempts=done.attempts,
        )

    def close(self) -> None:
        """Stop the children."""
        self._pool.close()


def _why(done: Done[T] | Stopped) -> tuple[UnknownReason, str | None]:
    """Return why there is no answer, with what was raised if something was."""
    if isinstance(done, Stopped):
        return done.reason, None
    return UnknownReason.CRASHED, done.value.message if isinstance(done.value, Raised) else None
