"""Signals of steps: what they read from text, by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.signals import SCORE_SIGNALS, SIGNALS, figures_of, signals_of, withdraws
from annotate.signals.scores import scores_by_step
from schemas import Scope, ScoreKind, SourceKind
from tests.annotate.rules.gathered import row, steps

QUESTION = "Ann has 3 apples and buys 1,200 more. She gives 7 away."
STEPS = (
    "Ann has 3 + 1200 = 1203 apples.",
    "She has 1203 - 7 = 1196 left.",
    "Wait, that is wrong.",
    "She has 3 - 8 = 5 left.",
    "She has 1203 - 7 = 1196 left.",
)


def shown(name: str, question: str = QUESTION, steps: tuple[str, ...] = STEPS) -> list[float]:
    """Return one signal of every step."""
    found = signals_of(question, steps, [{}] * len(steps))
    return [float(one) for one in found[:, SIGNALS.index(name)]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("place", [0.1, 0.3, 0.5, 0.7, 0.9]),
        ("first", [1, 0, 0, 0, 0]),
        ("last", [0, 0, 0, 0, 1]),
        ("unheard", [0, 0, 0, 1, 0]),  # the 8 stands nowhere before
        ("dropped", [0, 0, 0, 1, 1]),  # 1196 is not taken up by 3 - 8, nor 5 by what follows
        ("old", [0, 0, 0, 0, 3]),  # 1203 was arrived at by the first step, three before
        ("operands", [2, 2, 0, 2, 2]),
        ("known_result", [0, 0, 0, 0, 1]),
        ("withdraws", [0, 0, 1, 0, 0]),
        ("withdrawn_before", [0, 0, 0, 1, 0]),
        ("repeats", [0, 0, 0, 0, 1]),
    ],
)
def test_each_signal_by_hand(name: str, expected: list[float]) -> None:
    """Five steps, with a number from nowhere, a withdrawal and a repetition."""
    assert shown(name) == expected


def test_length_is_measured_against_the_usual_one() -> None:
    """By the logarithm, in either direction."""
    found = shown("odd_length", steps=("ab", "abcd", "abcdefgh"))

    assert found == pytest.approx([math.log(2), 0.0, math.log(2)])


def test_scores_stand_in_their_columns_and_are_unknown_where_nobody_scored() -> None:
    """NaN, which no number is taken for."""
    first = len(SIGNALS) - len(SCORE_SIGNALS)
    found = signals_of(QUESTION, STEPS[:2], [{"doubt": 0.5, "most_surprise": 4.0}, {}])

    assert found[0, SIGNALS.index("doubt")] == 0.5
    assert found[0, SIGNALS.index("most_surprise")] == 4.0
    assert np.isnan(found[0, SIGNALS.index("surprise")])
    assert np.isnan(found[1, first:]).all()


@given(st.text(max_size=30), st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_any_text_has_signals(question: str, steps: list[str]) -> None:
    """Empty steps, repeated ones, any script: finite numbers."""
    found = signals_of(question, steps, [dict.fromkeys(SCORE_SIGNALS, 0.0)] * len(steps))

    assert found.shape == (len(steps), len(SIGNALS))
    assert np.isfinite(found).all()


@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=8), st.data())
def test_what_comes_later_changes_no_number_of_an_earlier_step(
    steps: list[str], data: st.DataObject
) -> None:
    """Only where it stands and how long steps usually are depend on the rest."""
    cut = data.draw(st.integers(1, len(steps)))
    names = ("unheard", "dropped", "old", "operands", "known_result", "repeats", "withdraws")
    whole = {name: shown(name, steps=tuple(steps))[:cut] for name in names}

    assert whole == {name: shown(name, steps=tuple(steps[:cut])) for name in names}


def test_figures_of_a_chain_and_of_plain_words() -> None:
    """Operands stand before the first equals sign, the result behind the last."""
    chain = figures_of("So 2 * 3 + 4 = 6 + 4 = 10.5 apples, not 12.")

    assert chain.operands == ("2", "3", "4")
    assert chain.result == "10.5"
    assert figures_of("Take 2 and 3.").operands == ()
    assert figures_of("Take 2 and 3.").result is None


@pytest.mark.parametrize(
    "text",
    ["Wait, no.", "Hmm, let me check.", "That was wrong.", "Das stimmt nicht.", "等等,不对。"],
)
def test_withdrawals_in_several_languages(text: str) -> None:
    """As models word them."""
    assert withdraws(text)


@pytest.mark.parametrize("text", ["The waiter pays 3.", "An actuary counts.", "So x = 2."])
def test_plain_steps_withdraw_nothing(text: str) -> None:
    """Words that only look alike."""
    assert not withdraws(text)


def test_scores_of_two_gatherings_do_not_depend_on_their_order() -> None:
    """Those of the last by id count."""
    solution = steps(1)
    step = row(solution, 0, Scope.STEP, SourceKind.SCORES, source="p")
    scored = replace(step, reason=ScoreKind.MEAN_ENTROPY.name)
    told = (("a", 1.0), ("b", 2.0))
    rows = [replace(scored, gathering_id=name, score=value) for name, value in told]

    found = scores_by_step(rows, "p")
    assert found == scores_by_step(rows[::-1], "p")
    assert list(found.values()) == [{"doubt": 2.0}]
