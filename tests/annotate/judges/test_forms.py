"""Judge prompts: how a problem and a solution are shown."""

from dataclasses import replace

import pytest

from annotate.judges import parse_first_error, render_judge
from annotate.prompts import Profile, get_profile
from schemas import Piece, RegistryError, make_solution, text_problem

PROBLEM = text_problem("What is {steps} of 2?")
SOLUTION = make_solution(PROBLEM, (Piece(text="2 is {problem}.\n\n"), Piece(text="So\n4.\n")))
LINE = Profile(name="l", raw=True, problem_template="Q {problem}", judge="first_error_line")


def test_lines_are_numbered_from_one() -> None:
    """The whole prompt, one line for each step, with nothing after the colon."""
    prompt = render_judge(PROBLEM, SOLUTION, LINE)

    assert prompt.text == (
        "Problem: What is {steps} of 2?\nSteps:\n1. 2 is {problem}.\n2. So 4.\nFirst wrong step:"
    )
    assert prompt.stop == ("\n",)


def test_paragraphs_are_numbered_from_zero() -> None:
    """Between tags, and the question is the user's alone: no system text about solving."""
    prompt = render_judge(PROBLEM, SOLUTION, get_profile("qwen-instruct"))

    assert [turn.role for turn in prompt.turns] == ["user"]
    assert "<paragraph_0>\n2 is {problem}.\n</paragraph_0>" in prompt.turns[0].text
    assert "<paragraph_1>\nSo\n4.\n</paragraph_1>" in prompt.turns[0].text
    assert "What is {steps} of 2?" in prompt.turns[0].text
    assert prompt.continued == ""


def test_a_raw_template_wraps_the_judge_prompt() -> None:
    """A thinking model is asked in its own template, and its answer ends with its turn."""
    prompt = render_judge(PROBLEM, SOLUTION, get_profile("thinking"))

    assert prompt.text is not None
    assert prompt.text.startswith("<|im_start|>user\nBelow are")
    assert prompt.text.endswith("<think>\n")
    assert prompt.stop == ("<|im_end|>",)


def test_an_unknown_judge_prompt_is_told() -> None:
    """By the nearest name."""
    with pytest.raises(RegistryError, match="did you mean 'first_error_line'"):
        render_judge(PROBLEM, SOLUTION, replace(LINE, judge="first_error_lin"))
    with pytest.raises(RegistryError, match="no judge prompt"):
        parse_first_error("x", "", 1)
