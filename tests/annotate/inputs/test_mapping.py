"""Mapping and rejection: what a user says of a row wins, and a bad row is named by its field."""

from pathlib import Path

import pytest

from annotate.inputs import ParsedRow, parse_mapping
from schemas import ConfigError, Rejection, RejectReason
from tests.annotate.inputs.written import one, prm800k, read, steps


@pytest.mark.parametrize(
    ("mapping", "row"),
    [
        (
            ("problem=task.text", "solution=out"),
            {"task": {"text": "P"}, "out": "a\n\nb", "steps": 3},
        ),
        (("problem=q", "steps=chain"), {"q": "P", "chain": ["a\n\n", "b"], "response": "other"}),
        (("problem=x", "solution=answer"), {"x": "P", "answer": "a\n\nb"}),
        (("problem=a.b", "solution=s"), {"a.b": "P", "s": "a\n\nb"}),
    ],
)
def test_a_mapping_wins_over_recognition(
    tmp_path: Path, mapping: tuple[str, ...], row: dict[str, object]
) -> None:
    """Dotted paths reach into objects; a field that has a meaning gets no second one."""
    parsed = one(tmp_path, row, mapping=mapping)

    assert parsed.problem.question == "P"
    assert [step.strip() for step in steps(parsed)] == ["a", "b"]
    assert parsed.problem.answers == ()


def test_a_mapping_of_labels_overrides_a_recognised_format(tmp_path: Path) -> None:
    """The format still tells where problem and solution are."""
    row = {"question": "Q", "answer": "a\nb\n#### 2", "key": 5, "gold": "4", "who": "m", "wrong": 0}
    mapping = ("id=key", "answer=gold", "generator=who", "first_error=wrong")
    parsed = one(tmp_path, row, mapping=mapping)

    assert parsed.problem.answers == ("4",)
    assert (parsed.source.source_id, parsed.source.generator) == ("5", "m")
    assert parsed.given.first_error_step == 0


def test_a_mapped_field_that_is_absent_rejects_the_row(tmp_path: Path) -> None:
    """The message names the field and the mapping."""
    (item,) = read(tmp_path, {"question": "Q"}, mapping=("problem=prompt.text",))

    assert isinstance(item, Rejection)
    assert (item.reason, item.field) == (RejectReason.MISSING_FIELD, "prompt.text")


def test_solutions_can_be_left_out_and_the_rest_is_read_as_before(tmp_path: Path) -> None:
    """What a GSM8K row accepts still comes from its worked answer."""
    row = {"question": "How many?", "answer": "1+6=7\n#### 7"}
    (item,) = read(tmp_path, row, mapping=("solution=",))

    assert isinstance(item, ParsedRow)
    assert item.solution is None
    assert item.problem.answers == ("7",)
    (several,) = read(tmp_path, {"problem": "P", "responses": ["a", "b"]}, mapping=("solution=",))
    assert isinstance(several, ParsedRow)
    assert several.solution is None


@pytest.mark.parametrize("pair", ["problem", "=x", "problem=", "question=x"])
def test_a_mapping_that_cannot_be_meant_is_refused(pair: str) -> None:
    """Unknown names are answered with the known ones."""
    with pytest.raises(ConfigError, match="--map"):
        parse_mapping((pair,))
    with pytest.raises(ConfigError, match="twice"):
        parse_mapping(("problem=a", "problem=b"))


REJECTED = [
    ({"id": 1}, RejectReason.MISSING_FIELD, "problem", "question"),
    ({"problem": 5, "solution": "x"}, RejectReason.WRONG_TYPE, "problem", "a number"),
    ({"problem": {"a": 1}}, RejectReason.WRONG_TYPE, "problem", "an object"),
    ({"problem": "  "}, RejectReason.EMPTY_PROBLEM, "problem", "no text"),
    ({"prompt": [{"role": "user"}]}, RejectReason.WRONG_TYPE, "prompt[0].content", "null"),
    ({"problem": "P", "solution": 3}, RejectReason.WRONG_TYPE, "solution", "expected text"),
    ({"problem": "P", "solution": " \n"}, RejectReason.EMPTY_SOLUTION, "solution", "no text"),
    ({"problem": "P", "steps": []}, RejectReason.EMPTY_SOLUTION, "steps", "no text"),
    ({"problem": "P", "steps": ["", " "]}, RejectReason.EMPTY_SOLUTION, "steps", "no text"),
    ({"problem": "P", "steps": "abc"}, RejectReason.WRONG_TYPE, "steps", "a list"),
    ({"problem": "P", "steps": ["a", 3]}, RejectReason.WRONG_TYPE, "steps[1]", "number (3)"),
    ({"problem": "P", "steps": ["a"], "label": 1},
     RejectReason.BAD_LABEL, "label", "1 steps"),
    ({"problem": "P", "steps": ["a"], "first_error": -2},
     RejectReason.BAD_LABEL, "first_error", "-2"),
    ({"problem": "P", "steps": ["a"], "first_error": "x"},
     RejectReason.WRONG_TYPE, "first_error", ""),
    ({"problem": "P", "steps": ["a"], "first_error": True},
     RejectReason.WRONG_TYPE, "first_error", ""),
    ({"problem": "P", "steps": ["a"], "labels": [1, 1]},
     RejectReason.BAD_LABEL, "labels", "2 values"),
    ({"problem": "P", "steps": ["a"], "labels": ["eh"]},
     RejectReason.WRONG_TYPE, "labels[0]", "'eh'"),
    ({"problem": "P", "steps": ["a"], "scores": [1, 2]},
     RejectReason.BAD_LABEL, "scores", "2 values"),
    ({"problem": "P", "steps": ["a"], "scores": ["x"]},
     RejectReason.WRONG_TYPE, "scores[0]", "number"),
    ({"problem": "P", "steps": ["a"], "error_steps": [5]},
     RejectReason.BAD_LABEL, "error_steps", "5"),
    ({"problem": "P", "steps": ["a"], "scores": [10**400]},
     RejectReason.WRONG_TYPE, "scores[0]", "64 bits"),
    ({"problem": "P", "answer": {"a": 1}}, RejectReason.WRONG_TYPE, "answer", "an object"),
    (prm800k({"completions": [{"rating": 1}], "chosen_completion": 0}), RejectReason.MISSING_FIELD,
     "label.steps[0].completions[0].text", "text"),
    (prm800k({"completions": [{"text": "a"}], "chosen_completion": 4}), RejectReason.BAD_LABEL,
     "label.steps[0].chosen_completion", "4"),
    (prm800k({"completions": [{"text": "a", "rating": 7}], "chosen_completion": 0}),
     RejectReason.WRONG_TYPE, "label.steps[0].completions[0].rating", "7"),
    (prm800k(), RejectReason.EMPTY_SOLUTION, "label.steps", "no text"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "reason", "field", "words"), REJECTED)
def test_a_bad_row_is_rejected_by_line_and_field(
    tmp_path: Path, row: object, reason: RejectReason, field: str, words: str
) -> None:
    """Reason, line, field and what was found; the row after it is read."""
    bad, good = read(tmp_path, row, {"problem": "P", "solution": "fine"})

    assert isinstance(bad, Rejection)
    assert (bad.reason, bad.field, bad.row, bad.part) == (reason, field, 1, 0)
    assert bad.input_name == "rows.jsonl"
    assert words in bad.message
    assert "\n" not in bad.message
    assert steps(good) == ["fine"]
