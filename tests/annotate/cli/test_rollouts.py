"""`waymark label` and `waymark regrade` with a policy: what is refused, and what is told."""

import json
from pathlib import Path

import pytest

from tests.annotate.simulated_runs import ROWS, faults_of, write_problems
from tests.running import Waymark

LABEL = (
    *("label", "problems.jsonl", "--out", "run", "--policy", "simulated", "--no-policy-check"),
    *("--method", "omegaprm", "--strategy", "screen(n=8)"),
    *("--strategy", "omega_prm(k=2, searches=3)"),
)


@pytest.fixture
def tool(waymark: Waymark) -> Waymark:
    """Return the tool in a folder with problems."""
    write_problems(waymark.folder, ROWS[:3])
    return waymark


def test_rollouts_are_never_drawn_from_a_policy_that_nobody_named(tool: Waymark) -> None:
    """The line says what to name; so does the one about a judge of outcomes. Nothing is written."""
    bare = ("label", "problems.jsonl", "--out", "run", "--method", "scan")

    assert "--policy is missing" in tool.fails(*bare)
    told = tool.fails(*bare, "--completer", "simulated", "--outcome", "judge")
    assert "--judge" in told
    assert not (tool.folder / "run").exists()


def test_a_budget_stops_a_run_and_a_larger_one_goes_on(tool: Waymark) -> None:
    """Both are done, not failed; JSON says what was not reached, and what was spent."""
    first = json.loads(tool(*LABEL, "--max-rollouts", "20", "--json").stdout)["this_call"]
    second = tool(*LABEL).stdout
    rows = tool.query("run", "SELECT count(*) AS n, sum(tokens) AS tokens FROM rollouts")

    assert first["unpaid"] > 0
    assert 8 <= first["rollouts"] <= 20
    assert [one["rollouts"] for one in first["methods"].values()] == [first["rollouts"]]
    assert f"Drawn in this call: {rows[0]['n'] - first['rollouts']:,} completions" in second
    assert "Problems by screen: " in second
    assert faults_of(str(tool.folder / "run")) == []
    line = tool.fails(*LABEL, "--temperature", "0.5")
    assert "temperature: 1.0 in the run, 0.5 asked for" in line


def test_counts_of_several_methods_are_told_apart(tool: Waymark) -> None:
    """What a budget did not reach is counted for each method by its name."""
    both = [word if word != "run" else "both" for word in LABEL[:7]]
    told = tool(*both, "--method", "omegaprm", "--method", "scan", "--max-rollouts", "0").stdout

    words = " ".join(told.split())
    assert "did not reach 3 problems of omegaprm, 3 problems of scan: " in words
    assert "No row held a solution" not in words


def test_problems_without_an_answer_are_told_with_what_to_do(tool: Waymark) -> None:
    """The screen's word comes with the two ways out, and nobody is told to map solutions."""
    bare = [{"problem": row["problem"]} for row in ROWS[:1]]
    write_problems(tool.folder, bare)

    words = " ".join(tool(*LABEL).stdout.split())
    assert "NO_OUTCOME 1." in words
    assert "--map answer=YOUR_FIELD, or name another --outcome" in words
    assert "No row held a solution" not in words


def test_a_policy_that_fails_is_one_line(tool: Waymark) -> None:
    """Exit code 2 and no traceback, whichever of many searches met it."""
    stranger = {"problem": "What is 2 + 2?", "answer": "4"}
    write_problems(tool.folder, [*ROWS[:2], stranger])

    assert "'simulated' continues its own problems" in tool.fails(*LABEL)


def test_a_damaged_journal_is_one_line_and_can_be_given_up(tool: Waymark) -> None:
    """It names the file to remove; without it the run goes on."""
    tool(*LABEL, "--max-rollouts", "0")
    segment = Path(tool.folder, "run", "journal", "x", "y.parquet")
    segment.parent.mkdir(parents=True)
    segment.write_bytes(b"PAR1")

    assert "'journal/x/y.parquet'" in tool.fails(*LABEL)
    segment.unlink()
    report = json.loads(tool(*LABEL, "--json").stdout)["this_call"]
    assert (report["unpaid"], report["recovered"]) == (0, 0)
    regraded = json.loads(tool("regrade", "run", "--json").stdout)
    assert regraded["graded"] == report["rollouts"]
    assert (regraded["added"], regraded["flips"]) == (0, [])
