"""Probing: one prefix asked, its rollouts counted, and the row of evidence about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotate.rules.prefix_rates import STOPPED
from annotate.strategies.base import Context, Drawn
from annotate.strategies.outcomes import WRONG
from schemas import (
    Evidence,
    InvalidArgumentError,
    Outcome,
    Problem,
    Role,
    Scope,
    Solution,
    SourceKind,
    prefix_id,
)

COUNTED = WRONG | {Outcome.CORRECT}
"""Outcomes that count as trials; the rest is censored, and never a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The answer to one question about a prefix."""

    drawn: tuple[Drawn, ...]
    """[k] The rollouts, by ordinal."""
    successes: int
    """Those that reached an accepted answer."""
    trials: int
    """Those whose outcome counts; 0 means undecided, never wrong."""
    row: Evidence
    """The counts, as evidence."""

    @property
    def rate(self) -> float:
        """Share of successes in [0, 1]; 0 where nothing counts."""
        return self.successes / self.trials if self.trials else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """Asks about prefixes of one problem in one role."""

    context: Context
    """Who answers."""
    problem: Problem
    """The problem."""
    role: Role
    """As what the policy is asked."""
    gathering_id: str
    """Provenance of the rows."""

    async def root(self, k: int) -> Probe:
        """Return what `k` whole solutions say of the problem. Cost: `k` rollouts."""
        drawn = await self.context.rollouts(self.role, self.problem, "", k)
        return self._probe(drawn, text="", solution=None, step_index=None)

    async def step(
        self, solution: Solution, step_index: int, k: int, *, stop_at_success: bool = False
    ) -> Probe:
        """Return what rollouts say of the prefix that ends with a step.

        Args:
            solution: Whose prefix.
            step_index: Its last step.
            k: Rollouts at most.
            stop_at_success: Whether no more are drawn once one succeeds; the row says that its
                counts are no rate then.

        Cost: `k` rollouts; less than twice those up to the first success where that ends it.
        """
        text = solution.prefix(step_index + 1)
        if not stop_at_success:
            drawn = await self.context.rollouts(self.role, self.problem, text, k)
            return self._probe(drawn, text=text, solution=solution, step_index=step_index)
        drawn = await self._until_success(text, k)
        probe = self._probe(drawn, text=text, solution=solution, step_index=step_index)
        return replace(probe, row=replace(probe.row, reason=STOPPED))

    async def _until_success(self, text: str, k: int) -> tuple[Drawn, ...]:
        """Return the first rollouts of a prefix up to a success, `k` at most.

        1, 2, 4, ... in all: few turns where none succeeds, one rollout where most do.
        """
        n, drawn = 1, await self.context.rollouts(self.role, self.problem, text, 1)
        while drawn and n < k and not any(one.outcome is Outcome.CORRECT for one in drawn):
            n = min(2 * n, k)
            drawn = await self.context.rollouts(self.role, self.problem, text, n)
        return drawn

    def _probe(
        self,
        drawn: tuple[Drawn, ...],
        *,
        text: str,
        solution: Solution | None,
        step_index: int | None,
    ) -> Probe:
        successes = sum(d.outcome is Outcome.CORRECT for d in drawn)
        trials = sum(d.outcome in COUNTED for d in drawn)
        row = Evidence(
            gathering_id=self.gathering_id,
            problem_id=self.problem.problem_id,
            solution_id=solution.solution_id if solution else None,
            step_index=step_index,
            prefix_id=prefix_id(self.problem.problem_id, text),
            scope=Scope.PREFIX if solution else Scope.PROBLEM,
            source_kind=SourceKind.ROLLOUTS,
            source=self.context.source(self.role),
            ordinal=0,
            successes=successes,
            trials=trials,
            tokens=sum(d.tokens for d in drawn),
        )
        return Probe(drawn=drawn, successes=successes, trials=trials, row=row)


def require_at_least(least: int, strategy: str, arguments: Sequence[tuple[str, int]]) -> None:
    """Check that each (name, value) of a strategy's arguments is at least `least`.

    Raises:
        InvalidArgumentError: If one is not.
    """
    for name, value in arguments:
        if value < least:
            raise InvalidArgumentError(
                f"strategy {strategy!r}: {name}={value!r} must be a whole number from {least}."
            )
