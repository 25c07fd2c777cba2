"""Rule `scan` against the paper's formulas worked out by hand."""

import pytest

from annotate.rules import Scan
from schemas import (
    Basis,
    FirstErrorVerdict,
    InvalidArgumentError,
    LabelVerdict,
    Outcome,
    ValueKind,
)
from tests.annotate.rules.gathered import (
    chain,
    decide,
    ended,
    labels,
    prefix,
    prefixes,
    right,
    root,
    steps,
    wrong,
)

L = LabelVerdict
SURE = root(13, 16)  # SC = .8125


def test_labels_are_soft_near_the_first_zero_and_hard_before() -> None:
    """First zero at 4, d = 2: steps 2 and 3 have c / SC = .25 / .8125 and min(1, 1 / .8125)."""
    solution = steps(7)

    decision = decide(Scan(), solution, SURE, *prefixes(solution, 3, 1, 2, 8, 0), wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 4)
    assert [s.value for s in labels(decision)] == [
        1.0,
        1.0,
        pytest.approx(0.25 / 0.8125),
        1.0,
        0.0,
        None,
        None,
    ]
    assert [s.verdict for s in labels(decision)] == [*[L.CORRECT] * 4, *[L.INCORRECT] * 3]
    assert {s.value_kind for s in labels(decision)[:5]} == {ValueKind.PROBABILITY_CORRECT}
    assert [s.basis for s in labels(decision)[5:]] == [Basis.INFERRED] * 2


@pytest.mark.parametrize(
    ("tolerance", "values"),
    [(0, [1.0, 1.0, 0.0]), (1, [1.0, 0.25, 0.0]), (9, [0.5, 0.25, 0.0])],
)
def test_the_tolerance_is_the_number_of_soft_labels(tolerance: int, values: list[float]) -> None:
    """With SC = 1 a soft label is the rate: 4 and 2 of 8; an error near the start has fewer."""
    solution = steps(4)
    asked = (root(8, 8), *prefixes(solution, 4, 2, 0), wrong(solution))

    decision = decide(Scan(tolerance=tolerance), solution, *asked)

    assert [s.value for s in labels(decision)] == [*values, None]


def test_an_error_in_the_first_step_has_nothing_before_it() -> None:
    """The first zero is at 0: every later step goes."""
    solution = steps(3)

    decision = decide(Scan(), solution, SURE, prefix(solution, 0, 0), wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 0)
    assert [s.value for s in labels(decision)] == [0.0, None, None]


def test_observations_between_are_no_steps_of_the_tolerance() -> None:
    """One soft label is that of the last step before the error, though a tool answered between."""
    solution = chain("a\n", "b\n", "seen\n", "c\n", "d\n", observed=[2])
    asked = [prefix(solution, i, n) for i, n in ((0, 4), (1, 2), (3, 0))]

    decision = decide(Scan(tolerance=1), solution, root(8, 8), *asked, wrong(solution))

    assert [s.value for s in labels(decision)] == [1.0, 0.25, 0.0, None]


def test_a_right_answer_makes_all_steps_right_without_a_rollout() -> None:
    """Also where rollouts that another method paid for have a zero."""
    solution = steps(3)

    for asked in ([], prefixes(solution, 8, 0)):
        decision = decide(Scan(), solution, SURE, *asked, right(solution))

        assert decision.first_error is FirstErrorVerdict.NONE_FOUND
        assert {(s.verdict, s.value, s.basis) for s in labels(decision)} == {
            (L.CORRECT, 1.0, Basis.INFERRED)
        }


def test_a_wrong_solution_without_a_zero_is_dropped() -> None:
    """The paper has no first error for it, so none is made up from its outcome."""
    solution = steps(3)

    decision = decide(Scan(), solution, SURE, *prefixes(solution, 8, 1), wrong(solution))

    assert {(s.verdict, s.value) for s in labels(decision)} == {(L.UNKNOWN, None)}
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_a_wrong_solution_of_one_step_is_wrong_there() -> None:
    """Its outcome is all there is to know."""
    solution = steps(1)

    decision = decide(Scan(), solution, SURE, wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 0)
    assert [s.value for s in labels(decision)] == [0.0]


def test_a_problem_of_low_confidence_decides_nothing() -> None:
    """SC must be at least .75, at which it is kept; without a rate of the root it is not known."""
    solution = steps(2)
    asked = (prefix(solution, 0, 0), wrong(solution))

    kept = decide(Scan(), solution, *asked, root(12, 16))
    low = decide(Scan(), solution, *asked, root(11, 16))
    censored = decide(Scan(), solution, *asked, root(0, 0))
    unasked = decide(Scan(), solution, *asked)

    assert kept.first_error is FirstErrorVerdict.FOUND
    assert {s.verdict for s in labels(low)} == {L.UNKNOWN}
    assert {s.verdict for s in labels(censored)} == {L.UNKNOWN}
    assert {s.verdict for s in labels(unasked)} == {L.NOT_CHECKED}


def test_a_censored_prefix_before_the_zero_drops_the_solution() -> None:
    """The zero may not be the first."""
    solution = steps(4)
    asked = (prefix(solution, 0, 4), prefix(solution, 1, 0, 0), prefix(solution, 2, 0))

    decision = decide(Scan(), solution, SURE, *asked, wrong(solution))

    assert {s.verdict for s in labels(decision)} == {L.UNKNOWN}


def test_a_wrong_solution_that_was_not_rolled_out_is_not_checked() -> None:
    """Nothing says where its error is; nor is a censored one wrong."""
    solution = steps(3)

    wrong_one = decide(Scan(), solution, SURE, wrong(solution))
    cut = decide(Scan(), solution, SURE, ended(solution, Outcome.TRUNCATED))

    assert {s.verdict for s in labels(wrong_one)} == {L.NOT_CHECKED}
    assert {s.verdict for s in labels(cut)} == {L.UNKNOWN}


def test_arguments_outside_their_range_are_refused() -> None:
    """A tolerance counts steps; a confidence of 0 would divide by it."""
    with pytest.raises(InvalidArgumentError, match="tolerance=-1"):
        Scan(tolerance=-1)
    with pytest.raises(InvalidArgumentError, match=r"min_confidence=0 .*\(0, 1\]"):
        Scan(min_confidence=0)
