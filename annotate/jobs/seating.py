"""Seating: who is asked as what, opened once before a job to be named and tried."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from annotate.context import no_scores
from annotate.inputs import InputFile, ReadOptions, read_file
from annotate.jobs.check_policy import CHECK_PROBLEM, check_policy
from annotate.jobs.policy_check import PolicyCheck
from annotate.jobs.provenance import NOBODY, Asked
from annotate.judges import JudgePrompt, judge_form
from annotate.ledger import Seat
from annotate.outcomes import OutcomeSource
from annotate.policies import Policy, PolicyChoice, ScoreRequest, scorer_of
from annotate.prompts import render
from annotate.seats import Seats
from schemas import ConfigError, PolicyError, PolicyRow, Problem, Rejection, Role

_SCORED = "So there are 9 pens."


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """The policies of a job, as provenance names them."""

    asked: Asked = NOBODY
    """By role."""
    rows: tuple[PolicyRow, ...] = ()
    """Each policy once."""


def first_problem(files: Sequence[InputFile], options: ReadOptions) -> Problem:
    """Return the first problem of the inputs: what policies are best tried on."""
    for file in files:
        for item in read_file(file, options=options):
            if not isinstance(item, Rejection):
                return item.problem
    return CHECK_PROBLEM


async def seat(
    choices: Mapping[Role, PolicyChoice],
    outcomes: OutcomeSource,
    *,
    problem: Problem | None,
    scoring: frozenset[Role] = frozenset(),
    questions: Sequence[JudgePrompt] = (),
) -> Seating:
    """Open the policies, try them, and close them again: workers open their own.

    Args:
        choices: Who is asked as what.
        outcomes: How outcomes are told.
        problem: What each is tried on first; None tries nothing.
        scoring: Roles in which policies must score text: tried always, for nothing is paid for it.
        questions: What the judge is to be asked.

    Raises:
        ConfigError: If the judge cannot be asked so.
        PolicyError: If one cannot be reached, or fails a check; the line says what to do.
        ConfigError: If one cannot score text that must.
    """
    if not choices:
        return NOBODY_SEATED
    async with _open(choices) as seats:
        policies = {one.row.policy_id: one.policy for one in seats.values()}
        for question in questions:
            judge_form(seats[Role.JUDGE].policy.profile, question)
        if problem is not None:
            for policy in policies.values():
                used = tuple(role for role, one in seats.items() if one.policy is policy)
                _refuse(policy, await check_policy(policy, problem=problem, roles=used))
        for role in sorted(scoring, key=lambda role: role.name):
            await _try_scoring(seats[role].policy)
        named = {
            role: f"{one.row.name} {one.row.policy_id} {one.written}" for role, one in seats.items()
        }
        told = f"{outcomes.name} {outcomes.version}"
        if outcomes.by_judge:
            told = f"{told} {named.get(Role.JUDGE, '')}"
        return Seating(
            asked=Asked(seats=named, outcome=told),
            rows=tuple(policy.row for policy in policies.values()),
        )


async def _try_scoring(policy: Policy) -> None:
    """Raise where a policy cannot score text."""
    scorer = scorer_of(policy)
    if scorer is None:
        raise ConfigError(no_scores(policy.row.name))
    prompt = render(CHECK_PROBLEM, "", policy.profile)
    told = await scorer.score(ScoreRequest(prompt=prompt, text=_SCORED))
    if told.error:
        raise ConfigError(f"{told.error.removeprefix('error: ')}: {no_scores(policy.row.name)}")


def _refuse(policy: Policy, checks: Sequence[PolicyCheck]) -> None:
    """Raise where a check failed."""
    failed = [one for one in checks if one.failed]
    if failed:
        raise PolicyError(
            f"{policy.row.name} fails {len(failed)} of {len(checks)} checks; "
            f"{failed[0].name}: {failed[0].message} {failed[0].remedy} `waymark check-policy` "
            "shows all, --no-policy-check goes on without."
        )


NOBODY_SEATED = Seating()
"""Where no policy is named."""


@asynccontextmanager
async def _open(choices: Mapping[Role, PolicyChoice]) -> AsyncIterator[dict[Role, Seat]]:
    seats = Seats(choices, cores=1)
    try:
        yield await seats.open()
    finally:
        await seats.aclose()
