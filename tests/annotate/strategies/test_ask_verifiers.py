"""The strategy `ask_verifiers` with a scripted context: what is asked, what becomes evidence."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from annotate.rules import Case
from annotate.strategies import AskVerifiers, Checked, Gathered, Verified
from schemas import (
    Certificate,
    CertificateKind,
    FindingVerdict,
    Outcome,
    Piece,
    Problem,
    Solution,
    StepKind,
    UnknownReason,
    make_solution,
    text_problem,
)
from verifiers import Finding, Spec

PROBLEM = text_problem("How many?", answers=("4",))
SOLUTION = make_solution(
    PROBLEM,
    (Piece(text="a"), Piece(text="tool said", kind=StepKind.OBSERVATION), Piece(text="c")),
)
CERTIFICATE = Certificate(kind=CertificateKind.TWO_VALUES, claim="c", values=())


@dataclass(frozen=False, slots=True, kw_only=True)
class Scripted:
    """A context with given answers. Mutable: notes what it was asked."""

    findings: Sequence[Finding] = ()
    stopped: UnknownReason | None = None
    outcome: Outcome = Outcome.CORRECT
    asked: list[str] = field(default_factory=list)

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Return the findings, or that the check was stopped."""
        self.asked.append(f"{verifier} {problem.problem_id} {solution.solution_id}")
        found = () if self.stopped else self.findings
        return Verified(findings=found, stopped=self.stopped, seconds=0.5, attempts=1)

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return the outcome."""
        self.asked.append(f"{checker} {problem.problem_id} {text}")
        return Checked(answer="4", outcome=self.outcome, reason=None, seconds=0.25, attempts=1)


def gather(context: Scripted) -> Gathered:
    """Return what the strategy observes of one solution."""
    case = Case(problem=PROBLEM, solutions=(SOLUTION,))
    return asyncio.run(AskVerifiers().gather(case, context, "g"))


def test_each_check_is_asked_once() -> None:
    """One question per verifier and one for the final answer."""
    context = Scripted()
    gather(context)

    assert context.asked == [
        f"arithmetic {PROBLEM.problem_id} {SOLUTION.solution_id}",
        f"answers {PROBLEM.problem_id} {SOLUTION.text}",
    ]


def test_a_step_without_a_finding_is_not_applicable_and_an_observation_has_no_row() -> None:
    """Silence is told apart from no objection."""
    refuted = Finding(step_index=2, verdict=FindingVerdict.INCORRECT, certificate=CERTIFICATE)
    found = gather(Scripted(findings=[refuted]))

    assert [(row.step_index, row.verdict, row.certificate) for row in found.evidence] == [
        (0, FindingVerdict.NOT_APPLICABLE, None),
        (2, FindingVerdict.INCORRECT, CERTIFICATE),
        (None, None, None),
    ]


def test_a_stopped_check_is_unknown_with_its_reason() -> None:
    """A timeout is no silence, and no verdict."""
    found = gather(Scripted(stopped=UnknownReason.TIMEOUT))

    assert [(row.verdict, row.reason) for row in found.evidence[:-1]] == [
        (FindingVerdict.UNKNOWN, "TIMEOUT")
    ] * 2


def test_the_outcome_is_evidence_and_a_grade_and_both_are_paid_for() -> None:
    """One grade, one row of evidence about the solution, one cost per check."""
    found = gather(Scripted(outcome=Outcome.CHECK_TIMEOUT))

    assert found.evidence[-1].outcome is Outcome.CHECK_TIMEOUT
    assert [(g.completion_id, g.answer, g.outcome) for g in found.grades] == [
        (SOLUTION.solution_id, "4", Outcome.CHECK_TIMEOUT)
    ]
    assert [(cost.source, cost.seconds) for cost in found.costs] == [
        ("arithmetic", 0.5),
        ("answers", 0.25),
    ]
