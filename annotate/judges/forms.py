"""Judge prompts: how a solution is shown to a judge, and how its answer is read. Pure.

The texts are files of `annotate.judges.prompts`; a form is one of them with the way steps are
written in it and the way its answer is read. All but the one for models that only complete lines
can show the accepted answer too.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

from annotate.judges.reading import Reading, read_boxed, read_boxed_list, read_line
from annotate.prompts import Profile, Prompt, problem_text, render_question
from schemas import ConfigError, PolicyError, Problem, RegistryError, Solution, nearest

_PLACES = re.compile(r"\{(problem|steps|reference)\}")
_REFERENCE = "reference"
_LENGTH = "length"


class Reader(Protocol):
    """Reads an answer in one form."""

    def __call__(self, text: str, n_steps: int, *, is_cut: bool) -> Reading:
        """Return what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeForm:
    """One way of asking for wrong steps."""

    show: Callable[[Sequence[str]], str]
    """Writes the steps, without white space around them, as one text."""
    read: Reader
    """Reads the answer."""
    stop: tuple[str, ...] = ()
    """Where an answer ends."""
    instructs: bool = True
    """Whether it takes a model that follows instructions; else the model completes a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePrompt:
    """Which question a judge is asked."""

    name: str | None = None
    """Name of the judge prompt; None takes the one of the policy's profile."""
    reference: bool = False
    """Whether the judge is shown the accepted answer."""

    def __str__(self) -> str:
        """Return what a source of evidence is told apart by; empty for the profile's own."""
        shown = " with the answer" if self.reference else ""
        return f"{self.name or ''}{shown}".strip()


OWN = JudgePrompt()
"""The question of the policy's profile."""


def _as_paragraphs(steps: Sequence[str]) -> str:
    return "\n\n".join(
        f"<paragraph_{index}>\n{step}\n</paragraph_{index}>" for index, step in enumerate(steps)
    )


def _as_numbered_lines(steps: Sequence[str]) -> str:
    """Write one line per step: the numbers are what the judge answers with."""
    return "\n".join(f"{number}. {' '.join(step.split())}" for number, step in enumerate(steps, 1))


JUDGES = {
    "first_error_boxed": JudgeForm(show=_as_paragraphs, read=read_boxed),
    "rework_boxed": JudgeForm(show=_as_paragraphs, read=read_boxed),
    "doubt_boxed": JudgeForm(show=_as_paragraphs, read=read_boxed),
    "all_errors_boxed": JudgeForm(show=_as_paragraphs, read=read_boxed_list),
    "first_error_line": JudgeForm(
        show=_as_numbered_lines, read=read_line, stop=("\n",), instructs=False
    ),
}
"""Judge prompts by name: the name of the text file."""


def judge_form(profile: Profile, asked: JudgePrompt = OWN) -> str:
    """Return the name of the judge prompt that a policy is asked by.

    Raises:
        RegistryError: If there is no such judge prompt.
        ConfigError: If the policy cannot be asked by it.
    """
    name = asked.name or profile.judge
    form = _form(name)
    if form.instructs and not _form(profile.judge).instructs:
        raise ConfigError(
            f"the profile {profile.name!r} judges by {profile.judge!r} alone, and is asked by "
            f"{name!r}: it follows no instructions. Name another policy, as --judge endpoint, or "
            "a method without judge prompts of its own."
        )
    if asked.reference and not form.instructs:
        raise ConfigError(
            f"the judge prompt {name!r} has no place for the accepted answer: ask without it, as "
            "reference='without', or name another policy, as --judge endpoint."
        )
    return name


def render_judge(
    problem: Problem, solution: Solution, profile: Profile, asked: JudgePrompt = OWN
) -> Prompt:
    """Return the prompt that asks for the wrong steps of a solution.

    Raises:
        RegistryError: If there is no such judge prompt.
        ConfigError: If the policy cannot be asked by it.
        PolicyError: If the problem holds something that is not text, or the accepted answer is to
            be shown and there is none.
    """
    name = judge_form(profile, asked)
    form = JUDGES[name]
    held = {
        "problem": problem_text(problem).strip(),
        "steps": form.show([step.content for step in solution.steps]),
        "reference": _reference(problem) if asked.reference else "",
    }
    # In one pass: a problem may itself hold the text "{steps}".
    text = _PLACES.sub(lambda match: held[match[1]], _template(name))
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
        name: Name of the judge prompt, as `judge_form` tells it.
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


def _reference(problem: Problem) -> str:
    if not problem.answers:
        raise PolicyError(
            f"problem {problem.problem_id!r} has no accepted answer to show to a judge: ask "
            "without it, as reference='without'."
        )
    return f"{_template(_REFERENCE)}\n".replace("{answer}", " or ".join(problem.answers))


@functools.cache
def _template(name: str) -> str:
    text = (files("annotate.judges.prompts") / f"{name}.txt").read_text(encoding="utf-8")
    return text.removesuffix("\n")


def _end_of_turn(profile: Profile) -> tuple[str, ...]:
    """Return what ends an answer of a raw chat template; a base model's ends are its solutions'."""
    return profile.stop if profile.raw and profile.judge_template != "{prompt}" else ()
