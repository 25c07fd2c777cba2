"""Drawn problems: a function of their seed, exact, varied, and small in their numbers."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.worlds.stories import (
    STEP_WEIGHTS,
    Dice,
    StepVerdict,
    check_chain,
    draw_problem,
    first_error,
    read_story,
    write_flawed,
)
from schemas.errors import InvalidArgumentError
from verifiers.answers import extract_answer

LARGEST = 700
"""No quantity of any story is larger."""

seeds = st.integers(-(2**40), 2**40)


@given(seeds)
def test_reading_the_text_gives_back_what_was_drawn(seed: int) -> None:
    """The text alone carries all facts in their order, and the question."""
    story = draw_problem(seed)

    world = read_story(story.text)

    assert world is not None
    assert story.quantities.facts == world.facts
    assert story.quantities.asked == world.asked
    assert list(story.quantities.facts) == list(world.facts)


@given(seeds, st.sampled_from(sorted(STEP_WEIGHTS)))
def test_a_problem_has_the_steps_asked_for(seed: int, steps: int) -> None:
    """The solution computes exactly that many quantities, each a small whole number."""
    story = draw_problem(seed, steps)
    values = [story.quantities.value(key) for key in (*story.quantities.facts, *story.plan)]

    assert steps == story.steps == len(story.plan) == len(story.solution) - 1
    assert all(
        value is not None and value.denominator == 1 and 0 < value <= LARGEST for value in values
    )
    assert story.answer == str(values[-1])


@given(seeds)
def test_the_same_seed_draws_the_same_problem(seed: int) -> None:
    """Drawing keeps no state."""
    assert draw_problem(seed).text == draw_problem(seed).text


def test_problems_differ() -> None:
    """Hardly any two of a thousand seeds give the same text, and all lengths occur as weighted."""
    stories = [draw_problem(seed) for seed in range(1000)]
    lengths = Counter(story.steps for story in stories)

    assert len({story.text for story in stories}) > 990
    assert set(STEP_WEIGHTS) == set(lengths)
    assert all(abs(lengths[n] / 10 - weight) < 5 for n, weight in STEP_WEIGHTS.items())


def test_wordings_and_questions_vary() -> None:
    """Each family, and each way to put a relation, turns up within a few hundred problems."""
    texts = " ".join(draw_problem(seed).text for seed in range(600))
    phrases = (
        *("twice the", "twice as", "half as", "half the", "a third", "times as many", "more than"),
        *("Compared with", "combined", "together?", "in all?", "left?", "pay?", "per hour"),
        *("each hour", "longer than", "dearer", "cheaper", "the price of", "How many more"),
    )

    assert [phrase for phrase in phrases if phrase not in texts] == []


@pytest.mark.parametrize("steps", [-1, 0, 1, 9])
def test_an_impossible_length_is_refused(steps: int) -> None:
    """The message says which lengths there are."""
    with pytest.raises(InvalidArgumentError, match="from 2 to 8"):
        draw_problem(1, steps)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tom has 3 pens.",
        "How many pens does Tom have?",
        "Tom has 3 pens. How many pens does Ann have?",
        "Tom has 3 pens. Tom has 4 pens. How many pens does Tom have?",
        "Tom has 3 pens. He is tall. How many pens does Tom have?",
        "Tom has 3 pens. How many pens does Tom have? Why?",
        "Tom has 2 more pens than Ann. Ann has 2 fewer pens than Tom. How many pens does Ann have?",
        "Tom has 3 pens, how many pens does Tom have?",
    ],
)
def test_a_text_off_the_grammar_has_no_world(text: str) -> None:
    """Doubled, circular, missing or foreign statements are not guessed at."""
    assert read_story(text) is None


@given(seeds)
def test_planting_changes_only_from_its_place_on(seed: int) -> None:
    """What comes before a planted error is the right chain, letter by letter."""
    story = draw_problem(seed)
    dice = Dice("plant", seed)
    at = dice.below(story.steps + 1)

    flawed = write_flawed(story, dice, at)

    assert story.solution[:at] == flawed[:at]
    assert len(story.solution) == len(flawed)


def test_nearly_every_planted_error_is_one() -> None:
    """Of 500 planted errors, all but a few that change nothing are first errors in their place."""
    found = 0
    for seed in range(500):
        story = draw_problem(seed)
        dice = Dice("plant", seed)
        at = dice.below(story.steps + 1)
        truths = check_chain(story.text, write_flawed(story, dice, at))
        found += at == first_error(truths)
        assert all(truth.verdict is StepVerdict.RIGHT for truth in truths[:at])

    assert found >= 485


@given(seeds)
def test_the_answer_is_found_by_the_answer_checker(seed: int) -> None:
    """The project's own extraction finds the answer at the end of a drawn solution."""
    story = draw_problem(seed)

    answer = extract_answer("\n".join(story.solution))

    assert story.answer == answer


@given(st.integers(0, 2**30), st.integers(1, 50))
def test_draws_stay_in_range_and_repeat(key: int, limit: int) -> None:
    """A key gives the same draws again, all below their limit."""
    first, again = Dice("key", key), Dice("key", key)
    draws = [first.below(limit) for _ in range(20)]

    assert draws == [again.below(limit) for _ in range(20)]
    assert all(0 <= draw < limit for draw in draws)
