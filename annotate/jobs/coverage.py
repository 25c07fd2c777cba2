"""Coverage of a labelling: how many solutions it decides, and why not the others. Asks nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from annotate.cases import read_cases
from annotate.rules import Rule
from annotate.rules.base import Need
from annotate.rules.lacks import Lack, lacks_of
from annotate.storage import RunFolder, connect
from schemas import Labelling

_PROBLEMS = 256
"""Problems whose evidence is held at a time."""

_COUNTS = """
    WITH told AS (
        SELECT f.verdict = 'UNDECIDED' AS is_open,
               coalesce(bool_and(l.verdict = 'NOT_CHECKED'), false) AS is_unchecked
        FROM stored.first_errors AS f
        LEFT JOIN stored.labels AS l USING (labelling_id, solution_id)
        WHERE f.labelling_id = $1
        GROUP BY f.solution_id, f.verdict
    )
    SELECT count(*) FILTER (NOT is_open), count(*) FILTER (is_open AND NOT is_unchecked),
           count(*) FILTER (is_open AND is_unchecked),
           (SELECT count(*) FROM stored.solutions) - count(*)
    FROM told
"""
_OPEN = """
    SELECT s.problem_id, f.solution_id
    FROM stored.first_errors AS f JOIN stored.solutions AS s USING (solution_id)
    WHERE f.labelling_id = $1 AND f.verdict = 'UNDECIDED'
    ORDER BY ALL
"""
_HELD: Mapping[Need, str] = {
    Need.OUTCOMES: "scope = 'SOLUTION' AND outcome IS NOT NULL",
    Need.ROOT_RATE: "scope = 'PROBLEM' AND source_kind = 'ROLLOUTS'",
    Need.PREFIXES: "scope = 'PREFIX' AND source_kind = 'ROLLOUTS'",
    Need.EVERY_PREFIX: "scope = 'PREFIX' AND source_kind = 'ROLLOUTS'",
    Need.FINDINGS: "scope = 'STEP' AND source_kind = 'VERIFIER' AND verdict <> 'NOT_APPLICABLE'",
    Need.OPINIONS: "source_kind = 'JUDGE'",
    Need.LISTS: "source_kind = 'JUDGE' AND starts_with(reason, 'LISTED')",
    Need.POTENTIALS: "source_kind = 'SCORES' AND prefix_id IS NOT NULL",
    Need.IMPORTED: "source_kind = 'IMPORTED'",
}
"""By what a row of evidence is known to serve a need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a labelling says of the solutions of a run; the four counts add up to all of them."""

    decided: int
    """Solutions whose first error is found, or that are held to have none."""
    undecided: int
    """Solutions of which something was asked that does not decide."""
    not_checked: int
    """Solutions of which nothing was asked that the rule can use."""
    not_read: int
    """Solutions that the labelling has no row for: without any evidence, or not reached."""
    why: Mapping[Lack, int] = field(default_factory=dict)
    """Reasons, over `undecided` and `not_checked`, most frequent first."""


def read_coverage(run: RunFolder, labelling: Labelling, rule: Rule) -> Coverage:
    """Return what a labelling by `rule` decides of a run, as it stands.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    with connect(run, stored_only=True) as con:
        counts = con.execute(_COUNTS, [labelling.labelling_id]).fetchone() or (0, 0, 0, 0)
        open_ones: dict[str, set[str]] = {}
        for problem_id, solution_id in con.execute(_OPEN, [labelling.labelling_id]).fetchall():
            open_ones.setdefault(problem_id, set()).add(solution_id)
    why: Counter[Lack] = Counter()
    problem_ids = iter(sorted(open_ones))
    while chunk := list(islice(problem_ids, _PROBLEMS)):
        for case in read_cases(run, chunk, labelling.gathering_ids).cases:
            wanted = open_ones[case.problem.problem_id]
            told = zip(case.solutions, lacks_of(rule, case), strict=True)
            why.update(lack for solution, lack in told if solution.solution_id in wanted)
    decided, undecided, not_checked, not_read = counts
    return Coverage(
        decided=decided,
        undecided=undecided,
        not_checked=not_checked,
        not_read=not_read,
        why=dict(why.most_common()),
    )


def held_needs(run: RunFolder) -> frozenset[Need]:
    """Return the kinds of evidence that a run holds of anything at all."""
    columns = ", ".join(f"bool_or({condition})" for condition in _HELD.values())
    with connect(run, stored_only=True) as con:
        row = con.execute(f"SELECT {columns} FROM stored.evidence").fetchone() or ()  # noqa: S608  # constants of this file
    return frozenset(need for need, is_held in zip(_HELD, row, strict=True) if is_held)
