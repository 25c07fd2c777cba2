"""Rule `formal`: the first step that a model-free check refutes is the first error. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts, of_solution
from annotate.rules.step_verdicts import decide_in_order, strongest
from schemas import Calibration, Evidence, FindingVerdict, Scope, SourceKind


@RULES.register("formal")
@dataclass(frozen=True, slots=True, kw_only=True)
class Formal(ReadsAsked):
    """Decide by what verifiers proved or refuted.

    A refuted step is INCORRECT and so is all after it; a proved step is CORRECT; a step that was
    checked without objection is UNKNOWN, because a true equation is no proof; the rest is
    NOT_CHECKED. The first error is decided only where a step was refuted, or all were proved.

    Source: FoVer (Kamoi et al. 2025, arXiv:2505.15960), labels from formal verification.
    Differs from the paper: any text instead of formal corpora, so most steps stay undecided; and
    FIRST_ERROR semantics, because arithmetic refutes a step by itself, whatever came before.
    Cost: no model calls.
    """

    name: ClassVar[str] = "formal"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step that a check refutes",
        value="none",
        needs=(Need.FINDINGS,),
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may decide otherwise."""

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order."""
        del calibration
        evidence = of_solution(case.evidence)
        decisions = []
        for solution in case.solutions:
            verdicts = step_verdicts(len(solution.steps), evidence.get(solution.solution_id, []))
            decisions.append(decide_in_order(solution, verdicts))
        return decisions


def step_verdicts(n_steps: int, evidence: Sequence[Evidence]) -> list[FindingVerdict]:
    """Return [n_steps] what stands of each step, from the findings of verifiers alone."""
    found: list[list[FindingVerdict]] = [[] for _ in range(n_steps)]
    for row in evidence:
        about_step = row.scope is Scope.STEP and row.source_kind is SourceKind.VERIFIER
        if about_step and row.step_index is not None and row.verdict is not None:
            found[row.step_index].append(row.verdict)
    return [strongest(verdicts) for verdicts in found]
