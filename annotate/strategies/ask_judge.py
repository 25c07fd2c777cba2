"""Strategy `ask_judge`: ask a model which step of each solution is the first wrong one."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, is_labelled
from annotate.strategies.base import STRATEGIES, Context, Gathered, Opinion, StrategyFacts
from annotate.strategies.probing import require_at_least
from schemas import Evidence, FindingVerdict, Problem, Role, Scope, Solution, SourceKind
from verifiers.spec import Spec

OUT_OF_RANGE = "OUT_OF_RANGE"
"""Why an opinion counts for nothing that names a step which is not there or takes no label."""


@STRATEGIES.register("ask_judge")
@dataclass(frozen=True, slots=True, kw_only=True)
class AskJudge:
    """Ask the judge `n` times about each solution.

    An opinion is about the step that it names, or about the whole solution where it finds all
    steps right, or where it says nothing that counts. Several opinions of a policy that judges at
    temperature 0 are drawn at 1.

    Source: ProcessBench (arXiv:2412.06559), critic models; Qwen's lessons (arXiv:2501.07301).
    Cost: `n` judge calls per solution.
    """

    n: int = 1
    """Opinions per solution, >= 1."""
    name: ClassVar[str] = "ask_judge"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="a model which step is the first wrong one, n times",
        calls="n per solution",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""
    stop_rule: ClassVar[str] = "all"
    """It asks everything once."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `n` is below 1.
        """
        require_at_least(1, self.name, (("n", self.n),))

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask: none."""
        return ()

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask: none."""
        return ()

    def roles(self) -> tuple[Role, ...]:
        """Return the roles in which it asks policies."""
        return (Role.JUDGE,)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Ask about every solution of the case."""
        asked = (self._ask(case.problem, s, context, gathering_id) for s in case.solutions)
        parts = await asyncio.gather(*asked)
        return Gathered(evidence=tuple(row for rows in parts for row in rows))

    async def _ask(
        self, problem: Problem, solution: Solution, context: Context, gathering_id: str
    ) -> list[Evidence]:
        source = context.source(Role.JUDGE)
        opinions = await context.opinions(problem, solution, self.n)
        return [_row(opinion, solution, source, gathering_id) for opinion in opinions]


def _row(opinion: Opinion, solution: Solution, source: str, gathering_id: str) -> Evidence:
    step, verdict, reason = _read(opinion, solution)
    return Evidence(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        step_index=step,
        prefix_id=None,
        scope=Scope.SOLUTION if step is None else Scope.STEP,
        source_kind=SourceKind.JUDGE,
        source=source,
        ordinal=opinion.ordinal,
        verdict=verdict,
        reason=reason,
        tokens=opinion.tokens,
    )


def _read(opinion: Opinion, solution: Solution) -> tuple[int | None, FindingVerdict, str | None]:
    """Return the step that is named, what is said of it or of the whole, and why nothing is."""
    step = opinion.first_error
    if opinion.unknown is not None:
        return None, FindingVerdict.UNKNOWN, opinion.unknown
    if step is None:
        return None, FindingVerdict.CORRECT, None
    if not 0 <= step < len(solution.steps) or not is_labelled(solution.steps[step]):
        return None, FindingVerdict.UNKNOWN, OUT_OF_RANGE
    return step, FindingVerdict.INCORRECT, None
