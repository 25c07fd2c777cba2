"""Rule `success_rate` against labels worked out by hand."""

import pytest

from annotate.rules import SuccessRate
from schemas import Basis, FirstErrorVerdict, InvalidArgumentError, LabelVerdict, ValueKind
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


def test_a_later_pass_takes_back_an_earlier_failure_if_asked_to() -> None:
    """0, then 3 of 8: by itself the first error is step 0; vouched for, the end that is wrong."""
    solution = steps(4)
    rows = (prefix(solution, 0, 0), prefix(solution, 1, 3), prefix(solution, 2, 0), wrong(solution))

    plain = decide(SuccessRate(), solution, *rows)
    vouched = decide(SuccessRate(vouch=True), solution, *rows)

    assert plain.step_index == 0
    assert (vouched.first_error, vouched.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [(s.verdict, s.value, s.basis) for s in labels(vouched)[:2]] == [
        (L.CORRECT, 0.0, Basis.INFERRED),
        (L.CORRECT, 0.375, Basis.OBSERVED),
    ]
