"""Rule `grounded` against rewards worked out by hand."""

import pytest

from annotate.rules import Case, Grounded
from annotate.rules.grounded import reward
from schemas import (
    Evidence,
    FindingVerdict,
    FirstErrorVerdict,
    LabelVerdict,
    Solution,
    ValueKind,
)
from tests.annotate.rules.gathered import (
    PROBLEM,
    chain,
    decide,
    finding,
    labels,
    prefix,
    right,
    steps,
    wrong,
)

RIGHT, WRONG, OPEN = LabelVerdict.CORRECT, LabelVerdict.INCORRECT, LabelVerdict.UNKNOWN
TRUE, FALSE = FindingVerdict.NO_OBJECTION, FindingVerdict.INCORRECT
SILENT = FindingVerdict.NOT_APPLICABLE


def findings(solution: Solution, *verdicts: FindingVerdict) -> list[Evidence]:
    """Return what a verifier says of the first steps."""
    return [finding(solution, step, verdict) for step, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("votes", "end", "expected"),
    [
        ((1, -1), -1.0, -0.25),
        ((1, -1), 1.0, 0.75),
        ((), -1.0, -1.0),
        ((1,), -1.0, 0.0),
        ((0, 0), 1.0, 0.5),
    ],
)
def test_earlier_steps_weigh_more(votes: tuple[int, ...], end: float, expected: float) -> None:
    """Two steps, right and wrong: (1 * 2 - 1 * 1) / 4 = 0.25, and half of F is added."""
    assert reward(votes, end) == expected


def test_a_reward_fades_on_its_way_back() -> None:
    """True, refuted, wrong end: -0.25, then 0.9 and 0.81 of it; the true step is dropped."""
    solution = steps(3)

    decision = decide(Grounded(), solution, *findings(solution, TRUE, FALSE), wrong(solution))

    assert [s.value for s in labels(decision)] == pytest.approx([-0.2025, -0.225, -0.25])
    assert [s.verdict for s in labels(decision)] == [OPEN, WRONG, WRONG]
    assert {s.value_kind for s in labels(decision)} == {ValueKind.SCORE}
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_rollouts_are_paths_that_are_verified_up_to_their_prefix() -> None:
    """After step 0, 7 of 8: 1 + 0.75 each, and the own path 0.81 (0.75 - 0.5): 14.2025 / 9."""
    solution = steps(3)
    evidence = (*findings(solution, TRUE, TRUE), wrong(solution), prefix(solution, 0, 7))

    decision = decide(Grounded(), solution, *evidence)

    assert [s.value for s in labels(decision)] == pytest.approx([14.2025 / 9, 0.225, 0.25])
    assert [s.verdict for s in labels(decision)] == [RIGHT, RIGHT, OPEN]
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_the_first_wrong_sign_that_nothing_contradicts_is_the_first_error() -> None:
    """Step 0 is true, with 8 of 8 behind it; 0 of 8 behind step 1 outweigh that: 2 / 4 - 1 / 2."""
    solution = steps(4)
    evidence = (*findings(solution, TRUE), prefix(solution, 0, 8), prefix(solution, 1, 0))

    decision = decide(Grounded(), solution, *evidence, wrong(solution))

    assert [s.value for s in labels(decision)] == pytest.approx([16 / 17, 0.0, 0.0, 0.0])
    assert [s.verdict for s in labels(decision)] == [RIGHT, WRONG, WRONG, WRONG]
    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)


def test_solutions_that_share_a_step_add_up() -> None:
    """One wrong, one right, nothing found: -1 and 1 at their ends, 0 where they meet."""
    one, other = chain("a ", "b"), chain("a ", "c")
    case = Case(problem=PROBLEM, solutions=(one, other), evidence=(wrong(one), right(other)))

    bad, good = Grounded().decide(case, None)

    assert [s.value for s in labels(bad)] == [0.0, -1.0]
    assert [s.value for s in labels(good)] == [0.0, 1.0]
    assert bad.step_index == good.step_index == 0


def test_where_nothing_is_known_nothing_is_said() -> None:
    """No finding, no outcome, no rollout."""
    decision = decide(Grounded(), steps(2))

    assert {s.verdict for s in labels(decision)} == {LabelVerdict.NOT_CHECKED}
