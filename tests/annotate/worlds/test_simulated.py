"""The simulated world: its truth, its rates, and texts that the real checker can read."""

from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.segment import AUTO, cut
from annotate.worlds.simulated import DELIMITER, SimulatedWorld, first_error
from benchmarks.simulated_context import outcome_of
from schemas import InvalidArgumentError, Outcome, Piece, Problem, Solution, make_solution
from verifiers.answers import Answers

WORLD = SimulatedWorld(seed=11)
PROBLEMS = WORLD.problems(60)


def solution_of(problem: Problem, text: str) -> Solution:
    """Return a text as a run would store it."""
    return make_solution(problem, cut(text, AUTO))


def true_text(problem: Problem) -> str:
    """Return a completion without an error: one of the first that are right."""
    texts = (WORLD.complete(problem.question, "", number) for number in range(1000))
    return next(text for text in texts if outcome_of(problem, text) is Outcome.CORRECT)


def test_a_solution_has_an_error_exactly_where_its_answer_is_wrong() -> None:
    """Written from the start, nothing is recovered and no error is harmless."""
    for problem in PROBLEMS:
        for number in range(8):
            text = WORLD.complete(problem.question, "", number)
            wrong = first_error(problem, solution_of(problem, text)) is not None
            assert wrong == (outcome_of(problem, text) is Outcome.INCORRECT)


def test_the_real_checker_reads_the_same_outcome() -> None:
    """What the fast reading of benchmarks says is what `answers` says."""
    for problem in PROBLEMS:
        for number in range(3):
            text = WORLD.complete(problem.question, "", number)
            assert Answers().grade(problem, text).outcome is outcome_of(problem, text)


def test_success_rates_are_of_beta_2_2_and_completions_keep_them() -> None:
    """Mean 1/2 and variance 1/20 over 4,000 problems; 2,000 completions within four errors."""
    rates = [WORLD.success_rate(f"q{number}") for number in range(4000)]
    problem = PROBLEMS[0]
    p = WORLD.success_rate(problem.question)
    right = [
        outcome_of(problem, WORLD.complete(problem.question, "", i)) is Outcome.CORRECT
        for i in range(2000)
    ]

    assert fmean(rates) == pytest.approx(0.5, abs=0.015)
    assert pvariance(rates) == pytest.approx(0.05, abs=0.004)
    assert fmean(right) == pytest.approx(p, abs=4 * (p * (1 - p) / 2000) ** 0.5)


def test_first_errors_are_uniform_over_the_steps_that_remain() -> None:
    """From the third step of a sound prefix, each later step errs about equally often."""
    problem = next(p for p in PROBLEMS if len(solution_of(p, true_text(p)).steps) == 7)
    prefix = solution_of(problem, true_text(problem)).prefix(3)
    found = [
        first_error(
            problem, solution_of(problem, prefix + WORLD.complete(problem.question, prefix, i))
        )
        for i in range(3000)
    ]
    wrong = [error for error in found if error is not None]

    assert sorted(set(wrong)) == [3, 4, 5, 6]
    for step in (3, 4, 5, 6):
        assert wrong.count(step) / len(wrong) == pytest.approx(0.25, abs=0.06)


def test_a_wrong_prefix_recovers_at_its_rate_and_stays_wrong() -> None:
    """30 % of completions reach the answer; the error that was made remains the first one."""
    world = SimulatedWorld(seed=11, recovery=0.3)
    problem = PROBLEMS[1]
    steps = true_text(problem).split(DELIMITER)
    wrong = steps[0][: steps[0].index("=")] + "= 7777."
    prefix = wrong + DELIMITER
    texts = [prefix + world.complete(problem.question, prefix, i) for i in range(1500)]
    right = [outcome_of(problem, text) is Outcome.CORRECT for text in texts]

    assert fmean(right) == pytest.approx(0.3, abs=0.05)
    assert {first_error(problem, solution_of(problem, text)) for text in texts} == {0}


def test_a_sound_prefix_is_as_good_as_the_problem() -> None:
    """The rate does not drift along a solution."""
    problem = PROBLEMS[2]
    prefix = solution_of(problem, true_text(problem)).prefix(2)
    p = WORLD.success_rate(problem.question)
    right = [
        outcome_of(problem, WORLD.complete(problem.question, prefix, i)) is Outcome.CORRECT
        for i in range(2000)
    ]

    assert fmean(right) == pytest.approx(p, abs=4 * (p * (1 - p) / 2000) ** 0.5)


@given(st.integers(0, 59), st.integers(0, 2**62))
def test_a_completion_depends_on_its_key_alone_and_is_cut_at_its_steps(
    index: int, number: int
) -> None:
    """Equal keys give equal texts; the segmentation gives back one step per raise."""
    problem = PROBLEMS[index]
    text = WORLD.complete(problem.question, "", number)

    assert SimulatedWorld(seed=11).complete(problem.question, "", number) == text
    assert len(cut(text, AUTO)) == text.count("Step ")
    assert 5 <= text.count("Step ") <= 12


def test_other_seeds_are_other_worlds() -> None:
    """Problems and rates differ."""
    other = SimulatedWorld(seed=12)

    assert not {p.problem_id for p in other.problems(20)} & {p.problem_id for p in PROBLEMS}
    assert other.success_rate("q") != WORLD.success_rate("q")


def test_a_whole_solution_has_nothing_to_complete() -> None:
    """The completion is empty."""
    problem = PROBLEMS[3]

    assert WORLD.complete(problem.question, true_text(problem), 0) == ""


def test_truth_does_not_depend_on_how_the_text_was_cut() -> None:
    """One step that holds everything is wrong where any of its totals is."""
    problem = PROBLEMS[4]
    texts = [WORLD.complete(problem.question, "", i) for i in range(20)]
    wrong = next(t for t in texts if outcome_of(problem, t) is Outcome.INCORRECT)
    whole = make_solution(problem, (Piece(text=wrong),))

    assert first_error(problem, whole) == 0


def test_a_foreign_question_is_refused() -> None:
    """The line shows it and says what to use."""
    with pytest.raises(InvalidArgumentError, match="'What is 2 \\+ 2\\?' is no question"):
        WORLD.complete("What is 2 + 2?", "", 0)


@pytest.mark.parametrize(
    ("recovery", "least", "most"), [(-0.1, 5, 12), (1.1, 5, 12), (0.0, 0, 3), (0.0, 6, 5)]
)
def test_arguments_outside_their_range_are_refused(recovery: float, least: int, most: int) -> None:
    """The line shows them."""
    with pytest.raises(InvalidArgumentError, match="simulated world"):
        SimulatedWorld(recovery=recovery, min_steps=least, max_steps=most)
