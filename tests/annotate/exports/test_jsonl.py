"""Formats `jsonl` and `parquet`: everything that is known."""

from collections.abc import Mapping

import pytest

from annotate.exports import FORMATS, ExportEvidence, SkipReason
from schemas import Certificate, CertificateKind, NamedValue, Outcome, Scope, SourceKind
from tests.annotate.exports.labelled_rows import (
    RIGHT,
    UNCHECKED,
    UNKNOWN,
    WRONG,
    export,
    listed,
    of,
)


def test_jsonl_keeps_what_is_known_and_says_what_is_not() -> None:
    """Hard labels 1, 0, null; soft the rule's value, else its probability; names beside them."""
    made = export("jsonl", of(RIGHT, UNKNOWN, WRONG, UNCHECKED))

    assert not isinstance(made, SkipReason)
    labels = made["labels"]
    assert isinstance(labels, Mapping)
    assert labels["hard"] == [1, None, 0, None]
    assert labels["soft"] == [0.5, None, 0.25, None]
    assert labels["verdicts"] == ["CORRECT", "UNKNOWN", "INCORRECT", "NOT_CHECKED"]
    assert labels["first_error"] == made["first_error"] == 2
    assert made["meta"] == {"set": "x"}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.CORRECT, True),
        (Outcome.INCORRECT, False),
        (Outcome.NO_ANSWER, False),
        (Outcome.TRUNCATED, None),
        (Outcome.CHECK_TIMEOUT, None),
        (Outcome.FAILED, None),
        (Outcome.NOT_CHECKED, None),
        (None, None),
    ],
)
def test_a_final_answer_is_right_wrong_or_not_known(
    outcome: Outcome | None, *, expected: bool | None
) -> None:
    """A censored outcome is never exported as a wrong answer."""
    row = of(RIGHT, outcome=outcome)
    whole, bench = export("jsonl", row), export("processbench", row)

    assert not isinstance(whole, SkipReason)
    assert not isinstance(bench, SkipReason)
    assert whole["final_correct"] is expected
    assert bench["final_answer_correct"] is expected


def test_evidence_keeps_its_certificate_and_is_counted() -> None:
    """A verifier's finding is a tool call with the values that refute."""
    certificate = Certificate(
        kind=CertificateKind.TWO_VALUES,
        claim="3 + 4 = 8",
        values=(NamedValue(name="stated", value="8"), NamedValue(name="computed", value="7")),
    )
    finding = ExportEvidence(
        solution_id="s",
        step_index=0,
        scope=Scope.STEP,
        source_kind=SourceKind.VERIFIER,
        source="arithmetic",
        outcome="INCORRECT",
        successes=None,
        trials=None,
        score=None,
        reason=None,
        certificate=certificate,
        backend=None,
        tokens=3,
    )

    made = export("jsonl", of(WRONG, evidence=(finding,)))

    assert not isinstance(made, SkipReason)
    (shown,) = listed(made["evidence"])
    assert isinstance(shown, Mapping)
    assert shown["certificate"] == {
        "kind": "TWO_VALUES",
        "claim": "3 + 4 = 8",
        "values": {"stated": "8", "computed": "7"},
    }
    assert made["cost"] == {"rollouts": 0, "judge_calls": 0, "tool_calls": 1, "tokens": 3}


def test_parquet_has_a_column_for_each_key_of_jsonl() -> None:
    """The typed schema and the JSON rows cannot drift apart."""
    row = of(RIGHT)
    made, schema = export("jsonl", row), FORMATS.get("parquet")().schema
    assert not isinstance(made, SkipReason)
    assert schema is not None

    assert schema.names == list(made)
    assert list(schema.field("labels").type.names) == list(made["labels"])  # type: ignore[arg-type]
    assert list(schema.field("cost").type.names) == list(made["cost"])  # type: ignore[arg-type]
