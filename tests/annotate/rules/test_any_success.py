"""Rule `any_success` against labels worked out by hand."""

import pytest

from annotate.rules import AnySuccess, Case
from schemas import (
    Basis,
    FirstErrorVerdict,
    InvalidArgumentError,
    LabelVerdict,
    Outcome,
    ValueKind,
)
from tests.annotate.rules.gathered import (
    PROBLEM,
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
OBSERVED, INFERRED = Basis.OBSERVED, Basis.INFERRED


def test_the_first_prefix_without_a_success_is_the_first_error() -> None:
    """Hard labels of 5, 1, 0 and 0 successes in 8: right, right, wrong, wrong; the end is wrong."""
    solution = steps(5)

    decision = decide(AnySuccess(), solution, *prefixes(solution, 5, 1, 0, 0), wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [(s.verdict, s.value, s.basis) for s in labels(decision)] == [
        (L.CORRECT, 1.0, OBSERVED),
        (L.CORRECT, 1.0, OBSERVED),
        (L.INCORRECT, 0.0, OBSERVED),
        (L.INCORRECT, 0.0, INFERRED),
        (L.INCORRECT, 0.0, INFERRED),
    ]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.PROBABILITY_CORRECT}


def test_a_success_behind_a_zero_keeps_its_value_and_not_its_verdict() -> None:
    """Math-Shepherd labels each step by itself; the first zero stays the first error."""
    solution = steps(4)

    decision = decide(AnySuccess(), solution, *prefixes(solution, 3, 0, 2), right(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)
    assert [(s.verdict, s.value) for s in labels(decision)] == [
        (L.CORRECT, 1.0),
        (L.INCORRECT, 0.0),
        (L.INCORRECT, 1.0),
        (L.INCORRECT, 1.0),
    ]


def test_a_failure_that_is_taken_back_has_passed() -> None:
    """0 and then 2 of 8: with `vouch` the first prefix is right, and its hard label says so."""
    solution = steps(4)

    decision = decide(AnySuccess(vouch=True), solution, *prefixes(solution, 0, 2), wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.UNDECIDED, None)
    assert [(s.verdict, s.value, s.basis) for s in labels(decision)[:2]] == [
        (L.CORRECT, 1.0, INFERRED),
        (L.CORRECT, 1.0, OBSERVED),
    ]


def test_a_wrong_end_behind_successes_is_the_first_error() -> None:
    """The last step takes the outcome: no rollouts are drawn from the whole."""
    solution = steps(3)

    decision = decide(AnySuccess(), solution, *prefixes(solution, 4, 1), wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)


def test_bisection_decides_all_steps_from_few_prefixes() -> None:
    """Of eight steps three were asked: what lies before a success is right by inference."""
    solution = steps(8)
    asked = [prefix(solution, 3, 4), prefix(solution, 5, 0), prefix(solution, 4, 2)]

    decision = decide(AnySuccess(), solution, *asked, wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 5)
    assert [(s.verdict, s.value, s.basis) for s in labels(decision)] == [
        *[(L.CORRECT, None, INFERRED)] * 3,
        *[(L.CORRECT, 1.0, OBSERVED)] * 2,
        (L.INCORRECT, 0.0, OBSERVED),
        (L.INCORRECT, None, INFERRED),
        (L.INCORRECT, 0.0, INFERRED),
    ]


def test_a_search_that_stopped_early_leaves_the_first_error_open() -> None:
    """Between the last success and the first failure lie steps that nobody asked about."""
    solution = steps(8)

    decision = decide(AnySuccess(), solution, prefix(solution, 3, 4), wrong(solution))

    assert decision.first_error is FirstErrorVerdict.UNDECIDED
    assert decision.step_index is None
    assert [s.verdict for s in labels(decision)] == [
        *[L.CORRECT] * 4,
        *[L.NOT_CHECKED] * 3,
        L.INCORRECT,
    ]


def test_short_steps_that_were_asked_as_one_do_not_hide_the_first_error() -> None:
    """Step 1 is 2 of 40 characters: within an eighth, as where spans are merged; not within 1 %."""
    solution = chain("a" * 18, "bb", "c" * 10, "d" * 10)
    asked = [prefix(solution, 0, 3), prefix(solution, 2, 0), wrong(solution)]

    coarse = decide(AnySuccess(), solution, *asked)
    fine = decide(AnySuccess(resolution=0.01), solution, *asked)

    assert (coarse.first_error, coarse.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [s.verdict for s in labels(coarse)][1] is L.NOT_CHECKED
    assert fine.first_error is FirstErrorVerdict.UNDECIDED


def test_censored_rollouts_leave_a_step_unknown_and_never_wrong() -> None:
    """The step before the first zero may hold the error or not: the first error is open."""
    solution = steps(4)
    asked = [prefix(solution, 0, 4), prefix(solution, 1, 0, 0), prefix(solution, 2, 0)]

    decision = decide(AnySuccess(resolution=1.0), solution, *asked, wrong(solution))

    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.UNKNOWN, L.INCORRECT, L.INCORRECT]
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_a_later_success_vouches_for_a_censored_prefix() -> None:
    """Whoever finishes from a longer prefix could have finished from the shorter one."""
    solution = steps(3)
    asked = [prefix(solution, 0, 0, 0), prefix(solution, 1, 2)]

    decision = decide(AnySuccess(), solution, *asked, right(solution))

    assert [(s.verdict, s.basis) for s in labels(decision)] == [
        (L.CORRECT, INFERRED),
        (L.CORRECT, OBSERVED),
        (L.CORRECT, OBSERVED),
    ]
    assert decision.first_error is FirstErrorVerdict.NONE_FOUND


def test_without_rollouts_from_prefixes_a_wrong_solution_is_not_checked() -> None:
    """Its outcome alone says nothing of where the error is, with a rate of the root or without."""
    solution = steps(3)

    for evidence in ((wrong(solution),), (wrong(solution), root(3, 8)), ()):
        decision = decide(AnySuccess(), solution, *evidence)

        assert {(s.verdict, s.value) for s in labels(decision)} == {(L.NOT_CHECKED, None)}
        assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_a_right_solution_is_a_success_from_each_of_its_prefixes() -> None:
    """Strategies spend nothing on it; without any rollouts of its problem nothing is said."""
    solution = steps(3)

    free = decide(AnySuccess(), solution, right(solution), root(3, 8))
    unasked = decide(AnySuccess(), solution, right(solution))

    assert [(s.verdict, s.basis) for s in labels(free)] == [
        (L.CORRECT, INFERRED),
        (L.CORRECT, INFERRED),
        (L.CORRECT, OBSERVED),
    ]
    assert free.first_error is FirstErrorVerdict.NONE_FOUND
    assert {s.verdict for s in labels(unasked)} == {L.NOT_CHECKED}


@pytest.mark.parametrize(
    ("outcome", "verdict", "first_error"),
    [
        (Outcome.CORRECT, L.CORRECT, FirstErrorVerdict.NONE_FOUND),
        (Outcome.NO_ANSWER, L.INCORRECT, FirstErrorVerdict.FOUND),
        (Outcome.TRUNCATED, L.UNKNOWN, FirstErrorVerdict.UNDECIDED),
        (Outcome.NOT_CHECKED, L.NOT_CHECKED, FirstErrorVerdict.UNDECIDED),
    ],
)
def test_a_single_step_is_decided_by_the_outcome(
    outcome: Outcome, verdict: LabelVerdict, first_error: FirstErrorVerdict
) -> None:
    """There is no prefix to ask about."""
    solution = steps(1)

    decision = decide(AnySuccess(), solution, ended(solution, outcome))

    assert [s.verdict for s in labels(decision)] == [verdict]
    assert decision.first_error is first_error


def test_a_censored_end_behind_successes_is_open() -> None:
    """A solution that was cut off is not a wrong one."""
    solution = steps(2)
    cut = ended(solution, Outcome.TRUNCATED)

    decision = decide(AnySuccess(), solution, prefix(solution, 0, 4), cut)

    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.UNKNOWN]
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_an_observation_takes_no_label_and_leaves_no_gap() -> None:
    """What a tool answered stands between two labelled steps; the outcome is the last one's."""
    solution = chain("a\n", "tool\n", "b\n", "tool", observed=(1, 3))

    decision = decide(AnySuccess(), solution, prefix(solution, 0, 2), wrong(solution))

    assert [step is None for step in decision.steps] == [False, True, False, True]
    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.INCORRECT]
    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)


def test_what_was_asked_of_another_solution_counts_where_its_text_is_shared() -> None:
    """Beyond the shared text nothing of it is used."""
    mine, other = chain("a\n", "b\n", "c"), chain("a\n", "x\n", "y\n", "z")
    evidence = (
        *prefixes(other, 3, 0, 0),
        wrong(other),
        prefix(mine, 1, 1),
        wrong(mine),
    )
    case = Case(problem=PROBLEM, solutions=(mine, other), evidence=evidence)

    first, second = AnySuccess().decide(case, None)

    assert [s.verdict for s in labels(first)] == [L.CORRECT, L.CORRECT, L.INCORRECT]
    assert [s.verdict for s in labels(second)] == [L.CORRECT, *[L.INCORRECT] * 3]


@pytest.mark.parametrize("resolution", [-0.1, 1.5, float("nan"), True, "0.1"])
def test_a_resolution_that_is_no_share_is_refused(resolution: float) -> None:
    """It is a number in [0, 1]."""
    with pytest.raises(InvalidArgumentError, match=r"resolution=.*\[0, 1\]"):
        AnySuccess(resolution=resolution)
