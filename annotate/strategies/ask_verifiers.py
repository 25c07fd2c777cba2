"""Strategy `ask_verifiers`: ask every model-free check about every solution, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, is_labelled
from annotate.strategies.base import (
    STRATEGIES,
    Context,
    Gathered,
    StrategyFacts,
    Verified,
    stop_reason,
)
from annotate.strategies.outcomes import ask_outcome, joined
from schemas import (
    Cost,
    Evidence,
    FindingVerdict,
    Problem,
    RegistryError,
    Role,
    Scope,
    Solution,
    SourceKind,
)
from verifiers.base import Finding
from verifiers.catalogue import build_verifier
from verifiers.spec import Spec, parse_spec


@STRATEGIES.register("ask_verifiers")
@dataclass(frozen=True, slots=True, kw_only=True)
class AskVerifiers:
    """Ask each verifier about the steps and the checker about the final answer.

    Evidence, costs and grades name a check as it was asked for: by its name, with its arguments
    where it has any.

    Cost: no model calls; one check per verifier and solution.
    """

    verifier_names: tuple[str, ...] = ("arithmetic",)
    """Verifiers, each as `name` or `name(key=value)`."""
    checker: str = "answers"
    """Checker of final answers, in the same form."""
    name: ClassVar[str] = "ask_verifiers"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="every model-free check, and the checker of final answers, about each solution",
        calls="none",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""
    stop_rule: ClassVar[str] = "all"
    """It asks everything once."""

    def __post_init__(self) -> None:
        """Check that each source of evidence is asked once: two would share their keys.

        Raises:
            RegistryError: If a check is named twice, or badly.
        """
        asked = [str(spec) for spec in (*self.verifiers(), *self.checkers())]
        repeated = next((name for name in asked if asked.count(name) > 1), None)
        if repeated is not None:
            raise RegistryError(
                f"strategy {self.name!r} asks {repeated!r} more than once: name each check once, "
                "with other arguments if it is to be asked again."
            )

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask."""
        return tuple(parse_spec(name) for name in self.verifier_names)

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask."""
        return (parse_spec(self.checker),)

    def roles(self) -> tuple[Role, ...]:
        """Return the roles in which it asks policies: none."""
        return ()

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe every solution of the case."""
        parts = await asyncio.gather(
            *(self._ask(case.problem, s, context, gathering_id) for s in case.solutions)
        )
        return joined(parts)

    async def _ask(
        self, problem: Problem, solution: Solution, context: Context, gathering_id: str
    ) -> Gathered:
        specs = self.verifiers()
        (checker,) = self.checkers()
        verified = await asyncio.gather(*(context.verify(v, problem, solution) for v in specs))
        observed = await ask_outcome(checker, problem, solution, context, gathering_id)
        evidence: list[Evidence] = []
        costs: list[Cost] = []
        for spec, answer in zip(specs, verified, strict=True):
            evidence += _of_verifier(spec, answer, solution, gathering_id)
            costs.append(_cost(gathering_id, solution, str(spec), answer))
        return joined([Gathered(evidence=tuple(evidence), costs=tuple(costs)), observed.found])


def _of_verifier(
    spec: Spec, answer: Verified, solution: Solution, gathering_id: str
) -> Sequence[Evidence]:
    """Return one row for each finding, and one for each labelled step without any."""
    backend = build_verifier(spec).backend
    return [
        Evidence(
            gathering_id=gathering_id,
            problem_id=solution.problem_id,
            solution_id=solution.solution_id,
            step_index=index,
            prefix_id=None,
            scope=Scope.SOLUTION if index is None else Scope.STEP,
            source_kind=SourceKind.VERIFIER,
            source=str(spec),
            ordinal=ordinal,
            verdict=finding.verdict,
            score=finding.score,
            reason=finding.reason,
            certificate=finding.certificate,
            backend=backend,
        )
        for index, findings in _by_place(answer, solution).items()
        for ordinal, finding in enumerate(findings)
    ]


def _by_place(answer: Verified, solution: Solution) -> dict[int | None, list[Finding]]:
    """Group findings by labelled step, and last by None those on the solution as a whole.

    A finding on a step that takes none is the verifier's fault: it is UNKNOWN, on the solution.
    """
    steps = [step.step_index for step in solution.steps if is_labelled(step)]
    found: dict[int | None, list[Finding]] = {index: [] for index in (*steps, None)}
    for finding in answer.findings:
        if finding.step_index in found:
            found[finding.step_index].append(finding)
        else:
            found[None].append(_misplaced(finding, len(solution.steps)))
    for index in steps:
        found[index] = found[index] or [_silent(answer)]
    return found


def _silent(answer: Verified) -> Finding:
    if answer.stopped is None:
        return Finding(step_index=None, verdict=FindingVerdict.NOT_APPLICABLE)
    return Finding(
        step_index=None,
        verdict=FindingVerdict.UNKNOWN,
        reason=stop_reason(answer.stopped, answer.message),
    )


def _misplaced(finding: Finding, n_steps: int) -> Finding:
    index = finding.step_index
    inside = index is not None and 0 <= index < n_steps
    fault = "is an observation" if inside else f"is not among its {n_steps} steps, 0-based"
    return Finding(
        step_index=None,
        verdict=FindingVerdict.UNKNOWN,
        reason=f"the verifier speaks of step {index}, which {fault}",
    )


def _cost(gathering_id: str, solution: Solution, source: str, spent: Verified) -> Cost:
    return Cost(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        source=source,
        seconds=spent.seconds,
        attempts=spent.attempts,
        money=None,
    )
