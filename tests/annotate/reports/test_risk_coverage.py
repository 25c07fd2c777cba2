"""Risk and coverage: precision of the surest decisions."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.reports import Paired, risk_coverage
from annotate.reports.risk_coverage import LEVELS, level_of
from annotate.reports.risk_coverage_chart import draw_curves
from tests.annotate.reports.decisions import pairs, said

FOUR = [said("right", 0.9), said("wrong", 0.8), said("right", 0.8), said("open", 0.99)]


def test_points_and_area_are_those_worked_out_by_hand() -> None:
    """One right at 0.9, then one of two at 0.8, and one left open: 1/4 at 1, 3/4 at 2/3."""
    curve = risk_coverage(FOUR)

    shown = [(p.confidence, p.decided, p.right, p.coverage, p.precision) for p in curve.points]
    assert shown == [(0.9, 1, 1, 0.25, 1.0), (0.8, 3, 2, 0.75, 2 / 3)]
    assert curve.area == pytest.approx(0.25 * 1 + 0.5 * 2 / 3)
    assert [curve.coverage_at(p) for p in (1.0, 0.7, 0.6)] == [0.25, 0.25, 0.75]


def test_decisions_without_confidence_come_last_and_are_one_point() -> None:
    """A method that gives none has one point, of all its decisions."""
    mixed = risk_coverage([said("right"), said("wrong", 0.1), said("right")])

    assert [(p.confidence, p.decided) for p in mixed.points] == [(0.1, 1), (None, 3)]
    assert [p.precision for p in risk_coverage([said("right"), said("wrong")]).points] == [0.5]


def test_nothing_decided_is_no_point_and_no_solution_no_area() -> None:
    """What is left open is neither right nor wrong: it adds nothing."""
    assert risk_coverage([said("open", 0.9)]).points == ()
    assert risk_coverage([said("open", 0.9)]).area == 0
    assert risk_coverage([]).area is None


@given(st.lists(pairs), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows: list[Paired], shuffler: st.DataObject) -> None:
    """The same decisions in another order give the same curve."""
    mixed = list(rows)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis's random

    assert risk_coverage(mixed) == risk_coverage(rows)


@given(st.lists(pairs), st.lists(st.floats(0, 1), min_size=2))
def test_coverage_falls_as_the_precision_asked_for_rises(
    rows: list[Paired], asked: list[float]
) -> None:
    """Who asks for more gets no more; the curve covers no more than is decided."""
    curve = risk_coverage(rows)

    covered = [curve.coverage_at(precision) for precision in sorted(asked)]
    assert covered == sorted(covered, reverse=True)
    assert curve.area is None or 0 <= curve.area <= 1
    coverages = [point.coverage for point in curve.points]
    assert coverages == sorted(set(coverages))


levels = st.integers(0, LEVELS).map(lambda level: level / LEVELS)
neighbours = st.builds(math.nextafter, levels, st.sampled_from([0.0, 1.0]))


@given(st.floats(0, 1) | levels | neighbours, st.integers(0, LEVELS))
@example(math.nextafter(0.117, 0), 117)  # times LEVELS that is rounded up to 117
@example(math.nextafter(0.937, 0), 937)
def test_a_level_takes_just_the_confidences_at_or_above_it(confidence: float, level: int) -> None:
    """An export from a level on writes what was measured at it, rounding or not."""
    found = level_of(confidence)

    assert found is not None
    assert (found >= level / LEVELS) == (confidence >= level / LEVELS)


def test_a_chart_ends_where_a_method_decides_no_more() -> None:
    """A quarter at 100 %, half at 67 %, then nothing; where two meet there is a star."""
    lines = draw_curves({"ours": risk_coverage(FOUR), "same": risk_coverage(FOUR)}).splitlines()

    assert lines[1] == f"100 |{'*' * 15}"
    assert lines[8] == f" 65 |{' ' * 15}{'*' * 30}"
    assert lines[-1].strip() == "A ours, B same"
