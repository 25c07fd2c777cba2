"""Label sets: what one run or one file says of first errors, by content. Pure once read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from annotate.reports.agreement import settle
from annotate.reports.first_error_scores import Mark
from annotate.reports.gaps import Gap
from annotate.reports.queries import run_query
from annotate.reports.spending import Share, read_labelled, read_spent, share_out
from schemas import FirstErrorVerdict, Labelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a set says of one solution, and what it cost."""

    mark: Mark
    """The decision; UNDECIDED is one too."""
    confidence: float | None = None
    """Probability of the decision, in [0, 1]; null where none is given."""
    tokens: float = 0.0
    """Tokens drawn for its sake, as `annotate.reports.spending` shares them out."""
    rollouts: float = 0.0
    """Completions that counted, shared out likewise."""
    seconds: float = 0.0
    """Time spent on it, with its share of the time spent on its problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSet:
    """One set of located first errors, to be scored."""

    name: str
    """How it is called in reports."""
    predictions: Mapping[str, Prediction]
    """What is said, by content id."""
    left_out: Mapping[Gap, int]
    """Rows that say nothing usable, by kind."""
    has_cost: bool
    """Whether costs were recorded: a file of labels has none."""


def collect_label_set(
    name: str, rows: Iterable[tuple[str, Prediction | None]], *, has_cost: bool
) -> LabelSet:
    """Return the label set of (content id, prediction) rows.

    Contents on which the rows disagree are left out; of equal decisions the first counts. A null
    prediction is a row without labels.
    """
    known = list(rows)
    said = ((content_id, prediction) for content_id, prediction in known if prediction is not None)
    predictions, counts = settle(said, lambda prediction: prediction.mark)
    counts[Gap.UNLABELLED] = sum(prediction is None for _, prediction in known)
    return LabelSet(
        name=name,
        predictions=predictions,
        left_out={gap: n for gap, n in counts.items() if n},
        has_cost=has_cost,
    )


def read_label_set(
    con: duckdb.DuckDBPyConnection,
    labelling: Labelling,
    *,
    name: str | None = None,
    shares: Mapping[str, Share] | None = None,
) -> LabelSet:
    """Return what one labelling of a run says, with the cost of the gatherings that it read.

    Args:
        con: Connection with the views of a run.
        labelling: The labelling, see `choose_labelling`.
        name: How the set is called; the rule's name if null.
        shares: What each solution cost, by solution id; read if null.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    if shares is None:
        shares = share_out(read_spent(con, labelling.gathering_ids), read_labelled(con, labelling))
    rows = run_query(
        con,
        "label_set",
        _Decided,
        labelling_id=labelling.labelling_id,
        gathering_ids=list(labelling.gathering_ids),
    )
    return collect_label_set(
        labelling.rule if name is None else name,
        ((row.content_id, row.prediction(shares[row.solution_id])) for row in rows),
        has_cost=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A row of `label_set.sql`."""

    solution_id: str
    """The solution."""
    content_id: str
    """Hash of the question and the steps."""
    first_error: int | None
    """0-based, -1 or null, as in the view."""
    confidence: float | None
    """Probability of the decision, in [0, 1]."""
    seconds: float
    """Time spent."""

    def prediction(self, share: Share) -> Prediction:
        """Return the row without its content, with what it cost."""
        return Prediction(
            mark=mark_of_view(self.first_error),
            confidence=self.confidence,
            tokens=share.drawn.tokens,
            rollouts=share.used.rollouts,
            seconds=self.seconds,
        )


def mark_of_view(first_error: int | None) -> Mark:
    """Return the mark that the view `first_errors` writes as a 0-based step, -1 or null."""
    if first_error is None:
        return Mark(verdict=FirstErrorVerdict.UNDECIDED)
    if first_error < 0:
        return Mark(verdict=FirstErrorVerdict.NONE_FOUND)
    return Mark(verdict=FirstErrorVerdict.FOUND, step_index=first_error)
