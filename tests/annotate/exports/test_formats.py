"""Export formats: what each says of a labelled solution, and what it leaves out."""

import dataclasses
import json
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.exports import (
    FORMATS,
    ExportEvidence,
    ExportOptions,
    ExportRow,
    ExportStep,
    Skipped,
    SkipReason,
)
from annotate.rules.base import first_error_of
from schemas import (
    Basis,
    Certificate,
    CertificateKind,
    FirstErrorVerdict,
    Json,
    LabelVerdict,
    Message,
    NamedValue,
    Outcome,
    Part,
    Scope,
    Semantics,
    SourceKind,
    StepKind,
    ValueKind,
)

RIGHT, WRONG = LabelVerdict.CORRECT, LabelVerdict.INCORRECT
UNKNOWN, UNCHECKED = LabelVerdict.UNKNOWN, LabelVerdict.NOT_CHECKED
ASSUME = ExportOptions(assume_correct_before_error=True)
CONVERT = ExportOptions(convert_local=True)


def step(
    verdict: LabelVerdict | None, text: str, *, kind: StepKind = StepKind.RESPONSE
) -> ExportStep:
    """Return a step with its label; an observation has none."""
    return ExportStep(
        solution_id="s",
        kind=kind,
        text=text,
        verdict=verdict,
        value=0.5 if verdict is RIGHT else None,
        value_kind=ValueKind.SUCCESS_RATE if verdict is RIGHT else None,
        p_correct=0.25 if verdict is WRONG else None,
        basis=None if verdict is None else Basis.OBSERVED,
        weight=None if verdict is None else 1.0,
        semantics=None if verdict is None else Semantics.FIRST_ERROR,
    )


def question(*texts: str) -> tuple[Message, ...]:
    """Return messages of the user."""
    return tuple(Message(role="user", parts=(Part(text=text),)) for text in texts)


def make_row(steps: Sequence[ExportStep], **changes: object) -> ExportRow:
    """Return a solution of these steps, with the first error that their verdicts state."""
    found, index = first_error_of([s.verdict for s in steps])
    row = ExportRow(
        row_id="row-1",
        solution_id="s",
        problem_id="p",
        source_id="row-1",
        input_name="in.jsonl",
        generator="g",
        meta=(NamedValue(name="set", value="x"),),
        messages=question("What?"),
        answers=("7",),
        domain="sums",
        language=None,
        final_answer="7",
        outcome=Outcome.CORRECT,
        steps=tuple(steps),
        first_error=found,
        first_error_step=index,
        confidence=None,
        semantics=Semantics.FIRST_ERROR,
        rule="formal",
        method=None,
        version="0.1.0",
        evidence=(),
    )
    return dataclasses.replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def of(*verdicts: LabelVerdict | None, **changes: object) -> ExportRow:
    """Return a solution with these labels; None makes an observation."""
    steps = [
        step(v, f"t{i}", kind=StepKind.OBSERVATION if v is None else StepKind.RESPONSE)
        for i, v in enumerate(verdicts)
    ]
    return make_row(steps, **changes)


def export(
    name: str, row: ExportRow, options: ExportOptions | None = None
) -> Mapping[str, Json] | SkipReason:
    """Return what a format makes of a row, or why it is skipped."""
    made = FORMATS.get(name)().convert(row, options or ExportOptions())
    return made.reason if isinstance(made, Skipped) else made


def listed(value: Json) -> list[Json]:
    """Return a JSON list as such."""
    assert isinstance(value, list)
    return value


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


def test_jsonl_keeps_what_is_known_and_says_what_is_not() -> None:
    """Hard labels 1, 0, null; soft the rule's value, else its probability; names beside them."""
    made = export("jsonl", of(RIGHT, UNKNOWN, WRONG, UNCHECKED))

    assert not isinstance(made, SkipReason)
    labels = made["labels"]
    assert isinstance(labels, Mapping)
    assert labels["hard"] == [1, None, 0, None]
    assert labels["soft"] == [0.5, None, 0.25, None]
    assert labels["verdicts"] == ["CORRECT", "UNKNOWN", "INCORRECT", "NOT_CHECKED"]
    assert labels["first_error"] == made["first_error"] == 2
    assert made["meta"] == {"set": "x"}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.CORRECT, True),
        (Outcome.INCORRECT, False),
        (Outcome.NO_ANSWER, False),
        (Outcome.TRUNCATED, None),
        (Outcome.CHECK_TIMEOUT, None),
        (Outcome.FAILED, None),
        (Outcome.NOT_CHECKED, None),
        (None, None),
    ],
)
def test_a_final_answer_is_right_wrong_or_not_known(
    outcome: Outcome | None, *, expected: bool | None
) -> None:
    """A censored outcome is never exported as a wrong answer."""
    row = of(RIGHT, outcome=outcome)
    whole, bench = export("jsonl", row), export("processbench", row)

    assert not isinstance(whole, SkipReason)
    assert not isinstance(bench, SkipReason)
    assert whole["final_correct"] is expected
    assert bench["final_answer_correct"] is expected


def test_evidence_keeps_its_certificate_and_is_counted() -> None:
    """A verifier's finding is a tool call with the values that refute."""
    certificate = Certificate(
        kind=CertificateKind.TWO_VALUES,
        claim="3 + 4 = 8",
        values=(NamedValue(name="stated", value="8"), NamedValue(name="computed", value="7")),
    )
    finding = ExportEvidence(
        solution_id="s",
        step_index=0,
        scope=Scope.STEP,
        source_kind=SourceKind.VERIFIER,
        source="arithmetic",
        outcome="INCORRECT",
        successes=None,
        trials=None,
        score=None,
        reason=None,
        certificate=certificate,
        backend=None,
        tokens=3,
    )

    made = export("jsonl", of(WRONG, evidence=(finding,)))

    assert not isinstance(made, SkipReason)
    (shown,) = listed(made["evidence"])
    assert isinstance(shown, Mapping)
    assert shown["certificate"] == {
        "kind": "TWO_VALUES",
        "claim": "3 + 4 = 8",
        "values": {"stated": "8", "computed": "7"},
    }
    assert made["cost"] == {"rollouts": 0, "judge_calls": 0, "tool_calls": 1, "tokens": 3}


def test_parquet_has_a_column_for_each_key_of_jsonl() -> None:
    """The typed schema and the JSON rows cannot drift apart."""
    row = of(RIGHT)
    made, schema = export("jsonl", row), FORMATS.get("parquet")().schema
    assert not isinstance(made, SkipReason)
    assert schema is not None

    assert schema.names == list(made)
    assert list(schema.field("labels").type.names) == list(made["labels"])  # type: ignore[arg-type]
    assert list(schema.field("cost").type.names) == list(made["cost"])  # type: ignore[arg-type]


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
