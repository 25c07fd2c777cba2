"""What a labelling has still to do, and what a worker reads for it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from annotate.cases import read_cases, read_paid
from annotate.pending import Pending
from annotate.storage import RunFolder, open_store
from schemas import (
    Evidence,
    Piece,
    Problem,
    Scope,
    Solution,
    Source,
    SourceKind,
    make_solution,
    text_problem,
)
from tests.annotate.storage.sample_run import sample_rows, write_sample

PROBLEMS = sorted((text_problem(f"p{n}") for n in range(5)), key=lambda p: p.problem_id)


def solution(problem: Problem, text: str) -> Solution:
    """Return a solution of one step."""
    return make_solution(problem, (Piece(text=text),))


def source(one: Solution, gathering_id: str | None, row: int = 1) -> Source:
    """Return an occurrence of a solution, in a file or sampled."""
    return Source(
        input_id=gathering_id or "file",
        row=row,
        part=int(one.solution_id[-4:], 16),
        input_name="n",
        source_id=None,
        problem_id=one.problem_id,
        solution_id=one.solution_id,
        generator=None,
        meta=(),
        gathering_id=gathering_id,
    )


def screened(problem: Problem, gathering_id: str) -> Evidence:
    """Return what a screen says of a problem."""
    return Evidence(
        gathering_id=gathering_id,
        problem_id=problem.problem_id,
        solution_id=None,
        step_index=None,
        prefix_id="x",
        scope=Scope.PROBLEM,
        source_kind=SourceKind.ROLLOUTS,
        source="policy",
        ordinal=0,
        successes=1,
        trials=2,
    )


GIVEN = solution(PROBLEMS[0], "given")
OURS = solution(PROBLEMS[0], "ours")
THEIRS = solution(PROBLEMS[0], "theirs")
BOTH = solution(PROBLEMS[1], "sampled by both")
SHARED = solution(PROBLEMS[1], "given, and sampled by them")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Return a run with solutions of files, of our gathering and of another."""
    rows: dict[str, Sequence[object]] = {
        "problems": PROBLEMS,
        "solutions": (found := [GIVEN, OURS, THEIRS, BOTH, SHARED]),
        "steps": [step for one in found for step in one.steps],
        "sources": [
            source(GIVEN, None),
            source(OURS, "ours"),
            source(THEIRS, "theirs"),
            source(BOTH, "ours"),
            source(BOTH, "theirs"),
            source(SHARED, None),
            source(SHARED, "theirs"),
        ],
        "evidence": [screened(PROBLEMS[3], "ours"), screened(PROBLEMS[2], "theirs")],
    }
    return write_sample(open_store(str(tmp_path)), rows)


def test_samples_of_other_gatherings_are_no_business_of_ours(run: RunFolder) -> None:
    """Given solutions are, and those that we sampled too; the others have a row nevertheless."""
    ids = [problem.problem_id for problem in PROBLEMS]
    stored = read_cases(run, ids, samples_of=("ours",))
    all_of_them = read_cases(run, ids)

    seen = {one.solution_id for case in stored.cases for one in case.solutions}
    assert seen == {one.solution_id for one in (GIVEN, OURS, BOTH, SHARED)}
    assert THEIRS.solution_id in stored.solution_ids
    assert sum(len(case.solutions) for case in all_of_them.cases) == 5


def test_work_is_our_solutions_and_the_problems_that_we_have_not_seen(run: RunFolder) -> None:
    """One that we screened is done; one that only others screened is not."""
    pending = Pending(labelling_id="l", reads=(), asks=("ours",), samples=True)
    (work,) = pending.shards(run)

    assert set(work.solution_ids) == {s.solution_id for s in (GIVEN, OURS, BOTH, SHARED)}
    assert work.problem_ids == tuple(
        problem.problem_id for number, problem in enumerate(PROBLEMS) if number != 3
    )
    assert work.size == pending.count(run) == 4 + 2  # and the problems 2 and 4


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_shards_hold_whole_problems_and_all_the_work(run: RunFolder, size: int) -> None:
    """A shard closes at the first new problem once it is full."""
    pending = Pending(labelling_id="l", reads=(), asks=("ours",), samples=True)
    shards = list(pending.shards(run, size=size))
    ids = [problem_id for work in shards for problem_id in work.problem_ids]

    assert ids == sorted(set(ids))
    assert sum(work.size for work in shards) == pending.count(run)
    assert all(work.size >= size for work in shards[:-1])


def test_a_method_that_samples_nothing_passes_over_bare_problems(run: RunFolder) -> None:
    """There is nothing in them to decide."""
    (work,) = Pending(labelling_id="l", reads=(), asks=("ours",)).shards(run)

    assert set(work.problem_ids) == {PROBLEMS[0].problem_id, PROBLEMS[1].problem_id}


def test_what_was_paid_for_is_read_by_problem(tmp_path: Path) -> None:
    """Completions and grades of the problems asked for, and of no neighbour."""
    rows = sample_rows()
    (rollout,) = rows["rollouts"]
    ids = [problem.problem_id for problem in PROBLEMS]
    mine = [
        replace(rollout, rollout_id=f"{i[:12]}{n:020}", problem_id=i)  # type: ignore[type-var]  # a Rollout
        for n, i in enumerate(ids)
    ]
    run = write_sample(
        open_store(str(tmp_path)), {"problems": PROBLEMS, "rollouts": mine, "grades": []}
    )
    paid = read_paid(run, [ids[1], ids[3]])

    assert [one.problem_id for one in paid.rollouts] == [ids[1], ids[3]]
    assert paid.grades == ()
