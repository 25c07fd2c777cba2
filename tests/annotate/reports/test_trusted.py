"""Trusted labels: what may be used, and what it cost."""

import pytest

from annotate.reports import Paired
from annotate.reports.threshold import Chosen, Half
from annotate.reports.trusted import Counted, Paying, Trusted, trusted_labels
from tests.annotate.reports.decisions import NONE, in_half, said


def trusted(
    selection: list[Paired], report: list[Paired], kind: Counted = Counted.ANY, least: int = 2
) -> Trusted:
    """Return what is trusted at 1000 tokens a solution, where 9 out of 10 must be right."""
    rows = in_half(Half.SELECTION, *selection) + in_half(Half.REPORT, *report)
    paying = [Paying(judged=row, tokens=1000.0) for row in rows]
    return trusted_labels(paying, kind, precision=0.9, least=least)


SURE = [said("right", 0.9), said("right", 0.8), said("wrong", 0.5)]
OTHERS = [said("right", 0.85), said("wrong", 0.8), said("right", 0.7), said("open", 0.9)]


def test_labels_per_million_are_those_worked_out_by_hand() -> None:
    """From 0.8 on: 2 of 4 solutions, one of them right, at 4 x 1000 tokens."""
    found = trusted(SURE, OTHERS)

    assert (found.threshold.precision.hits, found.threshold.precision.total) == (1, 2)
    assert found.tokens == 4000
    assert found.per_million is not None
    assert found.per_million.value == 500
    assert (found.per_million.low, found.per_million.high) == pytest.approx((150.0, 850.0), abs=1)


def test_without_confidences_a_method_is_trusted_as_a_whole_or_not_at_all() -> None:
    """Its one level is all its decisions: on the half that they are chosen on they are enough."""
    right, wrong = said("right"), said("wrong")

    whole = trusted([right] * 3, [right, wrong, said("open")])
    assert whole.per_million is not None
    assert whole.per_million.value == pytest.approx(2 / 3000 * 1e6)
    none = trusted([right, wrong], [right] * 3)
    assert none.threshold.outcome is Chosen.NOT_REACHED
    assert none.per_million is not None
    assert none.per_million.value == 0


def test_too_few_to_say_is_not_none_trusted() -> None:
    """Nothing is claimed where the choice would rest on too little; nor where nothing was drawn."""
    assert trusted(SURE, OTHERS, least=4).per_million is None
    free = [Paying(judged=row, tokens=0.0) for row in in_half(Half.SELECTION, *SURE)]
    assert trusted_labels(free, Counted.ANY, precision=0.9, least=1).per_million is None


def test_decisions_that_there_is_no_error_can_be_left_out() -> None:
    """They are then as undecided: only those that name a step are counted, over all tokens."""
    clean = said("right", 0.9, truth=NONE)
    found = trusted([*SURE, clean], [clean, said("right", 0.95)], Counted.FOUND)

    assert found.threshold.chosen is not None
    assert found.threshold.chosen.decided == 2
    assert found.per_million is not None
    assert found.per_million.value == 500
