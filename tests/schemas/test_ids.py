"""Ids are hashes of content: equal content, equal id, on any machine."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Piece, StepKind, canonical_json, content_id, make_solution, text_problem
from schemas.solution import PROBLEM_DIGITS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_reads_back_as_the_same_value(value: object) -> None:
    """Nothing is lost on the way to the hash."""
    assert json.loads(canonical_json(value)) == value  # type: ignore[arg-type]  # JSON by construction


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    """A mapping has one id, in whatever order it was filled."""
    turned = dict(reversed(list(value.items())))

    assert content_id("x", value) == content_id("x", turned)


def test_ids_are_what_they_were() -> None:
    """Ids are written into runs, so they may never change silently."""
    problem = text_problem("What is 2 + 2?", answers=("4",))
    solution = make_solution(problem, (Piece(text="2 + 2 = 4\n"), Piece(text="4")))

    assert problem.problem_id == "26f0f4d9e313ac338e55bfce5f9c336c"
    assert solution.solution_id == "26f0f4d9e3132df87e03c26722233249"


def test_kinds_do_not_share_ids() -> None:
    """A problem and a solution of equal content are different things."""
    assert content_id("problem", ["a"]) != content_id("solution", ["a"])


def test_nan_has_no_id() -> None:
    """What JSON cannot say is refused, not hashed as something else."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        content_id("x", float("nan"))


@given(st.lists(st.text(), min_size=1, max_size=6), st.sampled_from(["", "\n\n", " "]))
def test_steps_join_to_the_text_and_offsets_cut_it(texts: list[str], separator: str) -> None:
    """Segmentation is lossless: offsets and texts agree with the whole."""
    problem = text_problem("q")
    solution = make_solution(problem, tuple(Piece(text=t) for t in texts), separator=separator)

    assert solution.text == separator.join(texts)
    assert [solution.text[s.start : s.end] for s in solution.steps] == texts


@given(st.text(), st.text(), st.lists(st.text(), min_size=1, max_size=3))
def test_a_solution_id_begins_with_its_problems(
    question: str, answer: str, texts: list[str]
) -> None:
    """Tables sorted by solution id keep a problem's solutions together."""
    problem = text_problem(question, answers=(answer,))
    solution = make_solution(problem, tuple(Piece(text=t) for t in texts))

    assert solution.solution_id[:PROBLEM_DIGITS] == problem.problem_id[:PROBLEM_DIGITS]


def test_an_accepted_answer_makes_another_problem_but_not_other_content() -> None:
    """Outcomes depend on the answers; pairing across files does not."""
    pieces = (Piece(text="so 4"),)
    known = make_solution(text_problem("2 + 2?", answers=("4",)), pieces)
    unknown = make_solution(text_problem("2 + 2?"), pieces, separator="\n")

    assert known.problem_id != unknown.problem_id
    assert known.content_id == unknown.content_id


def test_the_kind_of_a_step_is_part_of_the_id() -> None:
    """A thought and a response of equal text are different chains."""
    problem = text_problem("q")
    thought = make_solution(problem, (Piece(text="x", kind=StepKind.THOUGHT),))
    response = make_solution(problem, (Piece(text="x"),))

    assert thought.solution_id != response.solution_id
