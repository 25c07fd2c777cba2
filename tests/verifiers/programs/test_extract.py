"""The program in a completion: fenced, bare, or the body of the question's function."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verifiers.programs import extract_program, parse_program

HEAD = 'import math\n\ndef area(r: float) -> float:\n    """Return the area of a circle."""\n'
WORDS = "Write a function `area` that returns the area of a circle."
BODY = "    square = r * r\n    return math.pi * square\n"
WHOLE = "import math\n\ndef area(r):\n    return math.pi * r * r"


def area(program: str | None) -> float:
    """Return the area of a circle of radius 2, by a program."""
    assert program is not None
    names: dict[str, object] = {}
    exec(program, names)  # noqa: S102  # written in this file
    found = names["area"]
    assert callable(found)
    return round(float(found(2)), 3)


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        BODY.strip(),
        "\n" + BODY,
        "square = r * r\nreturn math.pi * square",
        BODY + "\nThis multiplies pi by the square of the radius.",
        HEAD + BODY,
        WHOLE,
        f"```python\n{WHOLE}\n```",
        f"```python\n{HEAD}{BODY}```",
        f"```\n{BODY}```",
        "```python\ndef area(r):\n    return math.pi * r * r\n```",
        f"First a draft:\n```python\ndef area(r):\n    return 0\n```\nBetter:\n```py\n{WHOLE}\n```",
        f"```python\n{WHOLE}\n```\nSo:\n```python\nprint(area(2))\n```\nPrints:\n```\n12\n```",
        f"```python\n{WHOLE}\n```\nIn a shell:\n```sh\npython area.py\n```",
        f"Step 1: square.\n~~~Python\n{WHOLE}\n~~~",
        f"````python\n{WHOLE}\n````",
        f"  ```python\n{WHOLE}\n  ```",
        f"```python\n{WHOLE}",
    ],
)
def test_a_program_is_found_after_the_head_that_it_continues(text: str) -> None:
    """A body alone, a whole function, fenced or not: all give the same."""
    assert area(extract_program(HEAD, text)) == 12.566


words = pytest.mark.parametrize(
    "text", [WHOLE, f"Sure!\n```python\n{WHOLE}\n```\nDone.", f"```\n{WHOLE}```"]
)


def test_a_question_of_one_word_is_no_part_of_the_program() -> None:
    """Python's grammar takes it for a name."""
    assert extract_program("Area", WHOLE) == WHOLE


@words
def test_a_question_in_words_is_no_part_of_the_program(text: str) -> None:
    """What is found is the program as it was written."""
    assert (extract_program(WORDS, text) or "").strip("`\n ") == WHOLE


@pytest.mark.parametrize("question", [HEAD, WORDS])
@pytest.mark.parametrize("text", ["", "  \n", "42", "Sorry.", "I do not know.", "The area is 12.6"])
def test_words_are_no_program(question: str, text: str) -> None:
    """Not even those that Python's grammar takes for an expression."""
    assert extract_program(question, text) is None


def test_fenced_code_that_does_not_compile_is_the_program() -> None:
    """It is a wrong answer, not a missing one: running it tells why."""
    assert extract_program(WORDS, "```python\ndef area(r:\n```") == "def area(r:"


def test_helpers_of_the_head_stay_where_the_function_is_written_anew() -> None:
    """What the question defines before its function can still be called."""
    head = "def square(x):\n    return x * x\n\ndef area(r):\n    '''Return the area.'''\n"
    text = "```python\ndef area(r):\n    return 3 * square(r)\n```"

    assert area(extract_program(head, text)) == 12.0


@given(st.text(max_size=300), st.text(max_size=60))
@example("\ud800", "def f():\n")
@example("```", "```")
@example("\x00", "x = 1\x00")
@example("-" * 3000 + "1", "")
def test_any_text_gives_a_program_or_none(text: str, question: str) -> None:
    """Nothing raises."""
    program = extract_program(question, text)

    assert program is None or isinstance(program, str)


@given(st.text(alphabet=st.characters(exclude_characters="`~"), max_size=80))
def test_prose_around_fenced_code_changes_nothing(prose: str) -> None:
    """The code is what stands between the fences, to the letter."""
    text = f"{prose}\n```python\n{WHOLE}\n```\n{prose}"

    assert extract_program(WORDS, text) == WHOLE


@pytest.mark.parametrize("text", ["return 1", "x = (", "def f(:", "\x00", "\ud800", "(" * 500])
def test_what_does_not_compile_is_no_module(text: str) -> None:
    """Neither what the grammar forbids, nor what only the compiler does."""
    assert parse_program(text) is None
