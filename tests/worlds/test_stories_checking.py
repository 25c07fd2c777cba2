"""The exact checker: never wrong about a right step, exact about planted ones, else silent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.worlds.stories import (
    Dice,
    StepError,
    StepVerdict,
    Story,
    check_chain,
    draw_problem,
    first_error,
    first_error_is_known,
    first_uncorrected_error,
    write_flawed,
)

RIGHT, WRONG, RETRACTED, UNPARSABLE = (
    StepVerdict.RIGHT,
    StepVerdict.WRONG,
    StepVerdict.RETRACTED,
    StepVerdict.UNPARSABLE,
)

STORY = (
    "Tom has 12 pens. Ann has 5 more pens than Tom. Ben owns twice the pens of Ann. "
    "Kim has 3 pens. How many pens do Ann, Ben and Tom have together?"
)
SHOP = (
    "A pen costs 3 dollars. A cup costs 4 dollars more than a pen. Ann buys 2 pens. Ann buys 5 "
    "cups. Ann has 60 dollars. How many dollars does Ann have left?"
)
WORK = (
    "Tom picks 6 pears each hour. Ann picks 2 fewer pears each hour than Tom. Tom works for 3 "
    "hours. Ann works twice as long as Tom. How many more pears does Ann pick than Tom?"
)

seeds = st.integers(0, 2**40)


def verdicts(story: str, *steps: str) -> list[StepVerdict]:
    """Return the verdict of each step."""
    return [truth.verdict for truth in check_chain(story, steps)]


def last_error(story: str, *steps: str) -> StepError:
    """Return the kind of error of the last step, which must be wrong."""
    truth = check_chain(story, steps)[-1]
    assert truth.verdict is WRONG, truth

    return truth.error


@given(seeds)
@settings(max_examples=300)
def test_every_step_of_a_drawn_solution_is_right(seed: int) -> None:
    """The checker, working from the text alone, agrees with the drawing on every step."""
    story = draw_problem(seed)

    truths = check_chain(story.text, story.solution)

    assert [RIGHT] * (story.steps + 1) == [truth.verdict for truth in truths]


def any_order(story: Story, dice: Dice) -> list[str]:
    """Return the solution's steps in a drawn order that computes nothing before its operands."""
    world, left, done, lines = story.quantities, list(story.plan), set[object](), list[str]()
    while left:
        ready = [
            key
            for key in left
            if (fact := world.define(key)) is not None
            and not isinstance(fact, int)
            and all(term in done or term not in story.plan for term in fact.terms)
        ]
        key = dice.pick(ready)
        left.remove(key)
        done.add(key)
        lines.append(story.solution[story.plan.index(key)])
    return [*lines, story.solution[-1]]


@given(seeds)
def test_independent_steps_may_come_in_any_order(seed: int) -> None:
    """Any order in which operands come before their use is right throughout."""
    story = draw_problem(seed)
    steps = any_order(story, Dice("order", seed))

    truths = check_chain(story.text, steps)

    assert {RIGHT} == {truth.verdict for truth in truths}


@given(seeds, st.sampled_from([StepError.ARITHMETIC, StepError.UNKNOWN_QUANTITY]))
@settings(max_examples=200)
def test_a_planted_error_is_named_at_its_place_with_its_kind(seed: int, kind: StepError) -> None:
    """The first error is the planted one, of the planted kind; what follows adds none."""
    story = draw_problem(seed)
    dice = Dice("plant", seed)
    at = dice.below(story.steps)

    truths = check_chain(story.text, write_flawed(story, dice, at, kind))

    assert at == first_error(truths)
    assert kind is truths[at].error
    assert first_error_is_known(truths)


@given(seeds, st.sampled_from([StepError.OPERAND, StepError.OPERATION]))
@settings(max_examples=200)
def test_a_planted_mix_up_is_found_unless_it_changes_nothing(seed: int, kind: StepError) -> None:
    """A swapped operand or operation is named at its place, or the step is right after all."""
    story = draw_problem(seed)
    dice = Dice("plant", seed)
    at = dice.below(story.steps)
    flawed = write_flawed(story, dice, at, kind)

    truths = check_chain(story.text, flawed)

    if truths[at].verdict is RIGHT:
        ending = story.solution[at].rpartition("=")[2].split()[0]
        assert ending == flawed[at].rpartition("=")[2].split()[0]
    elif truths[at].verdict is not UNPARSABLE:
        assert at == first_error(truths)
        assert truths[at].error in {kind, StepError.UNKNOWN_QUANTITY}


@given(seeds)
@settings(max_examples=150)
def test_a_withdrawn_error_is_no_uncorrected_error(seed: int) -> None:
    """A chain that takes its error back and goes on rightly has a first error and none left."""
    story = draw_problem(seed)
    dice = Dice("withdraw", seed)
    at = dice.below(story.steps)
    flawed = write_flawed(story, dice, at, StepError.ARITHMETIC)
    carried_on = dice.between(at + 1, story.steps)
    withdrawal = f"Wait, step {at + 1} is wrong."
    chain = (*flawed[:carried_on], withdrawal, *story.solution[at:])

    truths = check_chain(story.text, chain)

    assert at == first_error(truths)
    assert truths[at].verdict is RETRACTED
    assert first_uncorrected_error(truths) is None
    assert all(truth.verdict is RIGHT for truth in truths[carried_on:])


@given(st.text(max_size=60))
def test_garbage_is_never_judged(text: str) -> None:
    """A step off the grammar is unparsable, and so is every step to a problem off the grammar."""
    assert verdicts("What is love?", text, "The answer is 3.") == [UNPARSABLE, UNPARSABLE]
    assert verdicts(STORY, f"So {text}") == [UNPARSABLE]


@given(seeds, st.integers(0, 200), st.sampled_from("aZ9 .,=+\n"))
def test_a_slip_of_the_pen_is_never_called_right(seed: int, place: int, character: str) -> None:
    """A right step with one character replaced is right only where it still says what is so."""
    story = draw_problem(seed)
    step = story.solution[0]
    place %= len(step)
    damaged = step[:place] + character + step[place + 1 :]
    same = damaged.strip() == step or damaged.lower() == step.lower()

    truth = check_chain(story.text, [damaged])[0]

    if truth.verdict is RIGHT and not same:
        left, _, right = damaged.rpartition(" = ")
        assert left, damaged
        assert right.split()[0].strip(".") == step.rpartition(" = ")[2].split()[0].strip(".")


@pytest.mark.parametrize(
    "step",
    [
        "Ann has 5 more pens than Tom, so 5 + 12 = 17.",
        "Compared with Tom, Ann has 5 more pens, so 12 + 5 = 17.",
        "Ann has 5 more pens than Tom.",
        "Tom has 5 fewer pens than Ann, so 17 - 5 = 12.",
        "Ben has 2 times as many pens as Ann, so 2 * 17 = 34.",
        "Ben owns twice the pens of Ann, so 17 + 17 = 34.",
        "Ann has half as many pens as Ben, so 34 / 2 = 17.",
        "Ann has 17 pens.",
        "Tom and Kim have 12 + 3 = 15 pens together.",
        "Ann, Ben and Tom have 34 + 12 + 17 = 63 pens together.",
        "Tom, Ann and Ben have 29 + 34 = 63 pens together.",
        "Ben has 34 - 12 = 22 more pens than Tom.",
        "The answer is 63.",
    ],
)
def test_what_is_true_of_the_story_is_right(step: str) -> None:
    """Commuted operands, other wordings, partial sums, unneeded and inverse relations are right."""
    assert verdicts(STORY, step) == [RIGHT]


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("Ann has 5 more pens than Tom, so 12 + 5 = 18.", StepError.ARITHMETIC),
        ("Ann has 5 more pens than Tom, so 12 - 5 = 7.", StepError.OPERATION),
        ("Ann has 5 fewer pens than Tom, so 12 - 5 = 7.", StepError.OPERATION),
        ("Ann has 5 more pens than Kim, so 3 + 5 = 8.", StepError.OPERAND),
        ("Ann has 5 more pens than Tom, so 3 + 5 = 8.", StepError.OPERAND),
        ("Ann has 3 more pens than Tom, so 12 + 3 = 15.", StepError.OPERAND),
        ("Ann has 5 more pens than Tom, so 77 + 5 = 82.", StepError.UNKNOWN_QUANTITY),
        ("Zoe has 5 more pens than Tom, so 12 + 5 = 17.", StepError.UNKNOWN_QUANTITY),
        ("Ann has 5 more pens than Zoe, so 12 + 5 = 17.", StepError.UNKNOWN_QUANTITY),
        ("Ann has 5 more cups than Tom, so 12 + 5 = 17.", StepError.UNKNOWN_QUANTITY),
        ("Ben owns twice the pens of Ann, so 12 * 2 = 24.", StepError.UNKNOWN_QUANTITY),
        ("Kim has 12 pens.", StepError.OPERAND),
        ("The answer is 12.", StepError.OPERAND),
        ("The answer is 99.", StepError.UNKNOWN_QUANTITY),
    ],
)
def test_the_kind_of_a_first_error_is_told(step: str, error: StepError) -> None:
    """Each kind of error is named as it is, with nothing computed before."""
    assert error is last_error(STORY, step)


@pytest.mark.parametrize(
    ("story", "step", "error"),
    [
        (SHOP, "Ann buys 2 pens for 2 * 7 = 14 dollars.", StepError.UNKNOWN_QUANTITY),
        (SHOP, "Ann buys 5 pens for 5 * 3 = 15 dollars.", StepError.OPERAND),
        (SHOP, "Ann buys 2 pens for 2 + 3 = 5 dollars.", StepError.OPERATION),
        (SHOP, "Ann buys 2 kites for 2 * 3 = 6 dollars.", StepError.UNKNOWN_QUANTITY),
        (SHOP, "Tom pays 6 + 35 = 41 dollars.", StepError.UNKNOWN_QUANTITY),
        (WORK, "Tom picks 3 * 3 = 9 pears.", StepError.OPERAND),
        (WORK, "Tom picks 6 + 3 = 9 pears.", StepError.OPERATION),
        (WORK, "Tom picks 6 * 3 = 19 pears.", StepError.ARITHMETIC),
    ],
)
def test_shops_and_work_are_judged_alike(story: str, step: str, error: StepError) -> None:
    """Quantities that no sentence states are checked by what their kind means."""
    assert error is last_error(story, step)


def test_shops_and_work_come_out_right() -> None:
    """Right chains of both families are right to the last step."""
    shop = (
        "A cup costs 4 dollars more than a pen, so 3 + 4 = 7.",
        "Ann buys 5 cups for 7 * 5 = 35 dollars.",
        "Ann buys 2 pens for 3 + 3 = 6 dollars.",
        "Ann pays 6 + 35 = 41 dollars.",
        "Ann has 60 - 41 = 19 dollars left.",
        "The answer is 19.",
    )
    work = (
        "Tom picks 6 * 3 = 18 pears.",
        "Ann works twice as long as Tom, so 3 * 2 = 6.",
        "Ann picks 2 fewer pears each hour than Tom, so 6 - 2 = 4.",
        "Ann picks 4 * 6 = 24 pears.",
        "Ann picks 24 - 18 = 6 more pears than Tom.",
        "The answer is 6.",
    )

    assert verdicts(SHOP, *shop) == [RIGHT] * 6
    assert verdicts(WORK, *work) == [RIGHT] * 6


def test_what_follows_from_an_error_is_propagated() -> None:
    """Later steps that carry the wrong value on are wrong without an error of their own."""
    truths = check_chain(
        STORY,
        [
            "Ann has 5 more pens than Tom, so 12 + 5 = 18.",
            "Ben owns twice the pens of Ann, so 18 * 2 = 36.",
            "Ann, Ben and Tom have 18 + 36 + 12 = 66 pens together.",
            "The answer is 66.",
        ],
    )

    assert [t.error for t in truths] == [StepError.ARITHMETIC] + [StepError.PROPAGATED] * 3
    assert first_uncorrected_error(truths) == 0


def test_a_fresh_slip_on_a_wrong_value_is_an_error_of_its_own() -> None:
    """A step that rests on a wrong value and miscalculates is called arithmetic."""
    error = last_error(
        STORY,
        "Ann has 5 more pens than Tom, so 12 + 5 = 18.",
        "Ben owns twice the pens of Ann, so 18 * 2 = 37.",
    )

    assert error is StepError.ARITHMETIC


def test_the_true_value_after_an_error_is_right() -> None:
    """A chain that silently uses the true value says what is so; the error before stays."""
    steps = (
        "Ann has 5 more pens than Tom, so 12 + 5 = 18.",
        "Ben owns twice the pens of Ann, so 17 * 2 = 34.",
    )

    assert verdicts(STORY, *steps) == [WRONG, RIGHT]


def test_withdrawing_a_step_withdraws_what_rests_on_it() -> None:
    """Steps built on a withdrawn error fall with it; steps beside it stay."""
    steps = (
        "Ann has 5 more pens than Tom, so 12 + 5 = 18.",
        "Tom and Kim have 12 + 3 = 15 pens together.",
        "Ben owns twice the pens of Ann, so 18 * 2 = 36.",
        "Wait, step 1 is wrong.",
        "Ben owns twice the pens of Ann, so 18 * 2 = 36.",
    )

    assert verdicts(STORY, *steps) == [RETRACTED, RIGHT, RETRACTED, RIGHT, WRONG]


@pytest.mark.parametrize("named", [0, 1, 2, 7])
def test_taking_back_what_is_right_or_not_there_is_wrong(named: int) -> None:
    """A false alarm is an error, and no earlier verdict changes."""
    steps = ("Ann has 5 more pens than Tom, so 12 + 5 = 17.", f"Wait, step {named} is wrong.")
    truths = check_chain(STORY, steps)

    assert [truth.verdict for truth in truths] == [RIGHT, WRONG]
    assert truths[1].error is StepError.FALSE_WITHDRAWAL


def test_a_false_alarm_can_be_taken_back() -> None:
    """Withdrawing a false withdrawal is right, and leaves no uncorrected error."""
    steps = (
        "Ann has 5 more pens than Tom, so 12 + 5 = 17.",
        "Wait, step 1 is wrong.",
        "Wait, step 2 is wrong.",
    )

    assert verdicts(STORY, *steps) == [RIGHT, RETRACTED, RIGHT]


@pytest.mark.parametrize(
    "step",
    [
        "",
        "Ann has 5 more pens than Tom, so 12 + 5 = 17",
        "Ann has 5 more pens than Tom, so 17.",
        "Ann has 5 more pens than Tom, so 12 + 5 - 0 = 17.",
        "Ann has 5 more pens than Tom, so 10 + 7 = 17.",
        "Ann has five more pens than Tom, so 12 + 5 = 17.",
        "Tom has 6 + 6 = 12 pens.",
        "Ann and Tom have 58 / 2 = 29 pens together.",
        "I think that Ann has 17 pens.",
        "Wait, step 1 is wrong. Ann has 17 pens.",
        "The answer is 63. The answer is 63.",
    ],
)
def test_what_cannot_be_told_exactly_is_unparsable(step: str) -> None:
    """Sentences off the grammar and true results by unknown ways are left undecided."""
    assert verdicts(STORY, step) == [UNPARSABLE]


def test_an_unparsable_step_leaves_the_first_error_unknown_only_before_it() -> None:
    """Unknown means: an unparsable step comes before the first error, or there is no error."""
    wrong, odd = "The answer is 99.", "Hm."

    assert first_error_is_known(check_chain(STORY, [wrong, odd]))
    assert not first_error_is_known(check_chain(STORY, [odd, wrong]))
    assert not first_error_is_known(check_chain(STORY, ["The answer is 63.", odd]))
    assert first_error_is_known(())
