"""The strategy `ask_verifiers` with a scripted context: what is asked, what becomes evidence."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from annotate.rules import Case
from annotate.strategies import STRATEGIES, AskVerifiers, Checked, Gathered, Verified
from schemas import (
    Certificate,
    CertificateKind,
    FindingVerdict,
    Outcome,
    Piece,
    Problem,
    RegistryError,
    Scope,
    Solution,
    StepKind,
    UnknownReason,
    make_solution,
    text_problem,
)
from tests.annotate.strategies.scripted import Scripted
from verifiers import Finding, Spec, build, parse_spec

PROBLEM = text_problem("How many?", answers=("4",))
SOLUTION = make_solution(
    PROBLEM,
    (Piece(text="a"), Piece(text="tool said", kind=StepKind.OBSERVATION), Piece(text="c")),
)
CERTIFICATE = Certificate(kind=CertificateKind.TWO_VALUES, claim="c", values=())


@dataclass(frozen=False, slots=True, kw_only=True)
class Checks(Scripted):
    """A context whose checks give these answers. Mutable: notes what it was asked."""

    findings: Sequence[Finding] = ()
    stopped: UnknownReason | None = None
    message: str | None = None
    outcome: Outcome = Outcome.CORRECT
    checked: list[str] = field(default_factory=list)

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Return the findings, or that the check was stopped."""
        self.checked.append(f"{verifier} {problem.problem_id} {solution.solution_id}")
        found = () if self.stopped else self.findings
        return Verified(
            findings=found, stopped=self.stopped, message=self.message, seconds=0.5, attempts=1
        )

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return the outcome."""
        self.checked.append(f"{checker} {problem.problem_id} {text}")
        return Checked(answer="4", outcome=self.outcome, reason=None, seconds=0.25, attempts=1)


def gather(context: Checks) -> Gathered:
    """Return what the strategy observes of one solution."""
    case = Case(problem=PROBLEM, solutions=(SOLUTION,))
    return asyncio.run(AskVerifiers().gather(case, context, "g"))


def test_each_check_is_asked_once() -> None:
    """One question per verifier and one for the final answer."""
    context = Checks()
    gather(context)

    assert context.checked == [
        f"arithmetic {PROBLEM.problem_id} {SOLUTION.solution_id}",
        f"answers {PROBLEM.problem_id} {SOLUTION.text}",
    ]


def test_a_step_without_a_finding_is_not_applicable_and_an_observation_has_no_row() -> None:
    """Silence is told apart from no objection."""
    refuted = Finding(step_index=2, verdict=FindingVerdict.INCORRECT, certificate=CERTIFICATE)
    found = gather(Checks(findings=[refuted]))

    assert [(row.step_index, row.verdict, row.certificate) for row in found.evidence] == [
        (0, FindingVerdict.NOT_APPLICABLE, None),
        (2, FindingVerdict.INCORRECT, CERTIFICATE),
        (None, None, None),
    ]


def test_a_stopped_check_is_unknown_with_its_reason() -> None:
    """A timeout is no silence, and no verdict."""
    found = gather(Checks(stopped=UnknownReason.TIMEOUT))

    assert [(row.verdict, row.reason) for row in found.evidence[:-1]] == [
        (FindingVerdict.UNKNOWN, "TIMEOUT")
    ] * 2


def test_the_outcome_is_evidence_and_a_grade_and_both_are_paid_for() -> None:
    """One grade, one row of evidence about the solution, one cost per check."""
    found = gather(Checks(outcome=Outcome.CHECK_TIMEOUT))

    assert found.evidence[-1].outcome is Outcome.CHECK_TIMEOUT
    assert [(g.completion_id, g.answer, g.outcome) for g in found.grades] == [
        (SOLUTION.solution_id, "4", Outcome.CHECK_TIMEOUT)
    ]
    assert [(cost.source, cost.seconds) for cost in found.costs] == [
        ("arithmetic", 0.5),
        ("answers", 0.25),
    ]


def test_a_crash_is_told_with_what_was_raised() -> None:
    """The reader learns which error it was."""
    found = gather(Checks(stopped=UnknownReason.CRASHED, message="ValueError: odd"))

    assert {row.reason for row in found.evidence[:-1]} == {"CRASHED: ValueError: odd"}


def test_a_finding_on_the_whole_solution_is_evidence_on_the_solution() -> None:
    """It is no step's, and not lost; the steps stay silent."""
    whole = Finding(step_index=None, verdict=FindingVerdict.INCORRECT, certificate=CERTIFICATE)
    found = gather(Checks(findings=[whole]))

    assert [(row.step_index, row.scope, row.verdict, row.source) for row in found.evidence] == [
        (0, Scope.STEP, FindingVerdict.NOT_APPLICABLE, "arithmetic"),
        (2, Scope.STEP, FindingVerdict.NOT_APPLICABLE, "arithmetic"),
        (None, Scope.SOLUTION, FindingVerdict.INCORRECT, "arithmetic"),
        (None, Scope.SOLUTION, None, "answers"),
    ]


@pytest.mark.parametrize("step", [-1, 1, 3])
def test_a_finding_on_a_step_that_takes_none_is_the_verifiers_fault(step: int) -> None:
    """It is recorded as undecided on the solution, with its place; other findings stand."""
    stray = Finding(step_index=step, verdict=FindingVerdict.INCORRECT, certificate=CERTIFICATE)
    good = Finding(step_index=0, verdict=FindingVerdict.NO_OBJECTION)
    found = gather(Checks(findings=[stray, good, stray]))

    assert [(row.step_index, row.verdict, row.ordinal) for row in found.evidence[:-1]] == [
        (0, FindingVerdict.NO_OBJECTION, 0),
        (2, FindingVerdict.NOT_APPLICABLE, 0),
        (None, FindingVerdict.UNKNOWN, 0),
        (None, FindingVerdict.UNKNOWN, 1),
    ]
    assert f"step {step}" in (found.evidence[2].reason or "")


@pytest.mark.parametrize(
    "text",
    [
        "ask_verifiers(verifier_names=('arithmetic', 'arithmetic'))",
        "ask_verifiers(verifier_names=('arithmetic', 'arithmetic()'))",
        "ask_verifiers(verifier_names=('a(x=1, y=2)', 'a(y=2, x=1)'))",
        "ask_verifiers(verifier_names=('answers',))",
    ],
)
def test_asking_one_check_twice_is_refused(text: str) -> None:
    """Its answers would have one key."""
    with pytest.raises(RegistryError, match="more than once"):
        build(STRATEGIES, parse_spec(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ask_verifiers(checker=1)", "checker=1 must be str"),
        (
            "ask_verifiers(verifier_names='arithmetic')",
            r"verifier_names='arithmetic' must be tuple\[str, ...\].*\('arithmetic',\)",
        ),
        ("ask_verifiers(verifier_names=('a', 2))", r"verifier_names=\['a', 2\] must be tuple"),
    ],
)
def test_an_argument_of_the_wrong_type_is_named(text: str, message: str) -> None:
    """What was found and what is expected stand in one line."""
    with pytest.raises(RegistryError, match=message):
        build(STRATEGIES, parse_spec(text))


def test_two_argument_sets_of_one_check_are_two_sources() -> None:
    """Evidence, costs and grades are told apart by the arguments, where there are any."""
    names = ("arithmetic", "sized(limit=3)", "sized(limit=4)")
    rule = AskVerifiers(verifier_names=names, checker="answers(loose=True)")

    assert [str(spec) for spec in rule.verifiers()] == list(names)
    assert [str(spec) for spec in rule.checkers()] == ["answers(loose=True)"]
