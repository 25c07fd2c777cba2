"""PoolContext: the checks behind a strategy's questions, run in killable child processes.

A check that fails on an item costs that item its answer, and no more: it is a stopped check, as is
one that its limit stopped. What keeps a check from being built is an exception.
"""

from collections.abc import Sequence
from typing import TypeVar

from annotate.strategies import Checked, Verified, stop_reason
from schemas import Outcome, Problem, Solution, UnknownReason
from verifiers.base import QuickChecker
from verifiers.catalogue import AcceptTask, GradeTask, Raised, VerifyTask, build_checker
from verifiers.outcomes import OUTCOMES
from verifiers.plugins import PluginSource
from verifiers.sandbox import CheckPool, Done, Stopped
from verifiers.spec import Spec, build

T = TypeVar("T")

LIMIT_S = 1.0
"""Backstop for one check, in seconds: checks bound their own work by counts, far below it."""


class PoolContext:
    """The model-free half of a `Context`. Not frozen: owns the pool and a count."""

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
        self._quick: dict[Spec, QuickChecker | None] = {}
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
        settled = self.quick(checker, problem, text)
        return settled or await self.grade_in_child(checker, problem, text)

    async def grade_in_child(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return what `grade` does, where `quick` has left it."""
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

    def quick(self, checker: Spec, problem: Problem, text: str) -> Checked | None:
        """Return what `grade` would where this process can settle it at once, else None."""
        quick = self._quick_checker(checker)
        settled = quick.quick(problem, text) if quick is not None else None
        if settled is None:
            return None
        return Checked(
            answer=settled.answer,
            outcome=settled.outcome,
            reason=settled.reason,
            seconds=0.0,
            attempts=1,
        )

    async def accepted(
        self, outcome: Spec, problem: Problem, texts: Sequence[str]
    ) -> tuple[str, ...]:
        """Return the answers that completions of a problem are compared with.

        None where the vote of the texts could not be told within the limits: their outcomes are
        then NOT_CHECKED.

        Args:
            outcome: A way of `verifiers.outcomes`.
            problem: The problem.
            texts: Whole solutions to vote, if it asks for any.
        """
        if not texts:
            return build(OUTCOMES, outcome).accepted(problem, ())
        done = await self._pool.call(AcceptTask(spec=outcome), (problem, tuple(texts)))
        if isinstance(done, Done) and not isinstance(done.value, Raised):
            return tuple(done.value)
        self.stopped += 1
        return ()

    def _quick_checker(self, checker: Spec) -> QuickChecker | None:
        """Return the checker where it can settle plain cases in this process."""
        try:
            return self._quick[checker]
        except KeyError:
            built = build_checker(checker, self._plugins)
            quick = self._quick[checker] = built if isinstance(built, QuickChecker) else None
            return quick

    def close(self) -> None:
        """Stop the children."""
        self._pool.close()


def _why(done: Done[T] | Stopped) -> tuple[UnknownReason, str | None]:
    """Return why there is no answer, with what was raised if something was."""
    if isinstance(done, Stopped):
        return done.reason, None
    return UnknownReason.CRASHED, done.value.message if isinstance(done.value, Raised) else None
