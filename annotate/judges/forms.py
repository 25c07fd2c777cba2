"""Judge prompts: how a solution is shown to a judge, and how its answer is read. Pure.

The texts are files of `annotate.judges.prompts`; a form is one of them with the way steps are
written in it and the way its answer is read.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

from annotate.judges.reading import Reading, read_boxed, read_line
from annotate.prompts import Profile, Prompt, problem_text, render_question
from schemas import Problem, RegistryError, Solution, nearest

_PLACES = re.compile(r"\{(problem|steps)\}")
_LENGTH = "length"


class Reader(Protocol):
    """Reads an answer in one form."""

    def __call__(self, text: str, n_steps: int, *, is_cut: bool) -> Reading:
        """Return what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeForm:
    """One way of asking for the first wrong step."""

    show: Callable[[Sequence[str]], str]
    """Writes the steps, without white space around them, as one text."""
    read: Reader
    """Reads the answer."""
    stop: tuple[str, ...] = ()
    """Where an answer ends."""


def _as_paragraphs(steps: Sequence[str]) -> str:
    return "\n\n".join(
        f"<paragraph_{index}>\n{step}\n</paragraph_{index}>" for index, step in enumerate(steps)
    )


def _as_numbered_lines(steps: Sequence[str]) -> str:
    """Write one line per step: the numbers are what the judge answers with."""
    return "\n".join(f"{number}. {' '.join(step.split())}" for number, step in enumerate(steps, 1))


JUDGES = {
    "first_error_boxed": JudgeForm(show=_as_paragraphs, read=read_boxed),
    "first_error_line": JudgeForm(show=_as_numbered_lines, read=read_line, stop=("\n",)),
}
"""Judge prompts by name: the name of the text file."""


def render_judge(problem: Problem, solution: Solution, profile: Profile) -> Prompt:
    """Return the prompt that asks for the first wrong step of a solution.

    Raises:
        RegistryError: If the profile names a judge prompt that does not exist.
        PolicyError: If the problem holds something that is not text.
    """
    form = _form(profile.judge)
    held = {
        "problem": problem_text(problem).strip(),
        "steps": form.show([step.content for step in solution.steps]),
    }
    # In one pass: a problem may itself hold the text "{steps}".
    text = _PLACES.sub(lambda match: held[match[1]], _template(profile.judge))
    return render_question(text, profile, stop=(*form.stop, *_end_of_turn(profile)))


def parse_first_error(
    name: str,
    text: str,
    n_steps: int,
    *,
    finish_reason: str = "stop",
    thinking: tuple[str, str] | None = None,
) -> Reading:
    """Return what a judge's answer says.

    Args:
        name: Name of the judge prompt, as in `Profile.judge`.
        text: What the judge wrote.
        n_steps: Steps of the solution, >= 1.
        finish_reason: As the completion states it.
        thinking: Tags around thought: what stands before the closing one is no verdict.

    Raises:
        RegistryError: If there is no such judge prompt.
    """
    said = text if thinking is None else text.rpartition(thinking[1])[2]
    return _form(name).read(said, n_steps, is_cut=finish_reason == _LENGTH)


def _form(name: str) -> JudgeForm:
    if name not in JUDGES:
        raise RegistryError(f"there is no judge prompt called {name!r}: {nearest(name, JUDGES)}")
    return JUDGES[name]


@functools.cache
def _template(name: str) -> str:
    text = (files("annotate.judges.prompts") / f"{name}.txt").read_text(encoding="utf-8")
    return text.removesuffix("\n")


def _end_of_turn(profile: Profile) -> tuple[str, ...]:
    """Return what ends an answer of a raw chat template; a base model's ends are its solutions'."""
    return profile.stop if profile.raw and profile.judge_template != "{prompt}" else ()
