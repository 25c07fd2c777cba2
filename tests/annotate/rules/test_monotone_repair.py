"""Rule `monotone_repair` against labels worked out by hand."""

import pytest

from annotate.rules import AnySuccess, MonotoneRepair
from schemas import Basis, Evidence, FirstErrorVerdict, InvalidArgumentError, LabelVerdict
from tests.annotate.rules.gathered import decide, labels, prefixes, right, root, steps, wrong

RIGHT, WRONG = LabelVerdict.CORRECT, LabelVerdict.INCORRECT


def test_a_pass_repairs_the_failures_before_it() -> None:
    """5, 0, 2, 0 and 0 of 8: the zero before the 2 was bad luck; without the repair it decides."""
    solution = steps(6)
    evidence = (*prefixes(solution, 5, 0, 2, 0, 0), wrong(solution))

    repaired = decide(MonotoneRepair(), solution, *evidence)

    assert (repaired.first_error, repaired.step_index) == (FirstErrorVerdict.FOUND, 3)
    assert [(s.verdict, s.value) for s in labels(repaired)] == [
        *[(RIGHT, 1.0)] * 3,
        *[(WRONG, 0.0)] * 3,
    ]
    assert labels(repaired)[1].basis is Basis.INFERRED
    assert decide(AnySuccess(), solution, *evidence).step_index == 1


def test_a_right_answer_repairs_all() -> None:
    """The whole passes, so every prefix of it does."""
    solution = steps(3)

    decision = decide(MonotoneRepair(), solution, *prefixes(solution, 0, 0), right(solution))

    assert decision.first_error is FirstErrorVerdict.NONE_FOUND
    assert [s.value for s in labels(decision)] == [1.0] * 3


def test_a_fraction_asks_for_that_share_of_the_bare_problems_rate() -> None:
    """The problem is solved 6 times in 8, so 2 of 8 is below half of it and 3 is not."""
    solution = steps(5)
    evidence = (root(6, 8), *prefixes(solution, 2, 3, 2, 0), wrong(solution))

    decision = decide(MonotoneRepair(fraction=0.5), solution, *evidence)

    assert decision.step_index == 2
    assert [s.verdict for s in labels(decision)] == [RIGHT, RIGHT, WRONG, WRONG, WRONG]


@pytest.mark.parametrize(
    ("rates", "verdict"), [((), LabelVerdict.NOT_CHECKED), ((root(0, 8),), LabelVerdict.UNKNOWN)]
)
def test_without_a_rate_to_compare_with_nothing_is_decided(
    rates: tuple[Evidence, ...], verdict: LabelVerdict
) -> None:
    """Nobody asked, or the completer never solves the problem."""
    solution = steps(3)

    decision = decide(MonotoneRepair(fraction=0.5), solution, *rates, *prefixes(solution, 4, 0))

    assert {s.verdict for s in labels(decision)} == {verdict}


def test_a_fraction_of_one_is_refused() -> None:
    """No prefix but the luckiest would pass."""
    with pytest.raises(InvalidArgumentError, match=r"fraction=1.0 must be a number in \[0, 1\)"):
        MonotoneRepair(fraction=1.0)
