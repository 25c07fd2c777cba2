"""Reading a judge's answer: what it names, and what is never guessed."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.judges import (
    JUDGES,
    OUT_OF_RANGE,
    TRUNCATED,
    UNPARSABLE,
    Reading,
    parse_first_error,
)

NONE = Reading()


def found(index: int) -> Reading:
    """Return a reading that names a step."""
    return Reading(first_error=index)


def unknown(reason: str) -> Reading:
    """Return a reading that names nothing that counts."""
    return Reading(unknown=reason)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        (r"So \boxed{2}", found(2)),
        (r"\boxed{-1}", NONE),
        ("\\boxed{\u22121}", NONE),
        (r"\boxed{$-1$}", NONE),
        (r"\boxed{\text{-1}}", NONE),
        (r"\boxed{ 0 }.", found(0)),
        (r"\boxed{paragraph_1}", found(1)),
        (r"\boxed{\text{paragraph\_1}}", found(1)),
        (r"\boxed{<paragraph_1>}", found(1)),
        (r"\boxed{\mathbf{1}}", found(1)),
        (r"It says \boxed{42}, wrongly, in paragraph 1. \boxed{1}", found(1)),
        (r"\boxed{3}", unknown(OUT_OF_RANGE)),
        (r"\boxed{-2}", unknown(OUT_OF_RANGE)),
        (r"\boxed{1} is right, since the answer is \boxed{18 apples}", unknown(UNPARSABLE)),
        (r"\boxed{1, 2}", unknown(UNPARSABLE)),
        (r"\boxed{1.5}", unknown(UNPARSABLE)),
        (r"\boxed{1 2}", unknown(UNPARSABLE)),
        (r"\boxed{\frac{1}{2}}", unknown(UNPARSABLE)),
        (r"\boxed{}", unknown(UNPARSABLE)),
        (r"\boxed{none}", unknown(UNPARSABLE)),
        ("Paragraph 1 is wrong.", unknown(UNPARSABLE)),
        ("", unknown(UNPARSABLE)),
    ],
)
def test_the_last_box_is_the_verdict(text: str, reading: Reading) -> None:
    """0-based, -1 for none, in what models put around a number."""
    assert parse_first_error("first_error_boxed", text, 3) == reading


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        (r"\boxed{1}", Reading(first_error=1, listed=(1,))),
        (r"\boxed{2, 0}", Reading(first_error=0, listed=(0, 2))),
        (r"\boxed{[0; 2, 2]}", Reading(first_error=0, listed=(0, 2))),
        (r"\boxed{\text{paragraph\_1 and paragraph\_2}}", Reading(first_error=1, listed=(1, 2))),
        (r"\boxed{none}", Reading(listed=())),
        (r"\boxed{\text{None}}", Reading(listed=())),
        (r"\boxed{-1}", Reading(listed=())),
        (r"\boxed{1, 3}", unknown(OUT_OF_RANGE)),
        (r"\boxed{0, -1}", unknown(OUT_OF_RANGE)),
        (r"\boxed{1 2}", unknown(UNPARSABLE)),
        (r"\boxed{1, all}", unknown(UNPARSABLE)),
        (r"\boxed{}", unknown(UNPARSABLE)),
        ("0, 1", unknown(UNPARSABLE)),
    ],
)
def test_a_box_lists_all_wrong_steps(text: str, reading: Reading) -> None:
    """0-based, in any order, each once; one that is not there spoils the list."""
    assert parse_first_error("all_errors_boxed", text, 3) == reading
    assert parse_first_error("all_errors_boxed", text, 3, finish_reason="length") == unknown(
        TRUNCATED
    )


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        (" 3", found(2)),
        ("1\nand more", found(0)),
        (" Step 2: since", found(1)),
        ("2.", found(1)),
        (" none", NONE),
        ("None.", NONE),
        (" no errors", NONE),
        (" 4", unknown(OUT_OF_RANGE)),
        (" 0", unknown(OUT_OF_RANGE)),
        (" 1/2", unknown(UNPARSABLE)),
        (" 1.5", unknown(UNPARSABLE)),
        (" No, step 2 is wrong", unknown(UNPARSABLE)),
        (" nonetheless", unknown(UNPARSABLE)),
        ("", unknown(UNPARSABLE)),
    ],
)
def test_a_line_begins_with_the_verdict(text: str, reading: Reading) -> None:
    """1-based, `none` for none."""
    assert parse_first_error("first_error_line", text, 3) == reading


def test_an_answer_that_was_cut_names_nothing() -> None:
    """A box before the end may quote the solution, and a last number may lack digits."""
    boxed = partial(parse_first_error, "first_error_boxed", n_steps=30, finish_reason="length")
    line = partial(parse_first_error, "first_error_line", n_steps=30, finish_reason="length")

    assert boxed(r"\boxed{1}") == unknown(TRUNCATED)
    assert line(" 1") == unknown(TRUNCATED)
    assert line("") == unknown(TRUNCATED)
    assert line(" 1\n") == found(0)


def test_thought_is_no_verdict() -> None:
    """Only what follows the thought counts."""
    text = "Is it \\boxed{0}?</think>No. \\boxed{-1}"

    assert parse_first_error("first_error_boxed", text, 3, thinking=("<think>", "</think>")) == NONE


@given(name=st.sampled_from(sorted(JUDGES)), text=st.text(), n=st.integers(1, 9), cut=st.booleans())
def test_no_text_names_a_step_that_is_not_there(name: str, text: str, n: int, *, cut: bool) -> None:
    """Whatever a judge writes, it is a step of the solution, none, or a word for why not."""
    reading = parse_first_error(name, text, n, finish_reason="length" if cut else "stop")

    assert reading.first_error is None or 0 <= reading.first_error < n
    assert all(0 <= step < n for step in reading.listed or ())
    assert reading.first_error == (reading.listed or (reading.first_error,))[0]
    assert reading.unknown in (None, OUT_OF_RANGE, TRUNCATED, UNPARSABLE)


@given(index=st.integers(0, 40), extra=st.integers(1, 9))
def test_every_step_can_be_named(index: int, extra: int) -> None:
    """Both forms name the same step, each counting its own way."""
    n = index + extra

    assert parse_first_error("first_error_boxed", f"\\boxed{{{index}}}", n) == found(index)
    assert parse_first_error("first_error_line", f" {index + 1}", n) == found(index)
