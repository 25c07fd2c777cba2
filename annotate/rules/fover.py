"""Rule `fover`: each step alone, by what model-free checks prove or refute. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import RULES, Case, Decision, Need, ReadsAsked, RuleFacts, of_solution
from annotate.rules.formal import step_verdicts
from annotate.rules.step_verdicts import decide_each
from schemas import Calibration


@RULES.register("fover")
@dataclass(frozen=True, slots=True, kw_only=True)
class Fover(ReadsAsked):
    """Decide each step by what verifiers say of it alone, given the steps before it.

    A step that uses an earlier wrong result is not wrong by inheritance: behind a refuted step one
    that is proved is CORRECT again. Labels have LOCAL semantics, and exports to trainers of first
    errors convert or refuse them. A step that was checked without objection is UNKNOWN, because a
    true equation is no proof; the rest is NOT_CHECKED. The first error is the first refuted step;
    none is found only where all steps are proved.

    Source: FoVer (Kamoi et al. 2025, arXiv:2505.15960), labels from formal verification.
    Differs from the paper: any text instead of formal corpora, so most steps stay undecided; no
    last pseudo step is added for the answer, and samples are not cut to balance their last steps.
    Cost: no model calls.
    """

    name: ClassVar[str] = "fover"
    """Registered name."""
    facts: ClassVar[RuleFacts] = RuleFacts(
        first_error="the first step that a check refutes; each step is judged alone (LOCAL)",
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
        return [
            decide_each(
                solution,
                step_verdicts(len(solution.steps), evidence.get(solution.solution_id, [])),
            )
            for solution in case.solutions
        ]
