"""Rule `fover` against labels worked out by hand."""

from annotate.rules import Fover
from schemas import (
    Basis,
    Evidence,
    FindingVerdict,
    FirstErrorVerdict,
    LabelVerdict,
    Scope,
    Semantics,
    Solution,
    SourceKind,
)
from tests.annotate.rules.gathered import chain, decide, labels, row, steps

PROVED, REFUTED = FindingVerdict.CORRECT, FindingVerdict.INCORRECT
TRUE, SILENT = FindingVerdict.NO_OBJECTION, FindingVerdict.NOT_APPLICABLE


def findings(solution: Solution, *verdicts: FindingVerdict) -> list[Evidence]:
    """Return what a verifier says of the first steps."""
    return [
        row(solution, i, Scope.STEP, SourceKind.VERIFIER, source="arithmetic", verdict=verdict)
        for i, verdict in enumerate(verdicts)
    ]


def test_a_step_behind_an_error_is_judged_by_itself() -> None:
    """Proved, refuted, proved: a wrong earlier result is not inherited, and nothing is inferred."""
    solution = steps(4)

    decision = decide(Fover(), solution, *findings(solution, PROVED, REFUTED, PROVED, TRUE))

    assert [s.verdict for s in labels(decision)] == [
        LabelVerdict.CORRECT,
        LabelVerdict.INCORRECT,
        LabelVerdict.CORRECT,
        LabelVerdict.UNKNOWN,
    ]
    assert {s.basis for s in labels(decision)} == {Basis.OBSERVED}
    assert decision.semantics is Semantics.LOCAL
    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)


def test_only_proofs_of_all_steps_leave_no_error() -> None:
    """A tool's answer takes no label; a step that nothing could read leaves it open."""
    solution = chain("a", "5", "b", observed=(1,))

    proved = decide(Fover(), solution, *findings(solution, PROVED, SILENT, PROVED))
    silent = decide(Fover(), solution, *findings(solution, PROVED, SILENT, SILENT))

    assert proved.first_error is FirstErrorVerdict.NONE_FOUND
    assert silent.first_error is FirstErrorVerdict.UNDECIDED
    assert labels(silent)[1].verdict is LabelVerdict.NOT_CHECKED
