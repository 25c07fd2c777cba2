"""Thresholds: chosen on one half of the problems, reported on the other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.reports import Chosen, Judged, choose_threshold, threshold_for_export
from annotate.reports.risk_coverage import level_of
from annotate.reports.threshold import Half, half_of, is_taken
from schemas import InvalidArgumentError
from tests.annotate.reports.decisions import NONE, in_half, judged, said

SELECTION = in_half(
    Half.SELECTION, said("right", 0.9), said("right", 0.8), said("wrong", 0.7), said("right", 0.6)
)
REPORT = in_half(
    Half.REPORT,
    said("wrong", 0.75),
    said("right", 0.65, truth=NONE),
    said("right", 0.62),
    said("right", 0.3),
    said("open", 0.9),
)


def test_the_least_confidence_that_is_enough_is_taken_though_one_above_it_is_not() -> None:
    """3/4 are right from 0.6 on, 2/3 from 0.7: of the other half 3 of 5 are above, 2 are right."""
    found = choose_threshold([*SELECTION, *REPORT], 0.75, least=1)

    assert found.outcome is Chosen.REACHED
    assert found.chosen is not None
    assert (found.chosen.confidence, found.chosen.decided, found.chosen.right) == (0.6, 4, 3)
    assert (found.precision.hits, found.precision.total) == (2, 3)
    assert (found.coverage.hits, found.coverage.total) == (3, 5)
    assert (found.precision_found.hits, found.precision_found.total) == (1, 2)
    assert (found.precision_none_found.hits, found.precision_none_found.total) == (1, 1)


def test_a_choice_rests_on_enough_decisions_or_is_none() -> None:
    """Two right ones of two are no choice where three are asked for; four would be too few of 5."""
    rows = [*SELECTION, *REPORT]

    assert choose_threshold(rows, 0.9, least=2).outcome is Chosen.REACHED
    three = choose_threshold(rows, 0.9, least=3)
    assert (three.outcome, three.chosen) == (Chosen.NOT_REACHED, None)
    assert three.best is not None
    assert three.best.precision == 0.75
    assert (three.coverage.hits, three.coverage.total) == (0, 5)
    assert choose_threshold(rows, 0.9, least=5).outcome is Chosen.TOO_FEW


@settings(max_examples=50)
@given(st.lists(judged), st.floats(0.01, 1), st.integers(1, 5), st.randoms(use_true_random=False))
def test_what_is_chosen_is_enough_and_the_least_in_any_order(
    rows: list[Judged], precision: float, least: int, shuffler: st.DataObject
) -> None:
    """Of all levels below it none has the precision; the other half has no say; nor has order."""
    found = choose_threshold(rows, precision, least=least)

    mixed = list(rows)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis's random
    assert choose_threshold(mixed, precision, least=least) == found
    selection = [row.pair for row in rows if half_of(row.problem_id) is Half.SELECTION]
    alone = [row for row in rows if half_of(row.problem_id) is Half.SELECTION]
    assert choose_threshold(alone, precision, least=least).chosen == found.chosen
    if found.chosen is None:
        return
    taken = [pair for pair in selection if is_taken(pair, found.chosen.confidence)]
    assert len(taken) == found.chosen.decided >= least
    assert sum(pair.is_exact for pair in taken) / len(taken) >= precision
    for pair in selection:
        if pair not in taken and is_taken(pair, None):
            more = [one for one in selection if is_taken(one, level_of(pair.confidence))]
            assert sum(one.is_exact for one in more) / len(more) < precision


def test_decisions_without_confidence_are_left_out_of_an_export() -> None:
    """They count as undecided: right ones do not lift the precision of the rest."""
    silent = in_half(Half.REPORT, *[said("right") for _ in range(7)])[5:]
    found, level = threshold_for_export([*SELECTION, *REPORT, *silent], 0.75, least=1)

    assert level == 0.6
    assert (found.coverage.hits, found.coverage.total) == (3, 7)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([Judged(problem_id="1", pair=said("right"))], "none of the decisions on the 1 solutions"),
        (SELECTION[:2], "holds 2 solutions, 2 of them decided with a confidence, and 3 are needed"),
        (SELECTION, r"of 4 decisions the best is 0.750 from confidence 0.6 on \(4 decisions\)"),
    ],
)
def test_what_cannot_be_chosen_is_told_in_one_line(rows: list[Judged], told: str) -> None:
    """No confidence, too few decisions, or a precision that is out of reach: then the best one."""
    with pytest.raises(InvalidArgumentError, match=told) as caught:
        threshold_for_export(rows, 0.9, least=3)

    assert "\n" not in str(caught.value)
