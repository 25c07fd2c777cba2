"""What a decision could have seen: errors that a right chain recovers from need a judge."""

import pytest

from schemas import FindingVerdict, Visibility
from tests.annotate.rules.gathered import (
    by_name,
    decide,
    finding,
    opinion,
    potentials,
    prefix,
    right,
    root,
    steps,
    wrong,
)

BY_ROLLOUTS = (
    "any_success",
    "monotone_repair",
    "success_rate",
    "half_root",
    "scan",
    "noise_corrected",
    "relative_progress",
    "progress",
    "advantage",
    "posterior",
    "grounded",
    "potential",
)
SILENT = FindingVerdict.NOT_APPLICABLE
ONLY, ALL = Visibility.VISIBLE_ERRORS_ONLY, Visibility.ALL_ERRORS


@pytest.mark.parametrize("name", BY_ROLLOUTS)
def test_rollouts_of_a_right_chain_show_visible_errors_only(name: str) -> None:
    """Of a wrong one they may show every error that matters."""
    for ending, seen in ((right, ONLY), (wrong, ALL)):
        solution = steps(3)
        rows = [prefix(solution, 0, 16, 16), prefix(solution, 1, 12, 16)]
        rows += [root(14, 16), *potentials(solution, 0.0, 0.25, 0.5), finding(solution, 0, SILENT)]
        decision = decide(by_name(name), solution, *rows, ending(solution))

        assert decision.visibility is seen


def test_the_outcome_alone_shows_no_more() -> None:
    """A right answer is all that it knows of."""
    solution = steps(2)

    assert decide(by_name("outcome"), solution, right(solution)).visibility is ONLY
    assert decide(by_name("outcome"), solution, wrong(solution)).visibility is ALL


@pytest.mark.parametrize("name", ["consensus", "posterior"])
def test_a_judge_may_see_them_all(name: str) -> None:
    """Where it spoke of the solution, and the rule heard it."""
    solution = steps(2)
    rows = [root(14, 16), prefix(solution, 0, 16, 16), right(solution), opinion(solution, None)]

    assert decide(by_name(name), solution, *rows).visibility is ALL


@pytest.mark.parametrize("name", ["grounded", "posterior"])
def test_a_verifier_may_see_them_all_where_it_could_check_every_step(name: str) -> None:
    """One step that it had nothing to say of may hold an error."""
    solution = steps(2)
    rows = [root(14, 16), prefix(solution, 0, 16, 16), right(solution)]
    found = [finding(solution, step, FindingVerdict.NO_OBJECTION) for step in (0, 1)]

    assert decide(by_name(name), solution, *rows, *found).visibility is ALL
    assert decide(by_name(name), solution, *rows, found[0]).visibility is ONLY


def test_the_posterior_tells_first_and_uncorrected_errors_apart() -> None:
    """Success that falls, comes back and falls for good: an error was taken back before another."""
    solution = steps(6)
    counts = (16, 0, 16, 16, 0)
    rows = [prefix(solution, step, count, 16) for step, count in enumerate(counts)]
    decision = decide(by_name("posterior"), solution, root(16, 16), *rows, wrong(solution))

    assert decision.step_index == 1
    assert max(range(7), key=decision.uncorrected.__getitem__) == 4
    assert sum(decision.uncorrected) == pytest.approx(1)
