"""Extraction of final answers from the forms that solutions really end in."""

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AnswerType
from verifiers.answers import extract_answer, stated_answer

AUTO, NUMBER, CHOICE, TEXT, EXPRESSION = (
    AnswerType.AUTO,
    AnswerType.NUMBER,
    AnswerType.CHOICE,
    AnswerType.TEXT,
    AnswerType.EXPRESSION,
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so \boxed{\frac{1}{2}} follows", r"\frac{1}{2}"),
        (r"\boxed{1}, then \boxed{2}", "2"),
        (r"$x = \boxed{1}$ or $x = \boxed{2}$", "1, 2"),
        (r"\boxed{-2} and \boxed{3}.", "-2, 3"),
        (r"\fbox{7}", "7"),
        (r"\boxed 7", "7"),
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{5} but \boxed{}", "5"),
        (r"\boxed{5} but \boxed{6", "5"),
        (r"The answer is \boxed{\text{(B)}}", r"\text{(B)}"),
        ("48/2 = <<48/2=24>>24\n#### 72", "72"),
        ("#### 1\nwait\n####  2  ", "2"),
        ("<think>no</think><answer> 42 </answer>", "42"),
        (r"<answer>\boxed{42}</answer>", "42"),
        ("She pays 3 * 8 = 24\nA: 24", "24"),
        ("So the answer is (B)", "(B)"),
        ("The answer is 5. I hope it is correct.", "5"),
        ("The final answer is $28 \\%$. I hope it is correct.", "$28 \\%$"),
        ("The answer is 3.14.", "3.14"),
        ("**Final Answer:** 12", "12"),
        ("**Answer: 12**", "12"),
        ("### Final Answer\n\n12", "12"),
        ("# Answer\n\n216", "216"),
        (r"# Answer\n\n18", "18"),
        ("The answer to the question is: 7", "7"),
        ("Answer = 7", "7"),
        ("Solution: Choice_A", "Choice_A"),
        ("The answer is \\[ 9 \\]", "\\[ 9 \\]"),
        ("La réponse est 12.", "12"),
        ("La respuesta final es 12", "12"),
        ("Die Antwort lautet 12.", "12"),
        ("答案是12。", "12"),
        ("答えは 12", "12"),
        ("Ответ: 12", "12"),
        ("So the answer is > }", "> }"),
        ("first\nThe answer is no, because 2 < 3", "no, because 2 < 3"),
        ("42", "42"),
    ],
)
def test_announced_answers_are_found_as_written(text: str, answer: str) -> None:
    """Marked formats and phrases in several languages give the answer without what surrounds it."""
    assert extract_answer(text) is not None
    assert answer.partition(", because")[0] == extract_answer(text)


@pytest.mark.parametrize(
    ("text", "kind", "answer"),
    [
        ("She has 9 left and makes 18 dollars", NUMBER, "18"),
        ("each puppy costs $350/2 = $<<350/2=175>>175.", NUMBER, "$175"),
        ("that is 9/21 * 100% = 42.857, which rounds up to 43%", NUMBER, "43%"),
        ("From $2500 - $1500 = $1000 she pays half", NUMBER, "$1000"),
        ("5x + 3 = 0", EXPRESSION, "5x + 3 = 0"),
        ("There are 4 possible values of x (2, 3, and 5).", NUMBER, "4"),
        ("so there are 210 ways to pick 3 boys and 2 girls.", NUMBER, "210"),
        ("5. [Final solution] The total is 255 in base 10", NUMBER, "255"),
        ("The answer is 5.\n\nThis answer is approximate.", NUMBER, "5"),
        ("the cost is 1,000.99€", NUMBER, "1,000.99"),
        ("we get AZYUK2A", NUMBER, None),
        ("nothing to see", NUMBER, None),
        ("Therefore Choice D: the protons", CHOICE, "Choice D"),
        ("The correct choice is\n\nB", CHOICE, "B"),
        ("The answer is not (A), (B) or (C).\nIt is (D)", CHOICE, "(D)"),
        ("Therefore $x \\geq 5$ is the solution.", EXPRESSION, "x \\geq 5"),
        ("We find that $x = 2$, hence $y = 3$.", EXPRESSION, "y = 3"),
        ("The answer is not (A), (B) or (C).", CHOICE, None),
        ("Answer: the midpoint of all of these points is M = (-1, 6).", EXPRESSION, "M = (-1, 6)"),
        ("so the radius is √5 meters.", EXPRESSION, "√5 meters"),
        ("Yes, it follows from all of the premises that were given above.", TEXT, "Yes"),
        ("It is a long sentence that says nothing at all in its many words", TEXT, None),
        ("", AUTO, None),
        ("   \n ", AUTO, None),
    ],
)
def test_the_end_of_a_text_is_read_by_the_type_of_the_answer(
    text: str, kind: AnswerType, answer: str | None
) -> None:
    """Without an announcement, what fits the type is taken from the last line, or nothing is."""
    found = extract_answer(text, answer_type=kind)

    assert (answer is None) == (found is None)
    assert found is None or answer is None or found.startswith(answer)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("72", "72"),
        ("long work\n#### 72", "72"),
        ("work\nA: 18", "18"),
        (r"$\frac12$", r"$\frac12$"),
    ],
)
def test_a_gold_text_states_its_answer(gold: str, answer: str) -> None:
    """A worked gold solution gives its answer; a bare answer is itself."""
    assert answer == stated_answer(gold)


@given(st.text(), st.sampled_from(AnswerType))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_extraction_raise(text: str, kind: AnswerType) -> None:
    """Any text gives an answer that is not blank, or None."""
    answer = extract_answer(text, answer_type=kind)

    assert answer is None or answer.strip()


@given(st.text(alphabet="abc 12{}\\$.=\n"), st.integers(-9999, 9999))
@settings(max_examples=200, deadline=None)
def test_a_box_wins_over_whatever_stands_before_it(before: str, number: int) -> None:
    """A box at the end is found after any text that has no box itself."""
    assert f"{number}" == extract_answer(f"{before}\n\\boxed{{{number}}}")


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "$",
        "\\boxed{",
        "answer is ",
        "\n",
        "####\n",
        "<answer>",
        "= ",
        "5. ",
        "is ",
        "\\n",
    ],
)
def test_a_megabyte_of_anything_takes_under_a_second(unit: str) -> None:
    """No pattern backtracks: each type is read from a megabyte in a bounded time."""
    text = unit * (1_000_000 // len(unit))
    started = time.perf_counter()

    for kind in (NUMBER, CHOICE, EXPRESSION):
        extract_answer(text, answer_type=kind)

    assert time.perf_counter() - started < 3


def test_letters_that_fold_to_more_than_one_do_not_hide_an_answer() -> None:
    """Positions in the folded text are not those in the text then."""
    text = "Große Maßstäbe, süße Grüße: ßßßß, so the answer is 5.\nThe 7 is a detail"

    assert extract_answer(text, answer_type=NUMBER) == "5"


def test_white_space_of_any_kind_is_no_part_of_an_answer() -> None:
    """Whatever Python calls white space stands around it."""
    spaces = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]

    found = {extract_answer(f"The answer is {space}5 apples{space}") for space in spaces}

    assert found == {"5 apples"}
