"""PoolContext: the checks that strategies may ask for, run in killable child processes."""

from annotate.strategies import Checked, Verified
from schemas import Outcome, Problem, Solution, UnknownReason
from verifiers.catalogue import GradeTask, VerifyTask
from verifiers.plugins import PluginSource
from verifiers.sandbox import CheckPool, Done
from verifiers.spec import Spec

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
        if isinstance(done, Done):
            return Verified(
                findings=done.value, stopped=None, seconds=done.seconds, attempts=done.attempts
            )
        self.stopped += 1
        return Verified(
            findings=(), stopped=done.reason, seconds=done.seconds, attempts=done.attempts
        )

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return how the final answer in a completion compares with the accepted ones."""
        task = self._grade.setdefault(checker, GradeTask(spec=checker, plugins=self._plugins))
        done = await self._pool.call(task, (problem, text))
        if isinstance(done, Done):
            return Checked(
                answer=done.value.answer,
                outcome=done.value.outcome,
                reason=done.value.reason,
                seconds=done.seconds,
                attempts=done.attempts,
            )
        self.stopped += 1
        timed_out = done.reason is UnknownReason.TIMEOUT
        return Checked(
            answer=None,
            outcome=Outcome.CHECK_TIMEOUT if timed_out else Outcome.FAILED,
            reason=done.reason.name,
            seconds=done.seconds,
            attempts=done.attempts,
        )

    def close(self) -> None:
        """Stop the children."""
        self._pool.close()
