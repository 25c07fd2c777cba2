"""Threshold: a confidence chosen on one half of the problems, and reported on the other. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto, unique

from annotate.reports.first_error_scores import Mark, Paired, Proportion, proportion
from annotate.reports.risk_coverage import Point, risk_coverage
from schemas import FirstErrorVerdict, InvalidArgumentError, content_id

LEAST_DECISIONS = 30
"""Decisions that a confidence must rest on: of 30 right ones of 30 the interval is from 0.89."""


@unique
class Half(Enum):
    """What the truth of a problem is for."""

    SELECTION = auto()
    """The confidence is chosen on it."""
    REPORT = auto()
    """The confidence is reported on it."""


@unique
class Chosen(Enum):
    """Whether there is a confidence to be chosen."""

    REACHED = auto()
    """There is one: at or above it precision is what was asked for."""
    NOT_REACHED = auto()
    """No confidence has the precision that was asked for."""
    TOO_FEW = auto()
    """Too few decisions to choose by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decision beside its truth, with the problem that it belongs to."""

    problem_id: str
    """The problem: all its solutions are in one half."""
    pair: Paired
    """The decision and the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A confidence, and what it holds on problems that it was not chosen on."""

    asked: float
    """Precision that was asked for, in [0, 1]."""
    least: int
    """Decisions that a confidence must rest on."""
    outcome: Chosen
    """Whether one was found."""
    chosen: Point | None
    """The confidence, on the half that it was chosen on; null unless REACHED."""
    best: Point | None
    """Where precision is highest on that half; null where decisions are too few."""
    precision: Proportion
    """On the other half: right decisions of those at or above it."""
    coverage: Proportion
    """On the other half: decisions at or above it of all solutions."""
    precision_found: Proportion
    """Of those, right ones of decisions that name a step."""
    precision_none_found: Proportion
    """Of those, right ones of decisions that there is no error."""


def half_of(problem_id: str) -> Half:
    """Return the half that a problem is in, by a hash of its id of this purpose alone."""
    digit = int(content_id("half", problem_id)[-1], 16)
    return Half.REPORT if digit % 2 else Half.SELECTION


def choose_threshold(
    rows: Iterable[Judged], precision: float, *, least: int = LEAST_DECISIONS
) -> Threshold:
    """Return the least confidence at which decisions are right often enough.

    That is, on the problems of the SELECTION half, the least confidence (in thousandths) such that
    of all decisions at or above it, `least` or more, the share `precision` or more is right. Lower
    ones may pass where precision does not fall steadily: what counts is what would be exported.
    Decisions without a confidence come last: a method that gives none has one level, all of them.

    Args:
        rows: Decisions in any order; undecided ones count in coverage alone.
        precision: What is asked for, in [0, 1].
        least: Decisions that it must rest on, >= 1.
    """
    halves: dict[Half, list[Paired]] = {half: [] for half in Half}
    for row in rows:
        halves[half_of(row.problem_id)].append(row.pair)
    points = [p for p in risk_coverage(halves[Half.SELECTION]).points if p.decided >= least]
    fits = [point for point in points if point.precision >= precision]
    chosen = fits[-1] if fits else None
    outcome = Chosen.REACHED if fits else Chosen.NOT_REACHED if points else Chosen.TOO_FEW
    report = halves[Half.REPORT]
    taken = [pair for pair in report if chosen is not None and is_taken(pair, chosen.confidence)]
    return Threshold(
        asked=precision,
        least=least,
        outcome=outcome,
        chosen=chosen,
        best=max(points, key=lambda point: (point.precision, point.decided), default=None),
        precision=_right(taken),
        coverage=proportion(len(taken), len(report)),
        precision_found=_right(taken, FirstErrorVerdict.FOUND),
        precision_none_found=_right(taken, FirstErrorVerdict.NONE_FOUND),
    )


def threshold_for_export(
    rows: Sequence[Judged], precision: float, *, least: int = LEAST_DECISIONS
) -> tuple[Threshold, float]:
    """Return the threshold of decisions that have a confidence, and the confidence itself.

    An export from a confidence on leaves out decisions without one: they count as undecided.

    Args:
        rows: Decisions in any order.
        precision: What is asked for, in [0, 1].
        least: Decisions that it must rest on, >= 1.

    Raises:
        InvalidArgumentError: If no decision has a confidence, too few have, or none is enough; then
            the line says what the best one reaches.
    """
    known = [row if row.pair.confidence is not None else _abstained(row) for row in rows]
    if not any(is_taken(row.pair, None) for row in known):
        raise InvalidArgumentError(
            f"none of the decisions on the {len(rows):,} solutions that the truth holds has a "
            "confidence: choose labels of a rule that gives one, as --rule posterior."
        )
    found = choose_threshold(known, precision, least=least)
    if found.chosen is not None and found.chosen.confidence is not None:
        return found, found.chosen.confidence
    selection = [row.pair for row in known if half_of(row.problem_id) is Half.SELECTION]
    n_decided = sum(is_taken(pair, None) for pair in selection)
    if found.best is None:
        raise InvalidArgumentError(
            f"the half that the confidence is chosen on holds {len(selection):,} solutions, "
            f"{n_decided:,} of them decided with a confidence, and {least:,} are needed: give "
            "truth of more solutions, or a smaller --least."
        )
    raise InvalidArgumentError(
        f"a precision of {precision:g} is not reached at any confidence: of {n_decided:,} "
        f"decisions the best is {found.best.precision:.3f} from confidence "
        f"{found.best.confidence:g} on ({found.best.decided:,} decisions): ask for no more than "
        "that, or gather more evidence."
    )


def is_taken(pair: Paired, confidence: float | None) -> bool:
    """Return whether a decision is at or above a confidence, as exports take it; null takes all."""
    if pair.predicted.verdict is FirstErrorVerdict.UNDECIDED:
        return False
    own = pair.confidence
    return confidence is None or (own is not None and own >= confidence)


def _abstained(row: Judged) -> Judged:
    undecided = Mark(verdict=FirstErrorVerdict.UNDECIDED)
    return replace(row, pair=replace(row.pair, predicted=undecided))


def _right(taken: Sequence[Paired], verdict: FirstErrorVerdict | None = None) -> Proportion:
    said = [pair for pair in taken if verdict is None or pair.predicted.verdict is verdict]
    return proportion(sum(pair.is_exact for pair in said), len(said))
