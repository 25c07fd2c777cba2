"""Formats of trainers and benchmarks: what each says, and what it leaves out."""

import dataclasses

import pytest

from annotate.exports import ExportRow, SkipReason
from schemas import FirstErrorVerdict, ValueKind
from tests.annotate.exports.labelled_rows import (
    ASSUME,
    RIGHT,
    UNCHECKED,
    UNKNOWN,
    WRONG,
    export,
    listed,
    make_row,
    of,
    question,
    step,
)


def test_qwen_ends_each_step_with_a_mark_and_passes_over_the_undecided() -> None:
    """Undecided steps keep their place under -100, and nothing follows the error."""
    made = export("qwen_prm", of(RIGHT, UNKNOWN, WRONG, WRONG))

    assert made == {
        "messages": [
            {
                "role": "system",
                "content": "Please reason step by step, "
                "and put your final answer within \\boxed{}.",
            },
            {"role": "user", "content": "What?"},
            {"role": "assistant", "content": "t0<extra_0>t1<extra_0>t2<extra_0>"},
        ],
        "labels": [1, -100, 0],
    }


@pytest.mark.parametrize(
    "row",
    [
        make_row([step(RIGHT, "a <extra_0> b")]),
        make_row([step(RIGHT, "a")], messages=question("What is <extra_0>?")),
    ],
)
def test_a_mark_in_a_text_is_refused(row: ExportRow) -> None:
    """A text that holds the mark would shift every label after it."""
    assert export("qwen_prm", row) is SkipReason.SEPARATOR_IN_TEXT


def test_a_mark_after_the_error_does_no_harm() -> None:
    """What is cut off is not read."""
    row = make_row([step(WRONG, "a"), step(WRONG, "b<extra_0>")])

    assert not isinstance(export("qwen_prm", row), SkipReason)


def test_nothing_decided_is_nothing_to_train_on() -> None:
    """All labels -100 would give a loss that is not a number."""
    assert export("qwen_prm", of(UNKNOWN, UNCHECKED)) is SkipReason.NO_DECIDED_STEP


@pytest.mark.parametrize(
    ("row", "expected"),
    [(of(RIGHT, WRONG, WRONG), 1), (of(RIGHT, RIGHT), -1), (of(UNKNOWN, WRONG), 1)],
)
def test_processbench_has_the_first_error(row: ExportRow, expected: int) -> None:
    """All steps are kept, and the label is the first wrong one or -1."""
    made = export("processbench", row)

    assert not isinstance(made, SkipReason)
    assert made["label"] == expected
    assert len(listed(made["steps"])) == len(row.steps)
    assert list(made)[:4] == ["id", "generator", "problem", "steps"]


def test_processbench_has_no_word_for_undecided() -> None:
    """A solution without a decided first error is left out, not called right."""
    assert export("processbench", of(RIGHT, UNKNOWN)) is SkipReason.UNDECIDED


def test_trl_needs_every_step_decided() -> None:
    """An undecided step before the error skips the solution; one after it is cut off."""
    assert export("trl", of(RIGHT, UNKNOWN, WRONG)) is SkipReason.UNDECIDED_STEP
    assert export("trl", of(RIGHT, WRONG, UNKNOWN)) == {
        "prompt": "What?",
        "completions": ["t0", "t1"],
        "labels": [True, False],
    }


def test_scan_has_a_score_for_each_step_up_to_the_error() -> None:
    """The rule's value, else its probability, else the verdict; undecided steps have none."""
    given = of(RIGHT, RIGHT, WRONG, WRONG)
    bare = dataclasses.replace(given.steps[1], value=None, value_kind=None)
    row = dataclasses.replace(given, steps=(given.steps[0], bare, *given.steps[2:]))

    assert export("scan", row) == {
        "question": "What?",
        "steps": ["t0", "t1", "t2"],
        "scores": [0.5, 1.0, 0.25],
    }
    assert export("scan", of(RIGHT, UNKNOWN, WRONG)) is SkipReason.UNDECIDED_STEP


def test_scan_has_no_score_for_values_that_are_no_shares() -> None:
    """An advantage of -0.5 is no target: the verdict stands in."""
    (own,) = of(RIGHT).steps
    row = make_row([dataclasses.replace(own, value=-0.5, value_kind=ValueKind.ADVANTAGE)])
    made = export("scan", row)

    assert not isinstance(made, SkipReason)
    assert made["scores"] == [1.0]


def test_trl_may_assume_what_the_first_error_says() -> None:
    """Steps before a located error become true, all where none was found, none where undecided."""
    found = of(UNKNOWN, UNCHECKED, WRONG)
    none = of(UNKNOWN, RIGHT, first_error=FirstErrorVerdict.NONE_FOUND)

    located, clean = export("trl", found, ASSUME), export("trl", none, ASSUME)

    assert not isinstance(located, SkipReason)
    assert not isinstance(clean, SkipReason)
    assert located["labels"] == [True, True, False]
    assert clean["labels"] == [True, True]
    assert export("trl", of(UNKNOWN, RIGHT), ASSUME) is SkipReason.UNDECIDED_STEP


def test_an_assumption_never_overrules_a_verdict() -> None:
    """A step that is INCORRECT stays so, though the first error is said to come later."""
    row = of(WRONG, UNKNOWN, first_error=FirstErrorVerdict.FOUND, first_error_step=1)
    made = export("trl", row, ASSUME)

    assert not isinstance(made, SkipReason)
    assert made["labels"] == [False]
