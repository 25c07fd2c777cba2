"""Rules on changes of success, and the noise-corrected one, against values worked out by hand."""

import pytest

from annotate.rules import (
    Advantage,
    HalfRoot,
    MonotoneRepair,
    NoiseCorrected,
    Progress,
    RelativeProgress,
    Rule,
)
from schemas import FirstErrorVerdict, InvalidArgumentError, LabelVerdict, ValueKind
from tests.annotate.rules.gathered import (
    chain,
    decide,
    labels,
    prefix,
    prefixes,
    right,
    root,
    steps,
    wrong,
)

L = LabelVerdict
CHANGES = [RelativeProgress(), Progress(), Advantage()]


def test_relative_progress_by_hand() -> None:
    """From 1/2 to 5/8, 4/8 (0.8 of it: right), 3/8 (0.75: wrong) and 0."""
    solution = steps(5)
    rows = (root(8, 16), *prefixes(solution, 5, 4, 3, 0), wrong(solution))

    decision = decide(RelativeProgress(), solution, *rows)

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [s.value for s in labels(decision)] == [1.25, 0.8, 0.75, 0.0, 0.0]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.PROGRESS}
    assert decide(RelativeProgress(epsilon=0.75), solution, *rows).step_index == 3


def test_progress_by_hand_adds_up_to_the_outcome_less_the_root() -> None:
    """It may be negative; the greatest fall is the first error where it is below the threshold."""
    solution = steps(3)
    rows = (root(12, 16), *prefixes(solution, 7, 2), wrong(solution))

    decision = decide(Progress(), solution, *rows)
    values = [s.value for s in labels(decision) if s.value is not None]

    assert values == [0.125, -0.625, -0.25]
    assert sum(values) == 0 - 0.75
    assert decision.step_index == 1


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (RelativeProgress(), (15, 20), (12, 20)),  # 0.8, which is right
        (Progress(least=-0.1), (8, 10), (7, 10)),
        (Progress(least=-0.3), (9, 10), (6, 10)),
        (HalfRoot(fraction=0.1), (8, 10), (8, 100)),
        (MonotoneRepair(fraction=0.1), (8, 10), (8, 100)),
    ],
    ids=str,
)
def test_what_is_equal_to_a_threshold_is_right(
    rule: Rule, before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Though floats make it a trifle less; one success less is wrong."""
    solution = steps(2)
    for less, expected in ((0, L.CORRECT), (1, L.INCORRECT)):
        counts = prefix(solution, 0, after[0] - less, after[1])
        decision = decide(rule, solution, root(*before), counts, wrong(solution))

        assert labels(decision)[0].verdict is expected


def test_advantage_by_hand() -> None:
    """Best of two: rates of 1/2, 1/4 and 0 are 3/4, 7/16 and 0; the first pit is the error."""
    solution = steps(3)
    rows = (root(8, 16), *prefixes(solution, 2, 0), wrong(solution))

    decision = decide(Advantage(best_of=2), solution, *rows)

    assert [s.value for s in labels(decision)] == [-0.3125, -0.4375, 0.0]
    assert decision.step_index == 1
    plain = decide(Advantage(best_of=1), solution, *rows)
    assert [s.value for s in labels(plain)] == [-0.25, -0.25, 0.0]


@pytest.mark.parametrize("rule", CHANGES, ids=str)
def test_changes_need_every_prefix_and_the_root(rule: Rule) -> None:
    """One that was not asked: NOT_CHECKED. One that is open, or a hopeless root: UNKNOWN."""
    solution = steps(3)
    one = prefix(solution, 0, 4)

    def said(*rows: object) -> set[LabelVerdict]:
        return {s.verdict for s in labels(decide(rule, solution, *rows, wrong(solution)))}  # type: ignore[arg-type]  # rows of evidence

    assert said(root(8, 16), one) == {L.NOT_CHECKED}
    assert said(*prefixes(solution, 4, 4)) == {L.NOT_CHECKED}
    assert said(root(8, 16), one, prefix(solution, 1, 0, 0)) == {L.UNKNOWN}
    assert said(root(0, 16), *prefixes(solution, 0, 0)) == {L.UNKNOWN}


@pytest.mark.parametrize("rule", CHANGES, ids=str)
def test_an_observation_lies_between_the_steps_it_does_not_separate(rule: Rule) -> None:
    """The change of a step is from the last step that takes a label."""
    plain = chain("a\n", "c\n")
    told = chain("a\n", "b\n", "c\n", observed=(1,))

    one = decide(rule, plain, root(8, 16), prefix(plain, 0, 4), wrong(plain))
    other = decide(rule, told, root(8, 16), prefix(told, 0, 4), wrong(told))

    assert [s.value for s in labels(one)] == [s.value for s in labels(other)]


def test_noise_is_taken_out_of_rates_by_hand() -> None:
    """H = 16/18 and g = 0.2 h; 0.5 is (0.5 - 0.1778) / (0.8889 - 0.1778) = 0.453 of the way."""
    solution = steps(4)
    rows = (root(15, 16), *prefixes(solution, 8, 4, 1), wrong(solution))

    decision = decide(NoiseCorrected(), solution, *rows)

    assert [s.verdict for s in labels(decision)] == [L.CORRECT, L.UNKNOWN, L.INCORRECT, L.INCORRECT]
    values = [s.value for s in labels(decision)]
    assert values[0] == 1.0
    assert values[1] == pytest.approx(0.4531, abs=1e-4)
    assert values[2] == 0.0
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_where_no_prefix_was_asked_the_corrected_rate_says_nothing() -> None:
    """A wrong end alone does not tell that the last step is the wrong one."""
    solution = steps(3)
    decision = decide(NoiseCorrected(), solution, root(15, 16), wrong(solution))

    assert {s.verdict for s in labels(decision)} == {L.NOT_CHECKED}


def test_without_recovery_the_corrected_rate_is_the_share_of_the_roots() -> None:
    """SCAN's soft value."""
    solution = steps(2)
    rule = NoiseCorrected(recovery=0.0)
    decision = decide(rule, solution, root(8, 14), prefix(solution, 0, 2), wrong(solution))

    value = labels(decision)[0].value
    assert value is not None
    assert value == pytest.approx(0.25 / (9 / 16), abs=2e-3)


def test_the_corrected_rate_needs_the_roots() -> None:
    """Nothing known of it, or never solved."""
    solution = steps(2)
    rows = (prefix(solution, 0, 2), right(solution))

    unasked = decide(NoiseCorrected(), solution, *rows)
    hopeless = decide(NoiseCorrected(), solution, root(0, 16), *rows)
    assert {s.verdict for s in labels(unasked)} == {L.NOT_CHECKED}
    assert {s.verdict for s in labels(hopeless)} == {L.UNKNOWN}


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        (RelativeProgress, {"epsilon": 0.0}),
        (Progress, {"least": 0.5}),
        (Advantage, {"best_of": 0}),
        (NoiseCorrected, {"recovery": 1.0}),
        (NoiseCorrected, {"confidence": 0.5}),
    ],
)
def test_arguments_out_of_range_are_refused(rule: type, arguments: dict[str, float]) -> None:
    """The line names the argument."""
    with pytest.raises(InvalidArgumentError, match=next(iter(arguments))):
        rule(**arguments)
