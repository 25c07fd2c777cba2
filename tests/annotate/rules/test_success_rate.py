"""Rule `success_rate` against labels worked out by hand."""

import pytest

from annotate.rules import SuccessRate
from schemas import FirstErrorVerdict, InvalidArgumentError, LabelVerdict, ValueKind
from tests.annotate.rules.gathered import decide, labels, prefix, prefixes, right, steps, wrong

L = LabelVerdict


def test_values_are_the_rates_also_behind_the_first_error() -> None:
    """Soft labels of 6, 2, 0 and 1 successes in 8 are .75, .25, 0, .125; the end is 0."""
    solution = steps(5)

    decision = decide(SuccessRate(), solution, *prefixes(solution, 6, 2, 0, 1), wrong(solution))

    assert [s.value for s in labels(decision)] == [0.75, 0.25, 0.0, 0.125, 0.0]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.SUCCESS_RATE}
    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)


def test_a_rate_at_the_threshold_holds_an_error() -> None:
    """With 2 of 8 as the threshold, .25 fails and .375 passes."""
    solution = steps(3)

    decision = decide(
        SuccessRate(threshold=0.25), solution, *prefixes(solution, 3, 2), right(solution)
    )

    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.INCORRECT, L.INCORRECT]
    assert decision.step_index == 1


def test_a_prefix_that_was_not_asked_has_no_value() -> None:
    """Its verdict follows from a later one, its rate from nothing."""
    solution = steps(4)

    decision = decide(SuccessRate(), solution, prefix(solution, 2, 4), right(solution))

    assert [(s.verdict, s.value) for s in labels(decision)] == [
        (L.CORRECT, None),
        (L.CORRECT, None),
        (L.CORRECT, 0.5),
        (L.CORRECT, 1.0),
    ]
    assert labels(decision)[0].value_kind is None


@pytest.mark.parametrize("threshold", [-0.1, 1, float("nan"), False, None])
def test_a_threshold_that_nothing_could_pass_is_refused(threshold: float) -> None:
    """It is a number in [0, 1): no rate is above 1."""
    with pytest.raises(InvalidArgumentError, match=r"threshold=.*\[0, 1\)"):
        SuccessRate(threshold=threshold)
