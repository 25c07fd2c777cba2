"""Reports read from a stored run: choice of labelling, label sets, truth, summary."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from annotate.reports import (
    Mark,
    evaluate,
    plain,
    read_label_set,
    read_truth,
    summarise,
    summary_tables,
)
from annotate.storage import choose_labelling
from schemas import FirstErrorVerdict, LabelVerdict, Outcome, QueryError, RejectReason, StoreError
from tests.annotate.reports.reported_run import (
    FORMAL,
    PROBLEM,
    RECORDS,
    RIGHT,
    WRONG,
    labelling,
    shown,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def con(open_run: OpenRun) -> duckdb.DuckDBPyConnection:
    """Return a connection to a run with one right and one wrong solution."""
    return open_run(**RECORDS)


def test_the_only_labelling_is_taken(con: duckdb.DuckDBPyConnection) -> None:
    """Without a rule, with its name, or with the start of its id: the same labelling."""
    by_id = choose_labelling(con, FORMAL.labelling_id[:6])

    assert choose_labelling(con) == choose_labelling(con, "formal") == by_id == FORMAL


def test_an_unknown_rule_names_those_there(con: duckdb.DuckDBPyConnection) -> None:
    """A rule that the run has no labels of is the user's mistake."""
    with pytest.raises(QueryError, match=r"'outcome'.*formal"):
        choose_labelling(con, "outcome")


def test_several_labellings_need_a_choice(open_run: OpenRun) -> None:
    """Two rules without a choice are refused; two of one name are told apart by id."""
    strict = labelling("formal", '{"strict":true}')
    con = open_run(labellings=[FORMAL, strict])

    with pytest.raises(QueryError, match=r"--rule.*formal.*formal"):
        choose_labelling(con)
    with pytest.raises(QueryError, match=strict.labelling_id[:8]):
        choose_labelling(con, "formal")
    assert choose_labelling(con, strict.labelling_id[:8]) == strict


def test_a_run_without_labels_says_how_to_get_some(open_run: OpenRun) -> None:
    """Nothing to choose from is told with the command that mends it."""
    with pytest.raises(QueryError, match="waymark label"):
        choose_labelling(open_run(problems=[PROBLEM]))


def test_a_label_set_has_decisions_and_costs_of_its_gatherings(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Shared costs are split between the problem's solutions, unread gatherings left out."""
    labels = read_label_set(con, FORMAL)

    wrong, right = labels.predictions[WRONG.content_id], labels.predictions[RIGHT.content_id]
    assert wrong.mark == Mark(verdict=FirstErrorVerdict.FOUND, step_index=0)
    assert right.mark == Mark(verdict=FirstErrorVerdict.UNDECIDED)
    assert (wrong.tokens, wrong.rollouts, wrong.seconds) == (55, 5, 0.5)
    assert (right.tokens, right.rollouts, right.seconds) == (50, 4, 0)
    assert wrong.confidence == 0.75


def test_a_run_is_a_truth_where_it_is_decided(con: duckdb.DuckDBPyConnection) -> None:
    """Undecided solutions are left out; groups come from the first occurrence and the problem."""
    truth = read_truth(con, FORMAL)

    assert list(truth.rows) == [WRONG.content_id]
    groups = truth.rows[WRONG.content_id].groups
    expected = {"set": "set2", "domain": "sums", "generator": "bob", "input_name": "in.jsonl"}
    assert groups == expected
    assert evaluate([read_label_set(con, FORMAL)], truth).sets[0].scores.exact.value == 1


def test_a_summary_counts_everything_once(con: duckdb.DuckDBPyConnection) -> None:
    """Solutions, rejections, outcomes, verdicts, first errors and evidence are counted by kind."""
    summary = summarise(con)

    assert (summary.problems, summary.solutions, summary.steps) == (1, 2, 4)
    assert summary.rejected == {RejectReason.MISSING_FIELD: 1}
    assert summary.outcomes == {Outcome.INCORRECT: 1}
    assert summary.verdicts["formal"][LabelVerdict.INCORRECT] == 2
    assert sum(summary.verdicts["formal"].values()) == 4
    counts = summary.first_errors["formal"]
    assert (counts.found, counts.none_found, counts.undecided) == ({0: 1}, 0, 1)
    assert summary.evidence == {"arithmetic": {"INCORRECT": 1}, "policy": {"ROLLOUTS": 2}}
    assert "MISSING_FIELD 1" in shown(summary_tables(summary))
    assert json.loads(json.dumps(plain(summary)))["outcomes"] == {"INCORRECT": 1}


def test_an_empty_run_has_a_summary(open_run: OpenRun) -> None:
    """A run of which all rows were rejected is summed up, too."""
    summary = summarise(open_run(rejected=RECORDS["rejected"]))

    assert summary.solutions == 0
    assert "solutions 0" in shown(summary_tables(summary))


def test_a_damaged_run_is_told_in_one_line(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A truncated table fails the reports that read it with what to do."""
    (steps,) = (tmp_path / "run" / "tables" / "steps").glob("*.parquet")
    os.truncate(steps, steps.stat().st_size // 2)

    with pytest.raises(StoreError, match="waymark check") as caught:
        summarise(con)

    assert "\n" not in str(caught.value)
