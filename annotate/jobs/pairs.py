"""The preference pairs of a run: streamed by problem from stored rollouts. Asks nothing."""

from collections.abc import Iterator, Sequence
from itertools import islice

from annotate.cases import Paid, read_cases, read_paid
from annotate.exports import Exported, pair_row
from annotate.rules import IMPORT, Case
from annotate.rules.pairs import preference_pairs
from annotate.storage import RunFolder, connect
from schemas import Outcome, Rollout, SourceKind

_PROBLEMS = 64
"""Problems whose rollouts are held at a time."""


def stored_pairs(run: RunFolder, *, margin: float = 0.25) -> Iterator[Exported]:
    """Yield the rows of all pairs that a run's rollouts certify, by problem.

    Rollouts of each policy are compared among themselves.

    Args:
        run: The run.
        margin: Least difference of two success rates, in (0, 1].

    Raises:
        InvalidArgumentError: If `margin` is not in (0, 1].
    """
    with connect(run, stored_only=True) as con:
        rows = con.execute("SELECT problem_id FROM stored.problems ORDER BY problem_id").fetchall()
        told = con.execute(
            "SELECT gathering_id FROM stored.gatherings WHERE strategy <> $1", [IMPORT]
        ).fetchall()
    problem_ids = iter([problem_id for (problem_id,) in rows])
    gathering_ids = [gathering_id for (gathering_id,) in told]
    while chunk := list(islice(problem_ids, _PROBLEMS)):
        yield from _of_problems(run, chunk, gathering_ids, margin)


def _of_problems(
    run: RunFolder, problem_ids: Sequence[str], gathering_ids: Sequence[str], margin: float
) -> Iterator[Exported]:
    reached = right_completions(read_paid(run, problem_ids))
    for case in read_cases(run, problem_ids, gathering_ids).cases:
        for source in _sources(case):
            for pair in preference_pairs(case, reached, source=source, margin=margin):
                yield pair_row(pair, case.problem)


def right_completions(paid: Paid) -> dict[str, str]:
    """Return prefix id -> the first rollout from there, by id, that every checker calls right."""
    graded: dict[str, set[Outcome]] = {}
    for grade in paid.grades:
        graded.setdefault(grade.completion_id, set()).add(grade.outcome)
    right = [one for one in paid.rollouts if graded.get(one.rollout_id) == {Outcome.CORRECT}]
    return {one.prefix_id: one.rollout_id for one in sorted(right, key=_by_id, reverse=True)}


def _by_id(rollout: Rollout) -> str:
    return rollout.rollout_id


def _sources(case: Case) -> list[str]:
    rows = (row for row in case.evidence if row.source_kind is SourceKind.ROLLOUTS)
    return sorted({row.source for row in rows})
