"""Courses: every one possible, each once, and what they say of prefixes."""

import numpy as np
import pytest

from annotate.search import Kind, courses_of
from annotate.search.courses import (
    LONGEST_RETRACTION,
    MOST_PAIRS,
    MOST_STEPS_WITH_TWO_ERRORS,
)


def told(n_steps: int, *, ends_wrong: bool) -> list[tuple[int, int, list[int]]]:
    """Return (first error, uncorrected error, ages by prefix) of each course."""
    courses = courses_of(n_steps, ends_wrong=ends_wrong)
    return [
        (int(first), int(last), list(map(int, age)))
        for first, last, age in zip(courses.first, courses.uncorrected, courses.age, strict=True)
    ]


def test_the_courses_of_a_short_wrong_solution() -> None:
    """By hand: three steps; the last prefix ends with the second."""
    assert told(3, ends_wrong=True) == [
        (0, 0, [0, 1]),
        (0, 0, [0, 0]),  # wrong at 0, and anew at 1
        (0, 2, [0, -1]),  # wrong at 0, taken back at 1, wrong again at 2
        (1, 1, [-1, 0]),
        (2, 2, [-1, -1]),
        (3, 3, [-1, -1]),
    ]


def test_a_second_error_behind_one_that_stands() -> None:
    """By hand: four steps; the age is that of the second error once there are two."""
    courses = courses_of(4, ends_wrong=True)
    (followed,) = np.flatnonzero(courses.kind == Kind.FOLLOWED)[:1]

    assert courses.first[followed] == courses.uncorrected[followed] == 0
    assert list(courses.age[followed]) == [0, 0, 1]
    assert list(courses.twice[followed]) == [False, True, True]
    # rows: sound, one error 0 to 2 steps old, two of which the second is 0 to 2 steps old
    assert list(courses.state[followed]) == [1, 4, 5]


def test_a_right_solution_takes_its_error_back_or_outlives_it() -> None:
    """By hand: nothing goes wrong after it was taken back."""
    assert told(3, ends_wrong=False) == [
        (0, 0, [0, 1]),
        (0, 3, [0, -1]),
        (0, 3, [0, 1]),
        (1, 1, [-1, 0]),
        (1, 3, [-1, 0]),
        (2, 2, [-1, -1]),
        (3, 3, [-1, -1]),
    ]


@pytest.mark.parametrize("ends_wrong", [True, False])
@pytest.mark.parametrize("n_steps", [1, 2, 5, 20])
def test_each_course_is_there_once_by_first_error(n_steps: int, ends_wrong: bool) -> None:  # noqa: FBT001  # a parameter
    """Sorted; `starts` says where each first error begins; prefixes before it are sound."""
    courses = courses_of(n_steps, ends_wrong=ends_wrong)
    firsts = list(map(int, courses.first))

    assert firsts == sorted(firsts)
    assert [firsts[start] for start in courses.starts] == list(range(n_steps + 1))
    for first, age in zip(firsts, courses.age, strict=True):
        assert (age[:first] == -1).all()
        assert first >= n_steps - 1 or age[first] == 0


def test_a_retraction_is_short() -> None:
    """What is taken back is wrong for so many prefixes at most."""
    courses = courses_of(12, ends_wrong=True)
    wrong = (courses.age >= 0) & (np.arange(11) < courses.uncorrected[:, None])
    wrong = wrong[courses.kind == Kind.RETRACTED]

    assert wrong.sum(axis=1).max() == LONGEST_RETRACTION


@pytest.mark.parametrize("n_steps", [21, 40, 100])
def test_longer_solutions_have_fewer_places_for_a_second_error(n_steps: int) -> None:
    """The last step is among them, whatever the length; there are not many more courses."""
    courses = courses_of(n_steps, ends_wrong=True)
    retracted = courses.uncorrected[courses.kind == Kind.RETRACTED]

    assert n_steps - 1 in retracted
    assert {Kind.RETRACTED, Kind.FOLLOWED} <= set(courses.kind)
    assert len(courses.first) < n_steps + 2 * MOST_PAIRS


def test_the_longest_solutions_that_end_wrong_are_held_to_err_once() -> None:
    """One course for each first error, and one for none; a right answer may take errors back."""
    n_steps = MOST_STEPS_WITH_TWO_ERRORS + 1

    assert len(courses_of(n_steps, ends_wrong=True).first) == n_steps + 1
    assert Kind.RETRACTED in courses_of(n_steps, ends_wrong=False).kind
