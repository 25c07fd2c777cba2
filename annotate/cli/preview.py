"""`waymark preview`: the exact prompts, before anything is asked."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from annotate.cli.console import out, print_json
from annotate.cli.options import json_option, load_plugins, plugin_option
from annotate.cli.policy_options import connection_options, policies_of
from annotate.cli.running import run_job
from annotate.inputs import ParsedRow, ReadOptions, parse_mapping, read_rows
from annotate.jobs.check_policy import CHECK_PROBLEM
from annotate.judges import render_judge
from annotate.policies import PolicyChoice
from annotate.prompts import Profile, Prompt, Sampling, get_profile, render
from annotate.reports import safe_text
from schemas import InputError, Json, Piece, Problem, Role, Solution, make_solution

_STEPS = ("3 boxes with 4 pens each hold 3 * 4 = 12 pens.", "With 2 more Tom has 12 + 2 = 14 pens.")
_LAST_STEP = "After giving 5 away he has 14 - 5 = 9 pens. The answer is 9."
_SEAM = 40
"""Characters before the completion that are shown with their white space."""
_VISIBLE = str.maketrans({" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍"})


@click.command(name="preview")
@click.argument("problems", required=False)
@click.option(
    "--steps",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Steps of the prefix that is to be continued.",
)
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name a field of the rows, as problem=question. Repeatable.",
)
@connection_options
@plugin_option
@json_option
def command(
    *,
    problems: str | None,
    steps: int,
    mapping: tuple[str, ...],
    plugins: tuple[Path, ...],
    as_json: bool,
    **settings: str | None,
) -> None:
    """Print what a policy is shown for the first problem of PROBLEMS, and ask nothing.

    Three prompts: for a whole solution, for a prefix of a few steps, and for the judge. Without
    PROBLEMS, for a problem of its own.
    """
    load_plugins(plugins)
    profile = _profile(settings)
    problem, given = _case(problems, ReadOptions(mapping=parse_mapping(mapping)))
    solution = given or _own(problem, profile)
    whose = "" if given or problem == CHECK_PROBLEM else ", the steps of another problem"
    n_steps = min(steps, len(solution.steps) - 1)
    prefix = solution.prefix(n_steps)
    prompts = {
        "a whole solution": (render(problem, "", profile), profile.sampling),
        f"a prefix of {n_steps} steps{whose}": (render(problem, prefix, profile), profile.sampling),
        f"the judge{whose}": (render_judge(problem, solution, profile), profile.judge_sampling),
    }
    if as_json:
        shown = zip(("solution", "prefix", "judge"), prompts.values(), strict=True)
        held = {name: _plain(prompt, sampling) for name, (prompt, sampling) in shown}
        print_json({"profile": profile.name, "problem_id": problem.problem_id, **held})
        return
    for title, (prompt, sampling) in prompts.items():
        _print(f"{title}, profile {profile.name}", prompt, sampling, profile)


def _profile(settings: dict[str, Any]) -> Profile:
    """Return the profile named, or that of the policy named; no server is asked."""
    if settings["profile"] is not None:
        return get_profile(settings["profile"])
    choice = policies_of(settings, needed=[Role.COMPLETER])[Role.COMPLETER]
    named = getattr(choice.factory(), "profile", None)
    return get_profile(named) if isinstance(named, str) else run_job(_opened(choice))


async def _opened(choice: PolicyChoice) -> Profile:
    policy = await choice.factory().open(cores=1)
    try:
        return policy.profile
    finally:
        await policy.aclose()


def _case(where: str | None, options: ReadOptions) -> tuple[Problem, Solution | None]:
    """Return the first problem with its solution, if it has one."""
    if where is None:
        return CHECK_PROBLEM, None
    for row in read_rows(where, options=options):
        if isinstance(row, ParsedRow):
            return row.problem, row.solution
    raise InputError(f"{where!r} holds no problem: name the field, as --map problem=YOUR_FIELD.")


def _own(problem: Problem, profile: Profile) -> Solution:
    pieces = [Piece(text=step + profile.delimiter) for step in _STEPS]
    return make_solution(problem, (*pieces, Piece(text=_LAST_STEP)))


def _seam(prompt: Prompt) -> str:
    """Return the last characters before the completion, white space made visible."""
    return (prompt.continued if prompt.text is None else prompt.text)[-_SEAM:].translate(_VISIBLE)


def _plain(prompt: Prompt, sampling: Sampling) -> Json:
    return {
        "text": prompt.text,
        "turns": [asdict(turn) for turn in prompt.turns],
        "stop": list(prompt.stop),
        "seam": _seam(prompt),
        "sampling": asdict(sampling),
    }


def _print(title: str, prompt: Prompt, sampling: Sampling, profile: Profile) -> None:
    console = out()
    console.rule(safe_text(title), align="left")
    if prompt.text is not None:
        console.print(safe_text(prompt.text), soft_wrap=True)
    for turn in prompt.turns:
        console.print(safe_text(f"[{turn.role}]", style="bold"))
        console.print(safe_text(turn.text), soft_wrap=True)
    seam = _seam(prompt)
    if seam:
        console.print(safe_text(f"…{seam}▌ the completion begins here", style="green"))
    else:
        console.print(safe_text("▌ the assistant's message begins here", style="green"))
    if prompt.continued:
        console.print(safe_text(f"sent along: {profile.continue_body}", style="dim"))
    drawn = ", ".join(f"{name} {value}" for name, value in asdict(sampling).items())
    stops = ", ".join(map(repr, prompt.stop)) or "none"
    console.print(safe_text(f"{drawn}; stop strings: {stops}", style="dim"), soft_wrap=True)
