"""Row formats: each recognised from a small literal row, and what is found in it."""

from pathlib import Path

import pytest

from annotate.inputs import ParsedRow
from schemas import (
    FirstErrorVerdict,
    LabelVerdict,
    Outcome,
    Rejection,
    RejectReason,
)
from tests.annotate.inputs.written import one, prm800k, read, steps

RIGHT, WRONG, ABSENT = LabelVerdict.CORRECT, LabelVerdict.INCORRECT, LabelVerdict.NOT_CHECKED


def test_gsm8k_gives_its_worked_answer_as_the_reference(tmp_path: Path) -> None:
    """The gold answer is what follows the hashes."""
    row = one(tmp_path, {"question": "How many?", "answer": "2*3 = <<2*3=6>>6.\n1+6=7\n#### 7"})

    assert row.problem.question == "How many?"
    assert row.problem.answers == ("7",)
    assert row.source.generator == "reference"
    assert steps(row) == ["2*3 = <<2*3=6>>6.\n", "1+6=7\n", "#### 7"]


def test_graded_model_solutions_give_one_part_each(tmp_path: Path) -> None:
    """One row of several models' solutions keeps their names and outcomes."""
    graded = {"is_correct": True, "solution": "a\nA: 18"}
    wrong = {"is_correct": False, "solution": "b\nA: 3"}
    row = {"question": "Q", "ground_truth": "x\nA: 18", "6b": graded, "175b": wrong}
    first, second = read(tmp_path, row)

    assert isinstance(first, ParsedRow)
    assert isinstance(second, ParsedRow)
    assert [(r.source.part, r.source.generator) for r in (first, second)] == [
        (0, "6b"),
        (1, "175b"),
    ]
    assert (first.given.outcome, second.given.outcome) == (Outcome.CORRECT, Outcome.INCORRECT)
    assert first.problem.answers == ("18",)
    assert first.problem == second.problem
    assert steps(first) == ["a\n", "A: 18"]


@pytest.mark.parametrize("answer", [{"answer": "\\frac{1}{2}"}, {}])
def test_math_takes_the_last_box_where_no_answer_is_given(
    tmp_path: Path, answer: dict[str, str]
) -> None:
    """Level and subject are kept for grouping."""
    solution = "So \\boxed{1}.\n\nHence \\boxed{\\frac{1}{2}}."
    given = {"problem": "P", "solution": solution, "level": "Level 3", "subject": "Algebra"}
    row = one(tmp_path, {**given, "unique_id": "test/1.json", **answer})

    assert row.problem.answers == ("\\frac{1}{2}",)
    assert row.problem.domain == "Algebra"
    assert row.source.source_id == "test/1.json"
    assert row.source.generator == "reference"
    assert {m.name: m.value for m in row.source.meta} == {"level": "Level 3", "subject": "Algebra"}
    assert len(steps(row)) == 2


@pytest.mark.parametrize(
    ("label", "verdict", "step"),
    [(-1, FirstErrorVerdict.NONE_FOUND, None), (1, FirstErrorVerdict.FOUND, 1)],
)
def test_processbench_states_the_first_error(
    tmp_path: Path, label: int, verdict: FirstErrorVerdict, step: int | None
) -> None:
    """`label` counts from 0, -1 for none."""
    row = one(
        tmp_path,
        {
            "id": "gsm8k-0",
            "generator": "Qwen2-7B",
            "problem": "P",
            "steps": ["a", "b"],
            "final_answer_correct": False,
            "label": label,
        },
    )

    assert (row.given.first_error, row.given.first_error_step) == (verdict, step)
    assert row.given.outcome is Outcome.INCORRECT
    assert (row.source.source_id, row.source.generator) == ("gsm8k-0", "Qwen2-7B")


def test_prm800k_gives_the_chosen_chain(tmp_path: Path) -> None:
    """A human's own step stands where nothing was chosen; at the end the first offer does."""
    row = one(
        tmp_path,
        prm800k(
            {
                "completions": [{"text": "x", "rating": -1}, {"text": "a", "rating": 1}],
                "human_completion": None,
                "chosen_completion": 1,
            },
            {
                "completions": [{"text": "y", "rating": -1}],
                "human_completion": {"text": "b", "rating": None},
                "chosen_completion": None,
            },
            {"completions": [{"text": "c", "rating": 0}], "chosen_completion": 0},
            {
                "completions": [{"text": "d", "rating": -1}, {"text": "e", "rating": -1}],
                "human_completion": None,
                "chosen_completion": None,
            },
        ),
    )

    assert steps(row) == ["a", "b", "c", "d"]
    assert row.given.step_verdicts == (RIGHT, ABSENT, RIGHT, WRONG)
    assert row.given.first_error is None
    assert row.problem.answers == ("216",)


def test_prm800k_with_all_steps_rated_tells_the_first_error(tmp_path: Path) -> None:
    """It is the first step rated -1 after steps that stand."""
    completions = [[{"text": "a", "rating": 1}], [{"text": "b", "rating": -1}]]
    row = one(tmp_path, prm800k(*({"completions": c, "chosen_completion": 0} for c in completions)))

    assert (row.given.first_error, row.given.first_error_step) == (FirstErrorVerdict.FOUND, 1)


def test_math_shepherd_reads_signs_in_place_of_its_marks(tmp_path: Path) -> None:
    """The problem ends where Step 1 begins; minus signs in the text are no labels."""
    marked = "P - Q? Step 1: 5 - 3 = 2. ки\nStep 2: 2 + 2 = 5. ки"
    label = "P - Q? Step 1: 5 - 3 = 2. +\nStep 2: 2 + 2 = 5. -"
    row = one(tmp_path, {"input": marked, "label": label, "task": "GSM8K"})

    assert row.problem.question == "P - Q?"
    assert row.problem.domain == "GSM8K"
    assert steps(row) == ["Step 1: 5 - 3 = 2.", "Step 2: 2 + 2 = 5."]
    assert row.given.step_verdicts == (RIGHT, WRONG)
    assert row.given.first_error_step == 1


def test_math_shepherd_whose_texts_differ_is_rejected(tmp_path: Path) -> None:
    """A mark without a sign is named by its step."""
    (item,) = read(tmp_path, {"input": "P Step 1: a ки", "label": "P Step 1: a ?", "task": "x"})

    assert isinstance(item, Rejection)
    assert (item.reason, item.field) == (RejectReason.BAD_LABEL, "label")


@pytest.mark.parametrize(
    "row",
    [
        {"question": "P", "response": "a<extra_0>b<extra_0>", "labels": [1, 0]},
        {
            "messages": [
                {"role": "system", "content": "S"},
                {"role": "user", "content": "P"},
                {"role": "assistant", "content": "a<extra_0>b<extra_0>"},
            ],
            "labels": [True, False],
        },
    ],
)
def test_qwen_marks_end_steps(tmp_path: Path, row: dict[str, object]) -> None:
    """In a text or in the last turn of a chat."""
    parsed = one(tmp_path, row)

    assert parsed.problem.question == "P"
    assert steps(parsed) == ["a", "b"]
    assert parsed.given.step_verdicts == (RIGHT, WRONG)


@pytest.mark.parametrize("field", ["conversations", "messages"])
def test_rlhflow_turns_alternate_between_step_and_sign(tmp_path: Path, field: str) -> None:
    """The first turn holds the problem and the first step."""
    turns = [
        ("user", "P? Step 1: a"),
        ("assistant", "+"),
        ("user", "Step 2: b"),
        ("assistant", "-"),
    ]
    row = one(tmp_path, {field: [{"role": r, "content": c} for r, c in turns]})

    assert row.problem.question == "P?"
    assert steps(row) == ["Step 1: a", "Step 2: b"]
    assert row.given.step_verdicts == (RIGHT, WRONG)


def test_prmbench_counts_its_wrong_steps_from_one(tmp_path: Path) -> None:
    """Steps before the first are right, those after it known only where listed."""
    row = one(
        tmp_path,
        {
            "original_question": "P",
            "modified_question": "P'",
            "original_process": ["z"],
            "modified_process": ["a", "b", "c", "d"],
            "error_steps": [2, 4, 9],
            "classification": "circular",
            "idx": "prm_1",
        },
    )

    assert row.problem.question == "P'"
    assert row.given.step_verdicts == (RIGHT, WRONG, ABSENT, WRONG)
    assert row.given.first_error_step == 1
    assert row.problem.domain == "circular"
    assert row.source.source_id == "prm_1"


def test_trl_steps_are_completions_with_labels(tmp_path: Path) -> None:
    """As its stepwise trainer reads them."""
    row = one(tmp_path, {"prompt": "P", "completions": ["a", "b"], "labels": [True, False]})

    assert steps(row) == ["a", "b"]
    assert row.given.step_verdicts == (RIGHT, WRONG)


def test_steps_of_the_development_kind_keep_everything(tmp_path: Path) -> None:
    """Ratings, listed errors, doubts and grouping fields survive."""
    row = one(
        tmp_path,
        {
            "set": "s",
            "subset": "u",
            "id": 7,
            "problem": "P",
            "steps": ["a", "", "c"],
            "first_error": 1,
            "ratings": [1, -1, None],
            "final_answer_correct": True,
            "gold_answer": 3.0,
            "generator": "g",
            "label_kind": "human",
            "suspect_label": True,
        },
    )

    assert steps(row) == ["a", "", "c"]
    assert row.given.step_verdicts == (RIGHT, WRONG, ABSENT)
    assert row.given.first_error_step == 1
    assert row.given.suspect
    assert row.problem.answers == ("3",)
    assert (row.source.source_id, row.problem.domain) == ("7", "u")
    names = [m.name for m in row.source.meta]
    assert names == sorted(names)
    assert {"set", "subset", "label_kind"} <= set(names)


def test_a_bare_problem_has_no_solution(tmp_path: Path) -> None:
    """It is taken in, for strategies that make their own."""
    row = one(tmp_path, {"prompt": [{"role": "user", "content": "P"}], "answer": ["1", "one"]})

    assert row.solution is None
    assert row.source.solution_id is None
    assert (row.problem.question, row.problem.answers) == ("P", ("1", "one"))


def test_sampled_solutions_give_one_part_each(tmp_path: Path) -> None:
    """A list of texts under a plural name is several solutions of one problem."""
    items = read(tmp_path, {"problem": "P", "answer": 2, "responses": ["a\n\nb", "", "c"]})

    assert isinstance(items[1], Rejection)
    assert (items[1].part, items[1].reason) == (1, RejectReason.EMPTY_SOLUTION)
    assert [steps(items[0]), steps(items[2])] == [["a\n\n", "b"], ["c"]]


def test_completions_without_labels_are_sampled_solutions(tmp_path: Path) -> None:
    """Beside labels they are steps."""
    items = read(tmp_path, {"prompt": "P", "completions": ["a\n\nb", 3]})

    assert steps(items[0]) == ["a\n\n", "b"]
    assert isinstance(items[1], Rejection)
    assert (items[1].part, items[1].field) == (1, "completions[1]")


def test_context_and_options_belong_to_the_question(tmp_path: Path) -> None:
    """A row of a reading test is asked as a whole."""
    row = one(
        tmp_path, {"context": "C", "question": "Q?", "options": ["A) x", "B) y"], "answer": "B"}
    )

    assert row.problem.question == "C\n\nQ?\n\nA) x\nB) y"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["+", "-"], (RIGHT, WRONG)),
        (["CORRECT", "NOT_CHECKED"], (RIGHT, ABSENT)),
        ([1, 0], (RIGHT, WRONG)),
        ([0, -1], (RIGHT, WRONG)),
        ([1.0, None], (RIGHT, ABSENT)),
        ([{"verdict": "correct"}, {"label": False}], (RIGHT, WRONG)),
    ],
)
def test_labels_are_read_in_any_common_spelling(
    tmp_path: Path, labels: list[object], expected: tuple[LabelVerdict, ...]
) -> None:
    """A zero beside a -1 is neutral, alone it is wrong."""
    row = one(tmp_path, {"problem": "P", "steps": ["a", "b"], "labels": labels})

    assert row.given.step_verdicts == expected


def test_labels_may_stand_beside_the_text_of_each_step(tmp_path: Path) -> None:
    """A rating of 0 is neutral there, as in PRM800K."""
    given = [{"step": "a", "rating": 0}, {"step": "b", "rating": None}, {"step": "c", "rating": 1}]
    row = one(tmp_path, {"problem": "P", "steps": given})

    assert steps(row) == ["a", "b", "c"]
    assert row.given.step_verdicts == (RIGHT, ABSENT, RIGHT)


@pytest.mark.parametrize("field", ["scores", "step_scores", "rewards", "labels"])
def test_scores_are_kept_apart_from_verdicts(tmp_path: Path, field: str) -> None:
    """Numbers between 0 and 1 claim no verdict, whatever they are called."""
    row = one(tmp_path, {"problem": "P", "steps": ["a", "b", "c"], field: [0.5, None, 1]})

    assert row.given.step_scores == (0.5, None, 1.0)
    assert row.given.step_verdicts == ()
    assert row.given.first_error is None


@pytest.mark.parametrize("row", [{"label": 1}, {"label": True}, {"score": 0.3}, {"label": "good"}])
def test_a_bare_number_beside_a_text_is_no_step_label(
    tmp_path: Path, row: dict[str, object]
) -> None:
    """Whether a whole answer is liked says nothing of its steps."""
    parsed = one(tmp_path, {"question": "P", "response": "a\n\nb", **row})

    assert parsed.given.first_error is None
    assert parsed.given.step_verdicts == ()
