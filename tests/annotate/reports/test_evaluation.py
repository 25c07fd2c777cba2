"""Label sets against a truth."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from annotate.reports import (
    Gap,
    LabelSet,
    Mark,
    Prediction,
    Truth,
    TruthRow,
    collect_label_set,
    collect_truth,
    evaluate,
    evaluation_tables,
    plain,
)
from schemas import FirstErrorVerdict, InvalidArgumentError

NONE = Mark(verdict=FirstErrorVerdict.NONE_FOUND)
UNDECIDED = Mark(verdict=FirstErrorVerdict.UNDECIDED)


def at(step: int) -> Mark:
    """Return a first error that was found."""
    return Mark(verdict=FirstErrorVerdict.FOUND, step_index=step)


def truth_row(content: str, mark: Mark, *, suspect: bool = False, **groups: str) -> TruthRow:
    """Return one row of a truth."""
    return TruthRow(content_id=content, mark=mark, groups=groups, suspect=suspect)


def label_set(name: str = "a", *, has_cost: bool = False, **marks: Mark | None) -> LabelSet:
    """Return a label set from contents to marks."""
    rows = ((c, None if mark is None else Prediction(mark=mark)) for c, mark in marks.items())
    return collect_label_set(name, rows, has_cost=has_cost)


TRUTH = collect_truth(
    [
        truth_row("p", at(1), set="x", level="1"),
        truth_row("q", NONE, set="x", level="2"),
        truth_row("r", at(0), set="y"),
        truth_row("s", NONE, set="y", level="1"),
    ]
)

contents = st.sampled_from("abcdef")
marks = st.one_of(st.integers(0, 2).map(at), st.just(NONE), st.just(UNDECIDED))
predictions = st.lists(
    st.tuples(contents, st.one_of(st.none(), marks.map(lambda m: Prediction(mark=m))))
)
truth_rows = st.lists(
    st.builds(TruthRow, content_id=contents, mark=marks, groups=st.just({}), suspect=st.booleans())
)


@settings(deadline=None)
@given(truth_rows)
def test_every_truth_row_is_used_or_counted(rows: list[TruthRow]) -> None:
    """Rows kept and rows left out make up all rows, and none kept is suspect, open or disputed."""
    truth = collect_truth(rows)

    assert len(truth.rows) + sum(truth.left_out.values()) == len(rows)
    for content, kept in truth.rows.items():
        said = {r.mark for r in rows if r.content_id == content and not r.suspect} - {UNDECIDED}
        assert said == {kept.mark}


@settings(deadline=None)
@given(truth_rows, st.lists(predictions, min_size=1, max_size=3))
def test_pairing_accounts_for_all(
    rows: list[TruthRow], several: list[list[tuple[str, Prediction | None]]]
) -> None:
    """For every set: paired + not in the set + not in others = the truth."""
    truth = collect_truth(rows)
    sets = [collect_label_set(str(i), said, has_cost=False) for i, said in enumerate(several)]
    shared = set(truth.rows).intersection(*(labels.predictions for labels in sets))
    if not shared:
        lacks = "no solution is shared" if truth.rows else "the truth holds no row"
        with pytest.raises(InvalidArgumentError, match=lacks):
            evaluate(sets, truth)
        return

    evaluation = evaluate(sets, truth)
    assert evaluation.n_paired == len(shared)
    for report, labels in zip(evaluation.sets, sets, strict=True):
        gaps = report.left_out
        lacking = gaps.get(Gap.NOT_IN_SET, 0) + gaps.get(Gap.NOT_IN_OTHERS, 0)
        assert len(shared) + lacking == len(truth.rows)
        in_both = len(truth.rows) - gaps.get(Gap.NOT_IN_SET, 0)
        assert in_both + gaps.get(Gap.NOT_IN_TRUTH, 0) == len(labels.predictions)


def test_all_sets_are_scored_on_what_they_share() -> None:
    """A solution that one set lacks is scored for none."""
    evaluation = evaluate([label_set("a", p=at(1), r=at(0)), label_set("b", r=at(0))], TRUTH)

    assert [report.scores.n for report in evaluation.sets] == [1, 1]
    assert evaluation.sets[0].left_out == {Gap.NOT_IN_SET: 2, Gap.NOT_IN_OTHERS: 1}


def test_contradictory_predictions_are_left_out() -> None:
    """A content with two decisions in one set says nothing, and both rows are counted."""
    rows = [("p", Prediction(mark=at(0))), ("p", Prediction(mark=at(1))), ("q", None)]

    labels = collect_label_set("a", rows, has_cost=False)

    assert labels.predictions == {}
    assert labels.left_out == {Gap.CONTRADICTORY: 2, Gap.UNLABELLED: 1}


def test_the_first_set_is_the_one_compared_with() -> None:
    """The second set's difference is its exact rate minus the first's, and the first has none."""
    a = label_set("a", p=at(0), q=NONE, r=at(0), s=NONE)
    b = label_set("b", p=at(1), q=NONE, r=at(0), s=NONE)

    first, second = evaluate([a, b], TRUTH).sets

    assert first.difference is None
    assert second.difference is not None
    assert second.difference.value == pytest.approx(0.5)


def test_groups_score_their_own_solutions_and_their_f1_is_averaged() -> None:
    """By `set`: x is all right, y misses its error, so that F1 is 1 and 0, and their mean 1/2."""
    labels = label_set(p=at(1), q=NONE, r=NONE, s=NONE)

    (grouping,) = evaluate([labels], TRUTH, by=["set"]).groupings

    assert [group.values for group in grouping.groups] == [("x",), ("y",)]
    assert [group.scores[0].f1 for group in grouping.groups] == [1, 0]
    assert grouping.mean_f1 == (0.5,)


def test_names_joined_by_plus_are_crossed_and_absent_values_come_last() -> None:
    """`level+set` gives a group for each pair of values that occurs."""
    labels = label_set(p=at(1), q=NONE, r=NONE, s=NONE)

    (grouping,) = evaluate([labels], TRUTH, by=["level+set"]).groupings

    values = [group.values for group in grouping.groups]
    assert values == [("1", "x"), ("1", "y"), ("2", "x"), (None, "y")]


def test_an_unknown_grouping_lists_what_there_is() -> None:
    """A name that no truth row has is the user's mistake."""
    with pytest.raises(InvalidArgumentError, match=r"'sett'.*level, set"):
        evaluate([label_set(p=NONE)], TRUTH, by=["sett"])


def test_no_set_is_refused() -> None:
    """An evaluation of nothing is the user's mistake."""
    with pytest.raises(InvalidArgumentError, match="at least one"):
        evaluate([], TRUTH)


def test_mean_cost_is_over_the_paired_solutions() -> None:
    """What was spent on solutions outside the truth is not counted."""
    spent = {"p": 10.0, "q": 30.0, "elsewhere": 999.0}
    rows = ((c, Prediction(mark=NONE, tokens=t, rollouts=t / 10)) for c, t in spent.items())

    (report,) = evaluate([collect_label_set("a", rows, has_cost=True)], TRUTH).sets

    assert report.cost is not None
    assert (report.cost.tokens, report.cost.rollouts) == (20, 2)


def test_an_evaluation_is_plain_json_with_names_of_enums() -> None:
    """Nulls instead of NaN, names instead of members."""
    truth = Truth(rows=TRUTH.rows, left_out={Gap.SUSPECT: 3})
    evaluation = evaluate([label_set(p=UNDECIDED, r=at(0))], truth, by=["set"])

    shown = json.loads(json.dumps(plain(evaluation), allow_nan=False))

    assert shown["truth_left_out"] == {"SUSPECT": 3}
    assert shown["sets"][0]["scores"]["f1"] is None
    assert shown["groupings"][0]["groups"][0]["values"] == ["x"]


def test_tables_show_names_as_they_are_written() -> None:
    """Markup in a set's name or a group's value is shown, not obeyed."""
    truth = collect_truth([truth_row("p", at(0), kind="[red]k[/red]")])
    evaluation = evaluate(
        [label_set("[bold]n", p=at(0)), label_set("m", p=NONE)], truth, by=["kind"]
    )
    console = Console(width=160, record=True, file=None)
    with console.capture() as captured:
        console.print(evaluation_tables(evaluation))

    shown = captured.get()
    assert "[bold]n" in shown
    assert "[red]k[/red]" in shown
    assert "100.0 [20.7, 100.0]" in shown
