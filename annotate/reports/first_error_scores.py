"""Scores of located first errors against a truth. Pure statistics: no I/O.

Source: ProcessBench (Zheng et al. 2024, arXiv:2412.06559), section 3: accuracy on solutions with
and without an error, and their harmonic mean. Calibration error: Guo et al. 2017
(arXiv:1706.04599), equation 3. Difference of paired rates: Agresti and Min 2005 (Statistics in
Medicine 24:729).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from annotate.rules.wilson import wilson
from schemas import FirstErrorVerdict, InvalidArgumentError

N_BINS = 10
"""Bins of the calibration error, of equal width over [0, 1]: ties never depend on row order."""

_Z = 1.959963984540054  # normal quantile of (1 + 0.95) / 2, the level of `wilson`


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where the first error of a solution is, as one side says."""

    verdict: FirstErrorVerdict
    """Found, none found, or undecided."""
    step_index: int | None = None
    """0-based; set only where the verdict is FOUND."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """One solution with its true and its predicted first error."""

    truth: Mark
    """The truth: FOUND or NONE_FOUND."""
    predicted: Mark
    """The decision to be scored."""
    confidence: float | None = None
    """Probability of the decision, in [0, 1]; null where none is given."""

    @property
    def is_exact(self) -> bool:
        """Whether the decision is the truth: the same verdict at the same step."""
        return self.truth == self.predicted


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """A share with its Wilson interval."""

    hits: int
    """How many."""
    total: int
    """Out of how many."""
    value: float | None
    """`hits / total` in [0, 1]; null where the total is 0."""
    low: float | None
    """Lower end of the 95 % interval; null where the total is 0."""
    high: float | None
    """Upper end of the 95 % interval; null where the total is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How well first errors are located."""

    n: int
    """Solutions."""
    n_with_error: int
    """Solutions with an error."""
    n_without_error: int
    """Solutions without one."""
    exact: Proportion
    """Of solutions with an error: found at the very step. Undecided counts as not exact."""
    within_one: Proportion
    """Of solutions with an error: found at the step or a neighbour."""
    early: Proportion
    """Of solutions with an error: found before the step."""
    late: Proportion
    """Of solutions with an error: found after the step."""
    missed: Proportion
    """Of solutions with an error: none found."""
    undecided: Proportion
    """Of solutions with an error: not decided."""
    accuracy_without_error: Proportion
    """Of solutions without an error: none found."""
    f1: float | None
    """Harmonic mean of `exact` and `accuracy_without_error`, in [0, 1]; null if either is null."""
    calibration_error: float | None
    """Mean gap of confidence and share right, in [0, 1]; null where no confidence is given."""
    n_with_confidence: int
    """Decided solutions with a confidence: what `calibration_error` is over."""
    decided: Proportion
    """Of all: found or none found."""
    precision: Proportion
    """Of those decided: right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How the exact rate of a set differs from that of the first, on the same solutions."""

    n: int
    """Solutions with an error."""
    only_this: int
    """Exact here and not there."""
    only_first: int
    """Exact there and not here."""
    value: float | None
    """Exact rate here minus there, in [-1, 1]; null where n is 0."""
    low: float | None
    """Lower end of the 95 % interval (Agresti and Min); null where n is 0."""
    high: float | None
    """Upper end of the 95 % interval (Agresti and Min); null where n is 0."""
    p_value: float | None
    """Two-sided exact McNemar test of no difference; null where n is 0."""


def score(pairs: Iterable[Paired]) -> Scores:
    """Return the scores of decisions against their truth, whatever their order.

    Raises:
        InvalidArgumentError: If a truth is UNDECIDED.
    """
    rows = pairs if isinstance(pairs, Sequence) else list(pairs)
    if any(row.truth.verdict is FirstErrorVerdict.UNDECIDED for row in rows):
        raise InvalidArgumentError(
            "truth.verdict=UNDECIDED: a truth is FOUND or NONE_FOUND; leave undecided ones out."
        )
    wrong = [row for row in rows if row.truth.verdict is FirstErrorVerdict.FOUND]
    right = [row for row in rows if row.truth.verdict is FirstErrorVerdict.NONE_FOUND]
    decided = [row for row in rows if row.predicted.verdict is not FirstErrorVerdict.UNDECIDED]
    offsets = [_offset(row) for row in wrong if row.predicted.verdict is FirstErrorVerdict.FOUND]
    n = len(wrong)
    exact = proportion(sum(offset == 0 for offset in offsets), n)
    accuracy = proportion(sum(row.is_exact for row in right), len(right))
    return Scores(
        n=len(rows),
        n_with_error=n,
        n_without_error=len(right),
        exact=exact,
        within_one=proportion(sum(abs(offset) <= 1 for offset in offsets), n),
        early=proportion(sum(offset < 0 for offset in offsets), n),
        late=proportion(sum(offset > 0 for offset in offsets), n),
        missed=proportion(_count(wrong, FirstErrorVerdict.NONE_FOUND), n),
        undecided=proportion(_count(wrong, FirstErrorVerdict.UNDECIDED), n),
        accuracy_without_error=accuracy,
        f1=harmonic_mean(exact.value, accuracy.value),
        calibration_error=calibration_error(
            [(row.confidence, row.is_exact) for row in decided if row.confidence is not None]
        ),
        n_with_confidence=sum(row.confidence is not None for row in decided),
        decided=proportion(len(decided), len(rows)),
        precision=proportion(sum(row.is_exact for row in decided), len(decided)),
    )


def proportion(hits: int, total: int) -> Proportion:
    """Return `hits / total` with its 95 % Wilson interval."""
    if total == 0:
        return Proportion(hits=hits, total=total, value=None, low=None, high=None)
    low, high = wilson(hits, total)
    return Proportion(hits=hits, total=total, value=hits / total, low=low, high=high)


def harmonic_mean(first: float | None, second: float | None) -> float | None:
    """Return 2ab / (a + b); 0 if both are 0, null if one is null."""
    if first is None or second is None:
        return None
    total = first + second
    return 2 * first * second / total if total else 0.0


def calibration_error(claims: Sequence[tuple[float, bool]]) -> float | None:
    """Return the expected calibration error over `N_BINS` bins of equal width.

    Args:
        claims: [n] Confidence in [0, 1] with whether the decision was right.

    Returns:
        Sum over bins of (share of claims) x |share right - mean confidence|; null without claims.
    """
    if not claims:
        return None
    confidence = np.array([claim for claim, _ in claims])
    is_right = np.array([right for _, right in claims], dtype=float)
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    gaps = np.bincount(bins, weights=is_right - confidence, minlength=N_BINS)
    return float(np.abs(gaps).sum() / len(claims))


def difference(first: Sequence[Paired], this: Sequence[Paired]) -> Difference:
    """Return how much more often `this` is exact than `first`, on solutions with an error.

    Args:
        first: [n] Decisions of the set compared with.
        this: [n] Decisions of the other set on the same solutions in the same order.

    Raises:
        InvalidArgumentError: If the two are not about the same solutions.
    """
    if [row.truth for row in first] != [row.truth for row in this]:
        raise InvalidArgumentError(
            f"the two sets pair {len(first)!r} and {len(this)!r} solutions whose truths differ: "
            "give the same solutions in the same order."
        )
    both = [
        (a.is_exact, b.is_exact)
        for a, b in zip(first, this, strict=True)
        if a.truth.verdict is FirstErrorVerdict.FOUND
    ]
    n = len(both)
    only_first = sum(a and not b for a, b in both)
    only_this = sum(b and not a for a, b in both)
    if n == 0:
        return Difference(
            n=0, only_this=0, only_first=0, value=None, low=None, high=None, p_value=None
        )
    low, high = _agresti_min(only_this, only_first, n)
    return Difference(
        n=n,
        only_this=only_this,
        only_first=only_first,
        value=(only_this - only_first) / n,
        low=low,
        high=high,
        p_value=_mcnemar(only_this, only_first),
    )


def _agresti_min(b: int, c: int, n: int) -> tuple[float, float]:
    """Wald interval of (b - c) / n with half a pair added to each cell: sound for b + c = 0."""
    n_star = n + 2
    mean = (b - c) / n_star
    half = _Z * ((b + c + 1) / n_star - mean**2) ** 0.5 / n_star**0.5
    return max(-1.0, mean - half), min(1.0, mean + half)


def _mcnemar(b: int, c: int) -> float:
    from scipy.stats import binomtest  # noqa: PLC0415  # half a second that only reports pay

    return 1.0 if b + c == 0 else float(binomtest(b, b + c).pvalue)


def _offset(row: Paired) -> int:
    """Predicted minus true step, both FOUND: negative where it is too early."""
    if row.truth.step_index is None or row.predicted.step_index is None:
        raise InvalidArgumentError(
            f"{row!r} has verdict FOUND without a step_index: say which step it is."
        )
    return row.predicted.step_index - row.truth.step_index


def _count(rows: Sequence[Paired], verdict: FirstErrorVerdict) -> int:
    return sum(row.predicted.verdict is verdict for row in rows)
