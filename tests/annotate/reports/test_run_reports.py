"""Reports read from a stored run: choice of labelling, label sets, truth, summary."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from annotate.reports import (
    Mark,
    evaluate,
    plain,
    read_label_set,
    read_truth,
    solution_page,
    summarise,
    summary_tables,
    view_solution,
)
from annotate.storage import choose_labelling, name_labellings
from schemas import (
    FirstErrorVerdict,
    LabelVerdict,
    Outcome,
    Piece,
    QueryError,
    RejectReason,
    StoreError,
    make_solution,
)
from tests.annotate.reports.reported_run import (
    FORMAL,
    GATHERING,
    OTHER,
    PROBLEM,
    RECORDS,
    REFUTED,
    RIGHT,
    SHARED,
    WRONG,
    first_error,
    label,
    labelling,
    shown,
    source,
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


def test_a_labelling_is_named_by_its_method_and_a_rule_means_the_methods(open_run: OpenRun) -> None:
    """A rule of one method and of `relabel` is the method's; of two methods, it is refused."""
    walked = labelling("any_success", '{"n":1}', method="walk")
    climbed = labelling("any_success", '{"n":2}', method="climb")
    again = labelling("any_success", '{"n":3}', method=None)
    composed = labelling("vote", method="ask_judge(n=2) / vote")
    one = open_run(labellings=[walked, again])
    assert choose_labelling(one, "walk") == choose_labelling(one, "any_success") == walked
    assert choose_labelling(one, again.labelling_id[:8]) == again
    con = open_run(labellings=[climbed, composed])

    assert choose_labelling(con, "climb") == climbed
    with pytest.raises(QueryError, match=f"any_success .{climbed.labelling_id[:8]}, method climb"):
        choose_labelling(con, "any_success")
    names = name_labellings([walked, climbed, again, composed, labelling("any_success", "x", None)])
    assert [names[row.labelling_id] for row in (walked, climbed, composed)] == [
        "walk",
        "climb",
        "vote",
    ]
    assert names[again.labelling_id] == f"any_success ({again.labelling_id[:8]})"


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


def test_a_given_solution_stands_for_a_sampled_one_with_the_same_steps(open_run: OpenRun) -> None:
    """They are asked about apart, for other white space lies between their steps."""
    twin = make_solution(PROBLEM, tuple(Piece(text=step.text) for step in WRONG.steps))
    drawn = replace(source(twin, 4, "sum-4", "policy"), gathering_id=OTHER.gathering_id)
    con = open_run(
        **{
            **RECORDS,
            "solutions": [RIGHT, WRONG, twin],
            "sources": [*RECORDS["sources"], drawn],
            "first_errors": [
                *RECORDS["first_errors"],
                first_error(twin, FirstErrorVerdict.FOUND, 1),
            ],
        }
    )
    labels = read_label_set(con, FORMAL)

    assert twin.content_id == WRONG.content_id
    assert labels.predictions[WRONG.content_id].mark.step_index == 0
    assert not labels.left_out


def test_solutions_that_were_all_sampled_stand_beside_bare_problems(open_run: OpenRun) -> None:
    """A file gave the problem alone, and no solution."""
    drawn = replace(source(WRONG, 4, "sum-4", "policy"), gathering_id=OTHER.gathering_id)
    bare = replace(source(WRONG, 9, "sum-9", "policy"), solution_id=None)
    con = open_run(**{**RECORDS, "sources": [drawn, bare]})

    assert set(read_label_set(con, FORMAL).predictions) == {WRONG.content_id, RIGHT.content_id}


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


def test_labellings_of_one_rule_are_told_apart_and_what_both_gathered_counts_once(
    open_run: OpenRun,
) -> None:
    """The summary and the page call each by its method; equal findings and samples stand once."""
    ours, theirs = (
        labelling("half_root", f'{{"n":{n}}}', method=m) for n, m in enumerate(("epicprm", "unprm"))
    )
    refuted = label(WRONG, 0, LabelVerdict.INCORRECT)
    found = first_error(WRONG, FirstErrorVerdict.FOUND, 0)
    both = [one.labelling_id for one in (ours, theirs)]
    con = open_run(
        **{
            **RECORDS,
            "sources": [
                source(WRONG, 1, "drawn", "policy"),
                replace(source(WRONG, 1, "drawn", "policy"), input_id="1" * 32),
            ],
            "evidence": [
                *(replace(REFUTED, gathering_id=one.gathering_id) for one in (GATHERING, OTHER)),
                *(replace(SHARED, gathering_id=one.gathering_id) for one in (GATHERING, OTHER)),
            ],
            "labellings": [ours, theirs],
            "labels": [replace(refuted, labelling_id=one) for one in both],
            "first_errors": [replace(found, labelling_id=one) for one in both],
        }
    )
    summary = summarise(con)
    page = shown(solution_page(view_solution(con, "drawn")))

    assert {name: sum(counts.values()) for name, counts in summary.verdicts.items()} == {
        "epicprm": 1,
        "unprm": 1,
    }
    assert list(summary.first_errors) == ["epicprm", "unprm"]
    assert summary.evidence == {"arithmetic": {"INCORRECT": 1}, "policy": {"ROLLOUTS": 1}}
    assert "first error by unprm" in shown(summary_tables(summary))
    assert "first error by epicprm: step 0" in page
    assert "Step 0  epicprm INCORRECT p=0.25  unprm INCORRECT p=0.25" in page
    assert page.count("in.jsonl row 1") == 1


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
