"""Judge prompts: how a problem and a solution are shown."""

from dataclasses import replace

import pytest

from annotate.judges import JUDGES, JudgePrompt, judge_form, parse_first_error, render_judge
from annotate.prompts import Profile, get_profile
from schemas import ConfigError, Piece, PolicyError, RegistryError, make_solution, text_problem

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


INSTRUCTING = sorted(name for name, form in JUDGES.items() if form.instructs)


@pytest.mark.parametrize("name", INSTRUCTING)
def test_the_accepted_answer_is_shown_where_it_is_asked_for(name: str) -> None:
    """Before the solution, and nowhere else; without it the prompt has no trace of one."""
    problem = text_problem("What?", answers=("seven", "7.0"))
    solution = make_solution(problem, (Piece(text="It is {answer}."),))
    profile = get_profile("qwen-instruct")

    (plain,) = render_judge(problem, solution, profile, JudgePrompt(name=name)).turns
    asked = JudgePrompt(name=name, reference=True)
    (shown,) = render_judge(problem, solution, profile, asked).turns

    assert "seven" not in plain.text
    assert "[Accepted Answer]\n\nseven or 7.0\n\nWork back" in shown.text
    assert "{" not in plain.text.replace("\\boxed{}", "").replace("{answer}", "")
    before, _, after = shown.text.partition("[Accepted Answer]")
    assert plain.text == before + after[after.index("[Solution]") :]


def test_what_a_judge_cannot_be_asked_is_refused() -> None:
    """One that completes lines follows no instructions; an answer must be there to be shown."""
    asked = JudgePrompt(name="all_errors_boxed")

    assert judge_form(LINE) == "first_error_line"
    assert judge_form(get_profile("chat"), asked) == "all_errors_boxed"
    with pytest.raises(ConfigError, match="'l' judges by 'first_error_line' alone"):
        judge_form(LINE, asked)
    with pytest.raises(ConfigError, match="no place for the accepted answer"):
        judge_form(LINE, JudgePrompt(reference=True))
    with pytest.raises(PolicyError, match="no accepted answer to show"):
        render_judge(PROBLEM, SOLUTION, get_profile("chat"), JudgePrompt(reference=True))
