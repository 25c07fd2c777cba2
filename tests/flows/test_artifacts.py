"""Artifacts: the figures of a run, and where it is."""

from pathlib import Path

import pytest

from annotate.jobs import Done, IngestReport, LabelReport
from annotate.reports import FirstErrorCounts, Summary
from flows.artifacts import figures, where
from schemas import FirstErrorVerdict, RejectReason

SUMMARY = Summary(
    problems=3,
    solutions=5,
    steps=20,
    rejected={},
    outcomes={},
    verdicts={},
    first_errors={"scan": FirstErrorCounts(found={0: 1, 2: 2}, none_found=1, undecided=1)},
    evidence={},
)


def test_the_table_holds_what_was_done_and_what_there_is() -> None:
    """By method, screens and costs among it; then the first errors of the whole run."""
    reason = next(iter(RejectReason))
    verdict = next(iter(FirstErrorVerdict))
    report = LabelReport(
        ingested=IngestReport(rows=6, new_solutions=5, rejected={reason: 2}),
        methods={
            "scan": Done(
                labelled=5,
                first_errors={verdict: 3},
                screens={"KEPT": 2, "ALL_RIGHT": 1},
                rollouts=640,
                tokens=9000,
            )
        },
    )

    found = {(row["who"], row["what"]): row["how many"] for row in figures(report, SUMMARY)}

    assert found[("input", "rows read")] == 6
    assert found[("input", f"rejected {reason.name}")] == 2
    assert found[("scan", "solutions labelled")] == 5
    assert found[("scan", f"first error {verdict.name}")] == 3
    assert found[("scan", "screen ALL_RIGHT")] == 1
    assert found[("scan", "rollouts")] == 640
    assert found[("scan", "tokens")] == 9000
    assert found[("scan", "first error found, in all")] == 3
    assert found[("scan", "undecided, in all")] == 1


@pytest.mark.parametrize(
    ("run", "command"),
    [
        ("s3://bucket/runs/a", "waymark query s3://bucket/runs/a"),
        ("/runs/my first", "waymark query '/runs/my first'"),
    ],
)
def test_the_command_to_ask_a_run_can_be_pasted(run: str, command: str) -> None:
    """Quoted for a shell; a URL stays as it is."""
    assert command in where(run).splitlines()


def test_a_relative_folder_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the page is in another folder."""
    monkeypatch.chdir(tmp_path)

    assert str(tmp_path / "first") in where("first")
