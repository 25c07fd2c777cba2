"""What a run holds, in counts: the end of `waymark label` and of the demo."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from annotate.reports.queries import run_query
from annotate.storage import name_labellings, read_labellings
from schemas import LabelVerdict, Outcome, RejectReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstErrorCounts:
    """First errors under one labelling."""

    found: Mapping[int, int]
    """0-based step to the number of solutions whose first error it is, in order."""
    none_found: int
    """Solutions held to be right throughout."""
    undecided: int
    """Solutions that are not decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of a run."""

    problems: int
    """Distinct problems."""
    solutions: int
    """Distinct solutions."""
    steps: int
    """Steps of all solutions."""
    rejected: Mapping[RejectReason, int]
    """Input rows set aside, by reason."""
    outcomes: Mapping[Outcome, int]
    """Solutions by how their final answer compares; those that were not graded are left out."""
    verdicts: Mapping[str, Mapping[LabelVerdict, int]]
    """Step labels by name of the labelling and verdict; names as `name_labellings` gives them."""
    first_errors: Mapping[str, FirstErrorCounts]
    """Solutions by name of the labelling and first error."""
    evidence: Mapping[str, Mapping[str, int]]
    """Distinct observations by source and name of the verdict or outcome (`ROLLOUTS`, `SCORE`
    without): what several gatherings hold alike counts once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """A row of `summary.sql`."""

    section: str
    """Which count."""
    subject: str
    """Id of a labelling, or a source; empty where there is none."""
    value: str
    """What was counted."""
    n: int
    """How many."""


def summarise(con: duckdb.DuckDBPyConnection) -> Summary:
    """Return the counts of a run.

    Args:
        con: Connection with the views of a run.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    sections: dict[str, dict[str, dict[str, int]]] = {}
    for row in run_query(con, "summary", _Count):
        sections.setdefault(row.section, {}).setdefault(row.subject, {})[row.value] = row.n

    names = name_labellings(read_labellings(con))

    def by_name(section: str) -> list[tuple[str, dict[str, int]]]:
        counts = sections.get(section, {})
        return sorted((names.get(subject, subject), n) for subject, n in counts.items())

    def plain_counts(section: str) -> dict[str, int]:
        return sections.get(section, {}).get("", {})

    return Summary(
        problems=plain_counts("problems")[""],
        solutions=plain_counts("solutions")[""],
        steps=plain_counts("steps")[""],
        rejected={RejectReason[name]: n for name, n in plain_counts("rejected").items()},
        outcomes={Outcome[name]: n for name, n in plain_counts("outcomes").items()},
        verdicts={
            name: {LabelVerdict[verdict]: n for verdict, n in counts.items()}
            for name, counts in by_name("verdicts")
        },
        first_errors={
            name: _first_errors(counts.items()) for name, counts in by_name("first_errors")
        },
        evidence=sections.get("evidence", {}),
    )


def _first_errors(counts: Iterable[tuple[str, int]]) -> FirstErrorCounts:
    """Read the view's spelling: a step, -1 for none found, null (empty here) for undecided."""
    known = dict(counts)
    undecided = known.pop("", 0)
    none_found = known.pop("-1", 0)
    return FirstErrorCounts(
        found={int(step): known[step] for step in sorted(known, key=int)},
        none_found=none_found,
        undecided=undecided,
    )
