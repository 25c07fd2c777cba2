"""Trusted labels: decisions whose precision held on other problems, by what they cost. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto, unique

from annotate.reports.first_error_scores import Mark, Paired
from annotate.reports.threshold import (
    LEAST_DECISIONS,
    Chosen,
    Half,
    Judged,
    Threshold,
    choose_threshold,
    half_of,
)
from schemas import FirstErrorVerdict

TRUSTED_PRECISION = 0.95
"""Share of right decisions from which they are trusted."""

_MILLION = 1e6
_UNDECIDED = Mark(verdict=FirstErrorVerdict.UNDECIDED)


@unique
class Counted(Enum):
    """Which decisions are counted."""

    ANY = auto()
    """Those that name a step, and those that there is no error."""
    FOUND = auto()
    """Those that name a step alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """A decision beside its truth, with what it cost."""

    judged: Judged
    """The decision."""
    tokens: float
    """Tokens drawn for its solution, its share of its problem's among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerMillion:
    """A number of labels per million tokens drawn."""

    value: float
    """How many."""
    low: float
    """Lower end of the 95 % interval: that of the share of solutions, tokens taken as given."""
    high: float
    """Upper end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Trusted labels of one method, on the half of the problems that is for reports."""

    kind: Counted
    """Which decisions are counted."""
    threshold: Threshold
    """From which confidence they are trusted, and how many of those are right."""
    tokens: float
    """Tokens drawn for all compared solutions of that half, decided or not."""
    per_million: PerMillion | None
    """Trusted decisions per million of these tokens: 0 where no confidence has the precision; null
    where decisions are too few to say, or nothing was drawn."""


def trusted_labels(
    rows: Iterable[Paying],
    kind: Counted,
    *,
    precision: float = TRUSTED_PRECISION,
    least: int = LEAST_DECISIONS,
) -> Trusted:
    """Return the decisions that may be trusted, and what they cost.

    They are those at or above the confidence that `choose_threshold` finds on the other half of the
    problems. A method without confidences is trusted as a whole or not at all.

    Args:
        rows: Decisions of one method on all compared solutions, in any order.
        kind: Which of them are counted; the others count as undecided.
        precision: Share of right ones that is asked for, in [0, 1].
        least: Decisions that a confidence must rest on, >= 1.
    """
    known = list(rows)
    threshold = choose_threshold(
        [replace(row.judged, pair=_of_kind(row.judged.pair, kind)) for row in known],
        precision,
        least=least,
    )
    spent = [row.tokens for row in known if half_of(row.judged.problem_id) is Half.REPORT]
    return Trusted(
        kind=kind,
        threshold=threshold,
        tokens=sum(spent),
        per_million=_per_million(threshold, spent),
    )


def _of_kind(pair: Paired, kind: Counted) -> Paired:
    if kind is Counted.ANY or pair.predicted.verdict is FirstErrorVerdict.FOUND:
        return pair
    return replace(pair, predicted=_UNDECIDED)


def _per_million(threshold: Threshold, spent: Sequence[float]) -> PerMillion | None:
    rate, tokens = threshold.coverage, sum(spent)
    if threshold.outcome is Chosen.TOO_FEW or not tokens or rate.low is None or rate.high is None:
        return None
    if threshold.outcome is Chosen.NOT_REACHED:
        return PerMillion(value=0.0, low=0.0, high=0.0)
    scale = len(spent) / tokens * _MILLION
    return PerMillion(
        value=rate.hits / tokens * _MILLION, low=rate.low * scale, high=rate.high * scale
    )
