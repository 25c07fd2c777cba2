"""The outcome of a solution as evidence, grade and cost: what every strategy says of it alike."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from annotate.strategies.base import Checked, Context, Gathered
from schemas import Cost, Evidence, Grade, Outcome, Problem, Scope, Solution, SourceKind
from verifiers.catalogue import build_checker
from verifiers.spec import Spec

WRONG = frozenset({Outcome.INCORRECT, Outcome.NO_ANSWER})
"""Outcomes of a completion that ended by itself and reached no accepted answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A solution's final answer, checked."""

    solution: Solution
    """The solution."""
    outcome: Outcome
    """The result."""
    found: Gathered
    """One row of evidence, one grade and one cost."""

    @property
    def is_wrong(self) -> bool:
        """Whether it ended by itself without an accepted answer; a censored one is not."""
        return self.outcome in WRONG


async def ask_outcome(
    checker: Spec, problem: Problem, solution: Solution, context: Context, gathering_id: str
) -> Answered:
    """Return the outcome of a solution by a checker of final answers. Cost: no model calls."""
    checked = await context.grade(checker, problem, solution.text)
    found = Gathered(
        evidence=(_evidence(checker, checked, solution, gathering_id),),
        grades=(_grade(checker, checked, solution),),
        costs=(_cost(checker, checked, solution, gathering_id),),
    )
    return Answered(solution=solution, outcome=checked.outcome, found=found)


async def ask_outcomes(
    checker: Spec,
    problem: Problem,
    solutions: Sequence[Solution],
    context: Context,
    gathering_id: str,
) -> tuple[Answered, ...]:
    """Return [n_solutions] the outcome of each solution, in order."""
    asked = (ask_outcome(checker, problem, s, context, gathering_id) for s in solutions)
    return tuple(await asyncio.gather(*asked))


def joined(parts: Sequence[Gathered]) -> Gathered:
    """Return all rows of the parts, in order."""
    return Gathered(
        evidence=tuple(row for part in parts for row in part.evidence),
        solutions=tuple(row for part in parts for row in part.solutions),
        sources=tuple(row for part in parts for row in part.sources),
        grades=tuple(row for part in parts for row in part.grades),
        costs=tuple(row for part in parts for row in part.costs),
    )


def _evidence(spec: Spec, answer: Checked, solution: Solution, gathering_id: str) -> Evidence:
    return Evidence(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        step_index=None,
        prefix_id=None,
        scope=Scope.SOLUTION,
        source_kind=SourceKind.VERIFIER,
        source=answer.checker or str(spec),
        ordinal=0,
        outcome=answer.outcome,
        reason=answer.reason,
        backend=None if answer.checker else build_checker(spec).backend,
    )


def _grade(spec: Spec, answer: Checked, solution: Solution) -> Grade:
    return Grade(
        completion_id=solution.solution_id,
        checker=answer.checker or str(spec),
        checker_version=answer.checker_version or build_checker(spec).version,
        answer=answer.answer,
        outcome=answer.outcome,
        reason=answer.reason,
    )


def _cost(spec: Spec, answer: Checked, solution: Solution, gathering_id: str) -> Cost:
    return Cost(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        source=answer.checker or str(spec),
        seconds=answer.seconds,
        attempts=answer.attempts,
        money=None,
    )
