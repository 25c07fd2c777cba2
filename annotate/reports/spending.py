"""Spending: what a labelling asked of models, shared out among the solutions that it labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from annotate.reports.queries import run_query
from schemas import Labelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Completions and their tokens, of one solution or of many."""

    rollouts: float = 0.0
    """Completions: rollouts, samples, opinions and answers asked for at once."""
    tokens: float = 0.0
    """Tokens generated for them."""

    def __add__(self, other: "Cost") -> "Cost":
        """Return both together."""
        return Cost(rollouts=self.rollouts + other.rollouts, tokens=self.tokens + other.tokens)

    def __truediv__(self, parts: float) -> "Cost":
        """Return one of equal parts, > 0."""
        return Cost(rollouts=self.rollouts / parts, tokens=self.tokens / parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What gatherings asked about one solution, or about a problem as a whole."""

    problem_id: str
    """The problem."""
    solution_id: str | None
    """The solution; null for what was asked about the problem, such as a screen's samples."""
    drawn_rollouts: float
    """Completions that were asked for, each once, whoever paid for it first."""
    drawn_tokens: float
    """Tokens of these."""
    used_rollouts: float
    """Those that counted: a cut rollout or an opinion that names nothing does not, and neither do
    answers that gave no number."""
    used_tokens: float
    """Tokens of these."""

    @property
    def drawn(self) -> Cost:
        """What was asked for."""
        return Cost(rollouts=self.drawn_rollouts, tokens=self.drawn_tokens)

    @property
    def used(self) -> Cost:
        """What counted."""
        return Cost(rollouts=self.used_rollouts, tokens=self.used_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A solution that a labelling decides, or leaves undecided."""

    solution_id: str
    """The solution."""
    problem_id: str
    """Its problem."""
    content_id: str
    """Hash of the question and the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one labelled solution cost."""

    drawn: Cost
    """What was asked for its sake. Over all labelled solutions that makes up all that was drawn:
    problems that were screened out are paid for by all solutions alike."""
    used: Cost
    """What counted of that asked about it or its problem: what its rule reads."""


def read_spent(con: duckdb.DuckDBPyConnection, gathering_ids: Sequence[str]) -> tuple[Spent, ...]:
    """Return what some gatherings asked for together, each completion once.

    Evidence says how many rollouts of a prefix counted and how many tokens all of them have; how
    many were drawn is told by the stored completions. Of answers asked for at once it says the
    tokens; that `k` were drawn for each is told by the arguments of `forced_answer`. Where they
    gave a number all of them count as used: evidence does not say which were empty or could not be
    made. Scores of text that is there already generate nothing. Whatever else has tokens counts as
    one completion.

    Completions that only told the outcome of others (`--outcome majority` or `judge`) are in no
    evidence, and not in here.

    Args:
        con: Connection with the views of a run.
        gathering_ids: The gatherings.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    return tuple(run_query(con, "spent", Spent, gathering_ids=list(gathering_ids)))


def read_labelled(con: duckdb.DuckDBPyConnection, labelling: Labelling) -> tuple[Labelled, ...]:
    """Return the solutions that a labelling has a decision of, in order of their id.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    return tuple(run_query(con, "decided", Labelled, labelling_id=labelling.labelling_id))


def read_paid(con: duckdb.DuckDBPyConnection) -> Cost:
    """Return all completions that a run holds.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    (row,) = run_query(con, "paid", Cost)
    return row


def total_drawn(spent: Iterable[Spent]) -> Cost:
    """Return all that was drawn: whole numbers, whatever the shares are. Pure."""
    drawn = sum((row.drawn for row in spent), Cost())
    return Cost(rollouts=float(round(drawn.rollouts)), tokens=float(round(drawn.tokens)))


def share_out(spent: Iterable[Spent], labelled: Sequence[Labelled]) -> Mapping[str, Share]:
    """Return what each labelled solution cost, by solution id. Pure.

    What was asked about a problem as a whole is shared evenly by its labelled solutions. What was
    asked where nothing was labelled in the end (a problem that the screen dropped, a solution that
    a budget left out) is shared evenly by all of them, and used by none.
    """
    siblings: dict[str, list[str]] = {}
    for one in labelled:
        siblings.setdefault(one.problem_id, []).append(one.solution_id)
    ids = {one.solution_id for one in labelled}
    drawn = dict.fromkeys(ids, Cost())
    used = dict.fromkeys(ids, Cost())
    lost = Cost()
    for row in spent:
        if row.solution_id is None:
            sharers = siblings.get(row.problem_id, [])
        else:
            sharers = [row.solution_id] if row.solution_id in ids else []
        for solution_id in sharers:
            drawn[solution_id] += row.drawn / len(sharers)
            used[solution_id] += row.used / len(sharers)
        if not sharers:
            lost += row.drawn
    return {one: Share(drawn=drawn[one] + lost / len(ids), used=used[one]) for one in sorted(ids)}
