"""The strategy `screen`: which problems go on, and which samples become solutions."""

import asyncio

import pytest

from annotate.strategies import STRATEGIES, Gathered, Screen
from schemas import InvalidArgumentError, Outcome, Role, Scope, SourceKind, prefix_id
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    PROBLEM,
    Answer,
    Scripted,
    case_of,
    numbered,
)
from verifiers import build, parse_spec


def first_right(n_right: int) -> Answer:
    """Return a script in which the first samples are right and the others wrong, all distinct."""
    return lambda _prefix, i: (f"a\nb{i}\n", CORRECT if i < n_right else INCORRECT)


def gather(screen: Screen, answer: Answer) -> Gathered:
    """Return what the screen does with a bare problem."""
    return asyncio.run(screen.gather(case_of(), Scripted(answer=answer), "g"))


@pytest.mark.parametrize(
    ("text", "n_right", "word"),
    [
        ("screen()", 0, "ALL_WRONG"),
        ("screen()", 1, "KEPT"),
        ("screen()", 31, "KEPT"),
        ("screen()", 32, "ALL_RIGHT"),
        ("screen(min_rate=0.75, strict=False)", 23, "BELOW_RATE"),
        ("screen(min_rate=0.75, strict=False)", 24, "KEPT"),
        ("screen(min_rate=0.75, strict=False)", 32, "KEPT"),
        ("screen(min_rate=0.75, strict=False)", 0, "ALL_WRONG"),
        ("screen(min_rate=0.25, max_rate=0.75)", 24, "ABOVE_RATE"),
        ("screen(min_rate=0.25, max_rate=0.75)", 8, "BELOW_RATE"),
        ("screen(min_rate=0.25, max_rate=0.75)", 9, "KEPT"),
        ("screen(strict=False)", 0, "KEPT"),
    ],
)
def test_a_problem_is_kept_by_its_rate(text: str, n_right: int, word: str) -> None:
    """OmegaPRM's filter drops 0/32 and 32/32; SCAN's keeps from 0.75 on; each reason has a word."""
    screen = build(STRATEGIES, parse_spec(text))
    assert isinstance(screen, Screen)
    found = gather(screen, first_right(n_right))

    (row,) = found.evidence
    assert row.reason == word
    assert bool(found.solutions) == (word == "KEPT")


def test_the_root_rate_is_evidence_about_the_problem() -> None:
    """Counts, the empty prefix, the policy's name and all tokens; no solution, no step."""
    (row,) = gather(Screen(role="completer"), first_right(20)).evidence

    assert (row.scope, row.source_kind, row.source) == (
        Scope.PROBLEM,
        SourceKind.ROLLOUTS,
        "policy as COMPLETER",
    )
    assert (row.solution_id, row.step_index) == (None, None)
    assert row.prefix_id == prefix_id(PROBLEM.problem_id, "")
    assert (row.successes, row.trials, row.tokens) == (20, 32, 320)


def test_censored_samples_are_no_trials_and_are_not_taken_in() -> None:
    """Three are cut off, one has no answer and is wrong, the rest is right."""
    cut = {1: Outcome.TRUNCATED, 2: Outcome.CHECK_TIMEOUT, 3: Outcome.FAILED, 4: Outcome.NO_ANSWER}
    found = gather(Screen(n=8), lambda _prefix, i: (f"a{i}\n", cut.get(i, CORRECT)))

    assert (found.evidence[0].successes, found.evidence[0].trials) == (4, 5)
    assert [s.text for s in found.solutions] == ["a4\n", "a0\n", "a5\n", "a6\n", "a7\n"]


def test_a_problem_without_any_outcome_is_screened_out_by_its_own_word() -> None:
    """Neither all wrong nor all right: nothing is known, or every sample was cut off."""
    found = gather(Screen(n=4), lambda _prefix, i: (f"a{i}\n", Outcome.NOT_CHECKED))

    cut = gather(Screen(n=4), lambda _prefix, i: (f"a{i}\n", Outcome.TRUNCATED))

    assert (found.evidence[0].reason, found.evidence[0].trials) == ("NO_OUTCOME", 0)
    assert (cut.evidence[0].reason, cut.evidence[0].trials) == ("ALL_CUT", 0)


def test_the_first_wrong_and_right_samples_are_taken_in_each_text_once() -> None:
    """Equal samples are one solution with a source each, and do not use up the number wanted."""
    texts = ["w0", "r0", "w0", "w1", "r0", "w2", "r1", "w0", " "]
    found = gather(
        Screen(n=9, take_wrong=2, take_right=1),
        lambda _prefix, i: (texts[i], CORRECT if texts[i].startswith("r") else INCORRECT),
    )

    assert [s.text for s in found.solutions] == ["w0", "w1", "r0"]
    rows = [
        (next(s.text for s in found.solutions if s.solution_id == r.solution_id), r.row)
        for r in found.sources
    ]
    assert rows == [("w0", 1), ("w0", 3), ("w0", 8), ("w1", 4), ("r0", 2), ("r0", 5)]
    assert {r.generator for r in found.sources} == {"policy as GENERATOR"}
    assert [r.source_id for r in found.sources][3] == f"{PROBLEM.problem_id[:4]}::3"
    assert len({(r.input_id, r.row, r.part) for r in found.sources}) == 6


def test_given_solutions_are_not_added_to() -> None:
    """They are what the user wants labelled: the screen only says whether the problem goes on."""
    context = Scripted(answer=first_right(3))
    found = asyncio.run(Screen().gather(case_of(numbered(2)), context, "g"))

    assert (found.solutions, found.sources, found.evidence[0].reason) == ((), (), "KEPT")
    assert context.asked == [(Role.GENERATOR, "", 32)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("screen(n=0)", "n=0 must be a whole number from 1"),
        ("screen(take_wrong=-1)", "take_wrong=-1 must be a whole number from 0"),
        ("screen(min_rate=0.8, max_rate=0.2)", "min_rate=0.8 and max_rate=0.2"),
        ("screen(role='judge')", "role='judge' must be one of generator, completer, prover"),
    ],
)
def test_arguments_outside_their_range_are_refused(text: str, message: str) -> None:
    """The line says which, and what it may be."""
    with pytest.raises(InvalidArgumentError, match=message):
        build(STRATEGIES, parse_spec(text))
