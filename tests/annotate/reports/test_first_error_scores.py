"""Scores of located first errors."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.reports import Mark, Paired, difference, score
from annotate.reports.first_error_scores import calibration_error, proportion
from schemas import FirstErrorVerdict, InvalidArgumentError

NONE = Mark(verdict=FirstErrorVerdict.NONE_FOUND)
UNDECIDED = Mark(verdict=FirstErrorVerdict.UNDECIDED)


def at(step: int) -> Mark:
    """Return a first error that was found."""
    return Mark(verdict=FirstErrorVerdict.FOUND, step_index=step)


def pair(truth: Mark, predicted: Mark, confidence: float | None = None) -> Paired:
    """Return one scored solution."""
    return Paired(truth=truth, predicted=predicted, confidence=confidence)


founds = st.integers(0, 4).map(at)
truths = st.one_of(founds, st.just(NONE))
marks = st.one_of(founds, st.just(NONE), st.just(UNDECIDED))
confidences = st.one_of(st.none(), st.floats(0, 1))
pairs = st.lists(st.builds(Paired, truth=truths, predicted=marks, confidence=confidences))


def processbench_f1(rows: list[Paired]) -> float | None:
    """Compute F1 the way ProcessBench's script does, on its own spelling of labels."""
    spelt = [
        (
            -1 if row.truth == NONE else row.truth.step_index,
            {NONE: -1, UNDECIDED: None}.get(row.predicted, row.predicted.step_index),
        )
        for row in rows
    ]
    wrong = [prediction == label for label, prediction in spelt if label != -1]
    right = [prediction == label for label, prediction in spelt if label == -1]
    if not wrong or not right:
        return None
    acc1, acc2 = sum(wrong) / len(wrong), sum(right) / len(right)
    return 2 * acc1 * acc2 / (acc1 + acc2) if acc1 + acc2 else 0.0


@settings(deadline=None)
@given(pairs)
def test_every_solution_with_an_error_is_counted_once(rows: list[Paired]) -> None:
    """Exact, early, late, missed and undecided make up all solutions with an error."""
    scores = score(rows)

    parts = (scores.exact, scores.early, scores.late, scores.missed, scores.undecided)
    assert sum(part.hits for part in parts) == scores.n_with_error
    assert scores.exact.hits <= scores.within_one.hits
    assert scores.n_with_error + scores.n_without_error == scores.n == len(rows)


@settings(deadline=None)
@given(pairs)
def test_f1_is_that_of_processbench(rows: list[Paired]) -> None:
    """F1 equals the harmonic mean of the two accuracies of ProcessBench's script."""
    assert score(rows).f1 == processbench_f1(rows)


@settings(deadline=None)
@given(pairs, st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order(rows: list[Paired], random: object) -> None:
    """A shuffled list of solutions has the same scores."""
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, which is banned here

    before, after = score(rows), score(shuffled)
    assert before.calibration_error == pytest.approx(after.calibration_error)
    assert (before.exact, before.f1, before.precision) == (after.exact, after.f1, after.precision)


@settings(deadline=None)
@given(st.lists(truths, min_size=1))
def test_the_truth_scores_full_marks(truth: list[Mark]) -> None:
    """A set that repeats the truth with full confidence is exact, decided, precise, calibrated."""
    scores = score([pair(mark, mark, 1.0) for mark in truth])

    assert scores.precision.value == scores.decided.value == 1
    assert scores.calibration_error == 0
    assert scores.f1 in {1, None}


def test_undecided_is_neither_exact_nor_missed_nor_precise() -> None:
    """An undecided solution counts against the exact rate and stays out of the precision."""
    scores = score([pair(at(2), UNDECIDED), pair(at(2), at(2)), pair(NONE, UNDECIDED)])

    assert scores.exact.value == 0.5
    assert scores.undecided.value == 0.5
    assert scores.missed.value == 0
    assert scores.accuracy_without_error.value == 0
    assert scores.precision.value == 1
    assert scores.decided.hits == 1


def test_a_neighbouring_step_is_within_one_and_early_or_late() -> None:
    """One step before is early, two after is late, and the first alone is within one."""
    scores = score([pair(at(2), at(1)), pair(at(2), at(4))])

    assert scores.within_one.hits == 1
    assert (scores.early.hits, scores.late.hits) == (1, 1)


def test_rates_without_solutions_are_null() -> None:
    """Nothing to score gives nulls, not zeros or NaN."""
    scores = score([])

    assert scores.exact.value is None
    assert scores.f1 is None
    assert scores.calibration_error is None


def test_wilson_interval_agrees_with_the_literature() -> None:
    """8 of 10 has the 95 % Wilson interval [0.490, 0.943]."""
    rate = proportion(8, 10)

    assert rate.low == pytest.approx(0.4902, abs=1e-4)
    assert rate.high == pytest.approx(0.9433, abs=1e-4)


def test_calibration_error_weighs_bins_by_size() -> None:
    """Each bin counts by its share of the claims: here three quarters and one quarter."""
    claims = [(0.9, True), (0.9, True), (0.9, False), (0.2, False)]

    assert calibration_error(claims) == pytest.approx(0.75 * (0.9 - 2 / 3) + 0.25 * 0.2)


def test_a_truth_must_be_decided() -> None:
    """An undecided truth is refused: it would count as neither kind."""
    with pytest.raises(InvalidArgumentError, match="UNDECIDED"):
        score([pair(UNDECIDED, NONE)])


@settings(deadline=None)
@given(st.lists(st.tuples(truths, marks, marks)))
def test_difference_is_antisymmetric(rows: list[tuple[Mark, Mark, Mark]]) -> None:
    """Swapping the two sets negates the difference and its interval, and keeps the p-value."""
    first = [pair(truth, a) for truth, a, _ in rows]
    second = [pair(truth, b) for truth, _, b in rows]

    there, back = difference(first, second), difference(second, first)
    assert there.p_value == back.p_value
    if there.value is None or there.low is None or there.high is None or back.low is None:
        assert back.value is None
        return
    assert there.value == pytest.approx(-(back.value or 0))
    assert there.high == pytest.approx(-back.low)
    assert there.low < there.high
    exact = [score(side).exact.value or 0 for side in (first, second)]
    assert there.value == pytest.approx(exact[1] - exact[0])


def test_mcnemar_is_the_exact_binomial_test() -> None:
    """10 against 2 discordant pairs have p = 2 (1 + 12 + 66) / 2^12."""
    first = [pair(at(0), at(1))] * 10 + [pair(at(0), at(0))] * 2
    second = [pair(at(0), at(0))] * 10 + [pair(at(0), at(1))] * 2

    assert difference(first, second).p_value == pytest.approx(2 * 79 / 4096)


def test_difference_needs_the_same_solutions() -> None:
    """Two sets over different truths are refused: they are not paired."""
    with pytest.raises(InvalidArgumentError, match="same order"):
        difference([pair(at(0), NONE)], [pair(at(1), NONE)])
