"""The job `regrade`: today's checker on the completions that a run holds. Asks no model.

Grades are kept apart from completions and under the checker's version, so a better checker adds
grades and takes none away. Labels stay as they were decided: a checker is part of a run's identity.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotate.cases import read_cases, read_paid
from annotate.checks import PoolContext
from annotate.jobs.progress import Progress
from annotate.outcomes import OutcomeSource
from annotate.rules import Case
from annotate.storage import RunFolder, connect, open_store, write_rows
from schemas import TABLES, ConfigError, Grade, Outcome, Problem, Role, Rollout, prefix_id
from verifiers.outcomes import with_answers
from verifiers.plugins import PluginSource

PROBLEMS_AT_A_TIME = 256
"""Problems whose completions are read and committed together."""
MOST_SHOWN = 100
"""Flips that are told one by one; all are counted."""

_UNFINISHED = ("length", "error")
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A completion whose outcome is another now."""

    rollout_id: str
    """The completion."""
    answer: str | None
    """The answer as extracted now."""
    before: Outcome
    """By the checker's version that graded it last."""
    now: Outcome
    """By today's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeReport:
    """What today's checker says of the stored completions."""

    checker: str
    """Checker and version."""
    graded: int = 0
    """Completions that were graded."""
    added: int = 0
    """Grades that the run did not hold under this version."""
    flips: Mapping[tuple[Outcome, Outcome], int] = field(default_factory=dict)
    """How many outcomes are others now: (before, now) -> count."""
    shown: tuple[Flip, ...] = ()
    """The first hundred of them."""
    unknown_prefix: int = 0
    """Completions left out: no solution of the run holds the text that they continue."""


async def regrade(
    where: str,
    outcomes: OutcomeSource,
    progress: Progress,
    *,
    plugins: tuple[PluginSource, ...] = (),
    cores: int = 1,
) -> RegradeReport:
    """Grade the stored completions by today's checker, and store the grades that are new.

    Raises:
        ConfigError: If outcomes are told by a judge, whose opinions are no checker's.
        StoreError: If the run cannot be read or written.
    """
    if outcomes.by_judge:
        raise ConfigError("--outcome 'judge' cannot be graded anew: no checker tells it.")
    run = RunFolder.open(open_store(where))
    with run.lock():
        pool = PoolContext(children=cores, plugins=plugins)
        try:
            return await _regrade(run, outcomes, pool, progress)
        finally:
            pool.close()


async def _regrade(
    run: RunFolder, outcomes: OutcomeSource, pool: PoolContext, progress: Progress
) -> RegradeReport:
    graded = added = unknown = 0
    flips: Counter[tuple[Outcome, Outcome]] = Counter()
    shown: list[Flip] = []
    ids = _problems(run)
    progress.start("regrading", total=len(ids), unit="problems")
    for at in range(0, len(ids), PROBLEMS_AT_A_TIME):
        some = ids[at : at + PROBLEMS_AT_A_TIME]
        stored = await asyncio.to_thread(read_cases, run, some)
        paid = await asyncio.to_thread(read_paid, run, some)
        texts = {case.problem.problem_id: _texts(case) for case in stored.cases}
        problems = {
            case.problem.problem_id: await _reference(case.problem, paid.rollouts, outcomes, pool)
            for case in stored.cases
        }
        todo = [one for one in paid.rollouts if _is_gradable(one)]
        known = [one for one in todo if one.prefix_id in texts[one.problem_id]]
        unknown += len(todo) - len(known)
        now = await asyncio.gather(
            *(
                _grade(one, texts[one.problem_id], problems[one.problem_id], outcomes, pool)
                for one in known
            )
        )
        latest = _latest(paid.grades, outcomes)
        held = {(one.completion_id, one.checker, one.checker_version) for one in paid.grades}
        new = [g for g in now if (g.completion_id, g.checker, g.checker_version) not in held]
        if new:
            run.commit([write_rows(run.store, TABLES["grades"], new)], note={"activity": "regrade"})
        for flip in _flips(now, latest):
            flips[flip.before, flip.now] += 1
            if len(shown) < MOST_SHOWN:
                shown.append(flip)
        graded += len(now)
        added += len(new)
        progress.advance(len(some))
    return RegradeReport(
        checker=f"{outcomes.name}, version {outcomes.version}",
        graded=graded,
        added=added,
        flips=dict(flips),
        shown=tuple(shown),
        unknown_prefix=unknown,
    )


def _problems(run: RunFolder) -> list[str]:
    """Return the problems that completions were drawn for, sorted."""
    with connect(run) as con:
        rows = con.execute("SELECT DISTINCT problem_id FROM stored.rollouts ORDER BY 1").fetchall()
    return [problem_id for (problem_id,) in rows]


def _is_gradable(rollout: Rollout) -> bool:
    return rollout.role is not Role.JUDGE and not rollout.finish_reason.startswith(_UNFINISHED)


def _texts(case: Case) -> dict[str, str]:
    """Return the prefixes of a problem by id: the empty one, and those of its solutions."""
    problem_id = case.problem.problem_id
    prefixes = {
        solution.prefix(n) for solution in case.solutions for n in range(len(solution.steps) + 1)
    }
    return {prefix_id(problem_id, text): text for text in (*prefixes, "")}


async def _reference(
    problem: Problem, rollouts: Sequence[Rollout], outcomes: OutcomeSource, pool: PoolContext
) -> Problem:
    """Return the problem with the answers that completions are compared with."""
    start = prefix_id(problem.problem_id, "")
    whole = sorted(
        (one for one in rollouts if one.prefix_id == start and one.role is not Role.JUDGE),
        key=lambda one: (one.role is not Role.GENERATOR, one.request_id, one.ordinal),
    )
    votes = [one.text for one in whole[: outcomes.kind().samples]] if not problem.answers else []
    return with_answers(problem, await pool.accepted(outcomes.spec, problem, votes))


async def _grade(
    rollout: Rollout,
    texts: Mapping[str, str],
    problem: Problem,
    outcomes: OutcomeSource,
    pool: PoolContext,
) -> Grade:
    text = texts[rollout.prefix_id] + rollout.text
    checked = await pool.grade(outcomes.checker, problem, text)
    return Grade(
        completion_id=rollout.rollout_id,
        checker=outcomes.name,
        checker_version=outcomes.version,
        answer=checked.answer,
        outcome=checked.outcome,
        reason=checked.reason,
    )


def _latest(grades: Sequence[Grade], outcomes: OutcomeSource) -> dict[str, Grade]:
    """Return the stored grade to compare with, by completion.

    The same checker's before another's, and of it the greatest version.
    """

    def rank(grade: Grade) -> tuple[bool, str, list[tuple[int, str]]]:
        return (grade.checker == outcomes.name, grade.checker, _numbers(grade.checker_version))

    return {one.completion_id: one for one in sorted(grades, key=rank)}


def _numbers(version: str) -> list[tuple[int, str]]:
    """Return what versions are ordered by: 10 comes after 9."""
    return [(int(part) if part.isdecimal() else -1, part) for part in _DIGITS.split(version)]


def _flips(now: Sequence[Grade], latest: Mapping[str, Grade]) -> Iterator[Flip]:
    for grade in now:
        before = latest.get(grade.completion_id)
        if before is not None and before.outcome is not grade.outcome:
            yield Flip(
                rollout_id=grade.completion_id,
                answer=grade.answer,
                before=before.outcome,
                now=grade.outcome,
            )
