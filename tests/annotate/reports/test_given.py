"""Labels of input rows as a truth and as a label set."""

from pathlib import Path

import pytest

from annotate.inputs import GivenLabels, ParsedRow, ReadOptions, read_rows
from annotate.reports import Gap, Mark, evaluate, given_label_set, given_truth
from schemas import (
    FirstErrorVerdict,
    LabelVerdict,
    NamedValue,
    Piece,
    Source,
    make_solution,
    text_problem,
)

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "steps" / "dev.jsonl.gz"
NONE = Mark(verdict=FirstErrorVerdict.NONE_FOUND)
RIGHT, WRONG, OPEN = LabelVerdict.CORRECT, LabelVerdict.INCORRECT, LabelVerdict.NOT_CHECKED


def parsed(given: GivenLabels, *, text: str = "a", bare: bool = False) -> ParsedRow:
    """Return an input row of three steps."""
    problem = text_problem("q", domain="d")
    solution = make_solution(problem, tuple(Piece(text=f"{text}{i}") for i in range(3)))
    return ParsedRow(
        problem=problem,
        solution=None if bare else solution,
        source=Source(
            input_id="i",
            row=1,
            part=0,
            input_name="in.jsonl",
            source_id=None,
            problem_id=problem.problem_id,
            solution_id=None if bare else solution.solution_id,
            generator="g",
            meta=(NamedValue(name="set", value="x"), NamedValue(name="generator", value="other")),
        ),
        given=given,
    )


def only_mark(given: GivenLabels, threshold: float = 0.5) -> Mark:
    """Return what a label set says of one row."""
    labels = given_label_set("a", [parsed(given)], threshold=threshold)
    return next(iter(labels.predictions.values())).mark


def test_a_truth_row_can_be_grouped_by_its_fields_and_ours() -> None:
    """Fields of the row, and under our names the domain, the writer and the file."""
    truth = given_truth([parsed(GivenLabels(first_error=FirstErrorVerdict.NONE_FOUND))])

    (row,) = truth.rows.values()
    assert row.mark == NONE
    assert row.groups == {"set": "x", "domain": "d", "generator": "g", "input_name": "in.jsonl"}


def test_suspect_and_unlabelled_rows_are_counted_and_bare_problems_passed_over() -> None:
    """A truth holds rows that state a first error without doubt."""
    found = GivenLabels(first_error=FirstErrorVerdict.FOUND, first_error_step=1)
    doubtful = GivenLabels(first_error=FirstErrorVerdict.NONE_FOUND, suspect=True)
    rows = [
        parsed(found),
        parsed(doubtful, text="b"),
        parsed(GivenLabels(), text="c"),
        parsed(GivenLabels(), bare=True),
    ]

    truth = given_truth(rows)

    assert len(truth.rows) == 1
    assert truth.left_out == {Gap.UNLABELLED: 1, Gap.SUSPECT: 1}


def test_step_verdicts_state_a_first_error() -> None:
    """The first wrong step is it; none where all are right; open where a label is lacking."""
    found = Mark(verdict=FirstErrorVerdict.FOUND, step_index=1)
    undecided = Mark(verdict=FirstErrorVerdict.UNDECIDED)

    assert only_mark(GivenLabels(step_verdicts=(RIGHT, WRONG, RIGHT))) == found
    assert only_mark(GivenLabels(step_verdicts=(RIGHT, RIGHT, RIGHT))) == NONE
    assert only_mark(GivenLabels(step_verdicts=(RIGHT, OPEN, RIGHT))) == undecided


def test_scores_state_a_first_error_by_threshold() -> None:
    """The first step that scores below the threshold is the first error."""
    given = GivenLabels(step_scores=(0.9, 0.6, 0.2))

    assert only_mark(given) == Mark(verdict=FirstErrorVerdict.FOUND, step_index=2)
    assert only_mark(given, 0.7) == Mark(verdict=FirstErrorVerdict.FOUND, step_index=1)
    assert only_mark(given, 0.1) == NONE


def test_a_row_without_labels_is_counted() -> None:
    """A file of labels with a bare row says how many it could not use."""
    labels = given_label_set("a", [parsed(GivenLabels())])

    assert labels.predictions == {}
    assert labels.left_out == {Gap.UNLABELLED: 1}


@pytest.mark.skipif(not DATA.exists(), reason="needs the shared development data")
def test_real_truth_scores_itself_fully() -> None:
    """On real labelled solutions a truth scores 100 % against itself, in every group."""
    rows = list(read_rows(str(DATA), options=ReadOptions()))

    evaluation = evaluate([given_label_set("a", rows)], given_truth(rows), by=["set", "subset"])

    assert evaluation.sets[0].scores.precision.value == 1
    assert evaluation.sets[0].scores.f1 == 1
    assert all(g.mean_f1 == (1,) for g in evaluation.groupings)
    assert evaluation.truth_left_out[Gap.SUSPECT] > 0
