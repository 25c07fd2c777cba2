"""Strategy `ask_verifiers`: ask every model-free check about every solution, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, is_labelled
from annotate.strategies.base import STRATEGIES, Checked, Context, Gathered, Verified
from schemas import (
    Cost,
    Evidence,
    FindingVerdict,
    Grade,
    Problem,
    Scope,
    Solution,
    SourceKind,
)
from verifiers.base import Finding
from verifiers.catalogue import build_checker, build_verifier
from verifiers.spec import Spec, parse_spec


@STRATEGIES.register("ask_verifiers")
@dataclass(frozen=True, slots=True, kw_only=True)
class AskVerifiers:
    """Ask each verifier about the steps and the checker about the final answer.

    Cost: no model calls; one check per verifier and solution.
    """

    verifier_names: tuple[str, ...] = ("arithmetic",)
    """Verifiers, each as `name` or `name(key=value)`."""
    checker: str = "answers"
    """Checker of final answers, in the same form."""
    name: ClassVar[str] = "ask_verifiers"
    """Registered name."""
    stop_rule: ClassVar[str] = "all"
    """It asks everything once."""

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask."""
        return tuple(parse_spec(name) for name in self.verifier_names)

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask."""
        return (parse_spec(self.checker),)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe every solution of the case."""
        parts = await asyncio.gather(
            *(self._ask(case.problem, s, context, gathering_id) for s in case.solutions)
        )
        return Gathered(
            evidence=tuple(row for part in parts for row in part.evidence),
            grades=tuple(row for part in parts for row in part.grades),
            costs=tuple(row for part in parts for row in part.costs),
        )

    async def _ask(
        self, problem: Problem, solution: Solution, context: Context, gathering_id: str
    ) -> Gathered:
        specs = self.verifiers()
        (checker,) = self.checkers()
        verified = await asyncio.gather(*(context.verify(v, problem, solution) for v in specs))
        checked = await context.grade(checker, problem, solution.text)
        evidence: list[Evidence] = []
        costs: list[Cost] = []
        for spec, answer in zip(specs, verified, strict=True):
            evidence += _of_steps(spec, answer, solution, gathering_id)
            costs.append(_cost(gathering_id, solution, spec.name, answer))
        evidence.append(_of_solution(checker, checked, solution, gathering_id))
        costs.append(_cost(gathering_id, solution, checker.name, checked))
        grade = Grade(
            completion_id=solution.solution_id,
            checker=checker.name,
            checker_version=build_checker(checker).version,
            answer=checked.answer,
            outcome=checked.outcome,
            reason=checked.reason,
        )
        return Gathered(evidence=tuple(evidence), grades=(grade,), costs=tuple(costs))


def _of_steps(
    spec: Spec, answer: Verified, solution: Solution, gathering_id: str
) -> Sequence[Evidence]:
    """Return one row for each finding, and one for each labelled step without any."""
    found: dict[int, list[Finding]] = {}
    for finding in answer.findings:
        if finding.step_index is not None:
            found.setdefault(finding.step_index, []).append(finding)
    backend = build_verifier(spec).backend
    rows = []
    for step in solution.steps:
        if not is_labelled(step):
            continue
        index = step.step_index
        silent = Finding(
            step_index=index,
            verdict=FindingVerdict.UNKNOWN if answer.stopped else FindingVerdict.NOT_APPLICABLE,
            reason=answer.stopped.name if answer.stopped else None,
        )
        rows += [
            Evidence(
                gathering_id=gathering_id,
                problem_id=solution.problem_id,
                solution_id=solution.solution_id,
                step_index=index,
                prefix_id=None,
                scope=Scope.STEP,
                source_kind=SourceKind.VERIFIER,
                source=spec.name,
                ordinal=ordinal,
                verdict=finding.verdict,
                score=finding.score,
                reason=finding.reason,
                certificate=finding.certificate,
                backend=backend,
            )
            for ordinal, finding in enumerate(found.get(index, [silent]))
        ]
    return rows


def _of_solution(spec: Spec, answer: Checked, solution: Solution, gathering_id: str) -> Evidence:
    return Evidence(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        step_index=None,
        prefix_id=None,
        scope=Scope.SOLUTION,
        source_kind=SourceKind.VERIFIER,
        source=spec.name,
        ordinal=0,
        outcome=answer.outcome,
        reason=answer.reason,
        backend=build_checker(spec).backend,
    )


def _cost(gathering_id: str, solution: Solution, source: str, spent: Verified | Checked) -> Cost:
    return Cost(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        source=source,
        seconds=spent.seconds,
        attempts=spent.attempts,
        money=None,
    )
