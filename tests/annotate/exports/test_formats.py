"""Export formats: what holds in all of them."""

import json
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.exports import FORMATS, ExportOptions, ExportRow, SkipReason
from schemas import Message, Part, Semantics, StepKind
from tests.annotate.exports.labelled_rows import (
    CONVERT,
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

verdicts = st.sampled_from([RIGHT, WRONG, UNKNOWN, UNCHECKED])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
steps = st.one_of(
    st.builds(step, verdicts, texts),
    st.builds(step, st.none(), texts, kind=st.just(StepKind.OBSERVATION)),
)
rows = st.lists(steps, min_size=1, max_size=6).map(make_row)
options = st.builds(
    ExportOptions, convert_local=st.booleans(), assume_correct_before_error=st.booleans()
)


@pytest.mark.parametrize("name", list(FORMATS))
@settings(deadline=None, max_examples=50)
@given(row=rows, allowed=options)
def test_every_format_gives_plain_json(name: str, row: ExportRow, allowed: ExportOptions) -> None:
    """What a format gives survives JSON unchanged, whatever the texts hold."""
    made = export(name, row, allowed)

    if not isinstance(made, SkipReason):
        assert msgspec.json.decode(msgspec.json.encode(made)) == made
        assert json.loads(json.dumps(made, allow_nan=False)) == made


@settings(deadline=None)
@given(rows, options)
def test_there_is_one_label_per_exported_step(row: ExportRow, allowed: ExportOptions) -> None:
    """Labels and steps are as many in every format, and marks in the chat, too."""
    whole = export("jsonl", row)
    assert not isinstance(whole, SkipReason)
    labels = whole["labels"]
    assert isinstance(labels, Mapping)
    for name in ("hard", "soft", "verdicts", "value_kinds", "p_correct", "basis", "weight"):
        assert len(listed(labels[name])) == len(row.steps) == len(listed(whole["steps"]))

    chat = export("qwen_prm", row, allowed)
    if not isinstance(chat, SkipReason):
        *_, answer = listed(chat["messages"])
        assert isinstance(answer, Mapping)
        assert str(answer["content"]).count("<extra_0>") == len(listed(chat["labels"]))

    stepwise = export("trl", row, allowed)
    if not isinstance(stepwise, SkipReason):
        assert len(listed(stepwise["completions"])) == len(listed(stepwise["labels"]))

    soft = export("scan", row, allowed)
    if not isinstance(soft, SkipReason):
        assert len(listed(soft["steps"])) == len(listed(soft["scores"]))

    bench = export("processbench", row, allowed)
    if not isinstance(bench, SkipReason):
        label = bench["label"]
        assert isinstance(label, int)
        assert -1 <= label < len(listed(bench["steps"]))


@settings(deadline=None)
@given(rows, options)
def test_nothing_follows_the_first_wrong_step(row: ExportRow, allowed: ExportOptions) -> None:
    """In formats for training a wrong step is the last one, and only it is wrong."""
    for name, wrong in (("qwen_prm", 0), ("trl", False)):
        made = export(name, row, allowed)
        if not isinstance(made, SkipReason):
            assert wrong not in listed(made["labels"])[:-1]


def test_an_observation_goes_before_the_next_step() -> None:
    """A tool's answer is context: joined to what follows, without a label of its own."""
    row = of(RIGHT, None, WRONG, None)

    stepwise, bench = export("trl", row), export("processbench", row)

    assert stepwise == {
        "prompt": "What?",
        "completions": ["t0", "t1\n\nt2"],
        "labels": [True, False],
    }
    assert not isinstance(bench, SkipReason)
    assert (bench["steps"], bench["label"]) == (["t0", "t1\n\nt2"], 1)


def test_a_solution_of_observations_has_nothing_to_label() -> None:
    """It is skipped, with its own reason."""
    row = of(None, None)

    assert export("processbench", row) is SkipReason.NO_LABELLED_STEP


@pytest.mark.parametrize("name", ["qwen_prm", "processbench", "scan", "trl"])
def test_local_labels_are_not_first_errors(name: str) -> None:
    """Labels that judge each step alone are refused until a conversion is asked for."""
    row = of(RIGHT, WRONG, RIGHT, semantics=Semantics.LOCAL)

    assert export(name, row) is SkipReason.LOCAL_SEMANTICS
    assert not isinstance(export(name, row, CONVERT), SkipReason)


def test_converted_labels_carry_what_is_not_known_forward() -> None:
    """After an undecided step no step is known to be free of errors."""
    row = of(RIGHT, UNKNOWN, RIGHT, WRONG, RIGHT, semantics=Semantics.LOCAL)
    made = export("qwen_prm", row, CONVERT)

    assert not isinstance(made, SkipReason)
    assert made["labels"] == [1, -100, -100, 0]


@pytest.mark.parametrize("name", ["processbench", "scan", "trl"])
def test_a_conversation_does_not_fit_one_question(name: str) -> None:
    """Turns are never dropped silently; a system message is no turn."""
    system = Message(role="system", parts=(Part(text="Be brief."),))

    several = export(name, of(RIGHT, messages=question("One?", "Two?")))
    single = export(name, of(RIGHT, messages=(system, *question("One?"))))

    assert several is SkipReason.SEVERAL_TURNS
    assert not isinstance(single, SkipReason)
    assert "One?" in {single.get(key) for key in ("problem", "prompt", "question")}


def test_a_chat_keeps_its_turns() -> None:
    """Where the format has room for a conversation it is kept, under the model's system prompt."""
    made = export("qwen_prm", of(RIGHT, messages=question("One?", "Two?")))

    assert not isinstance(made, SkipReason)
    roles = [turn["role"] for turn in listed(made["messages"]) if isinstance(turn, Mapping)]
    assert roles == ["system", "user", "user", "assistant"]
