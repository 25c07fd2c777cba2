"""What screens did with problems: counts by the word that they found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import duckdb

from annotate.reports.queries import run_query
from annotate.strategies.screen import KEPT
from schemas import Labelling


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenCounts:
    """One screen of a run: a strategy that asks about problems and says which go on."""

    gathering_id: str
    """Its gathering."""
    strategy: str
    """Registered name."""
    arguments: str
    """Canonical JSON of its arguments."""
    source: str
    """The policy that it asked."""
    problems: Mapping[str, int]
    """Problems by word (`KEPT`, `ALL_WRONG`), the most frequent first."""
    rollouts: int
    """Rollouts that counted, over all its problems; shared ones too."""
    tokens: int
    """Tokens generated for it, shared ones too."""


def count_screens(con: duckdb.DuckDBPyConnection) -> tuple[ScreenCounts, ...]:
    """Return what each screen of a run found, in order of strategy and arguments.

    Args:
        con: Connection with the views of a run.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    rows = run_query(con, "screens", _Counted)
    return tuple(_of_one(group) for _, group in groupby(rows, lambda r: (r.gathering_id, r.source)))


def read_dropped(con: duckdb.DuckDBPyConnection, labelling: Labelling) -> frozenset[str]:
    """Return the ids of the problems that a labelling's screen set aside.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    rows = run_query(
        con, "dropped", _Dropped, gathering_ids=list(labelling.gathering_ids), kept=KEPT
    )
    return frozenset(row.problem_id for row in rows)


def _of_one(group: "Iterator[_Counted]") -> ScreenCounts:
    rows = tuple(group)
    return ScreenCounts(
        gathering_id=rows[0].gathering_id,
        strategy=rows[0].strategy,
        arguments=rows[0].arguments,
        source=rows[0].source,
        problems={row.reason: row.problems for row in rows},
        rollouts=sum(row.trials for row in rows),
        tokens=sum(row.tokens for row in rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dropped:
    """A row of `dropped.sql`."""

    problem_id: str
    """A problem that was set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A row of `screens.sql`."""

    gathering_id: str
    """The screen."""
    strategy: str
    """Its strategy."""
    arguments: str
    """Its arguments."""
    source: str
    """The policy."""
    reason: str
    """The word."""
    problems: int
    """How many."""
    trials: int
    """Rollouts that counted."""
    tokens: int
    """Tokens generated."""
