"""Preference pairs: worked out by hand, and the laws that every pair keeps."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules import Case
from annotate.rules.pairs import Pair, preference_pairs
from schemas import Evidence, InvalidArgumentError, Outcome, Solution, prefix_id
from tests.annotate.rules.gathered import COMPLETER, PROBLEM, chain, ended, prefix

GOOD = chain("so ", "good ", "end")
BAD = chain("so ", "bad ", "end")
WORDS = ("a ", "A  ", "b ", "c ")


def pairs_of(*evidence: Evidence, margin: float = 0.25, reached: bool = True) -> list[Pair]:
    """Return the pairs of the two solutions; a right rollout is stored behind each prefix."""
    case = Case(problem=PROBLEM, solutions=(GOOD, BAD), evidence=evidence)
    stored = {after(GOOD, 1): "rollout"} if reached else {}
    return preference_pairs(case, stored, source=COMPLETER, margin=margin)


def after(solution: Solution, step: int) -> str:
    """Return the id of the prefix that ends with a step."""
    return prefix_id(PROBLEM.problem_id, solution.prefix(step + 1))


def test_two_steps_behind_one_prefix_make_a_pair() -> None:
    """6 of 8 against 0 of 8: target (1 + 0.75) / 2, both behind the same bytes."""
    (pair,) = pairs_of(prefix(GOOD, 1, 6), prefix(BAD, 1, 0))

    assert (pair.prefix, pair.chosen.text, pair.rejected.text) == ("so ", "good ", "bad ")
    assert pair.target == 0.875
    assert pair.certificate == "rollout"
    assert (pair.chosen.solution_id, pair.chosen.step_index) == (GOOD.solution_id, 1)


@pytest.mark.parametrize(
    "evidence",
    [
        (prefix(GOOD, 1, 5), prefix(BAD, 1, 0)),
        (prefix(GOOD, 1, 8), prefix(BAD, 1, 1)),
        (prefix(GOOD, 1, 7, 7), prefix(BAD, 1, 0)),
        (prefix(GOOD, 1, 8), prefix(BAD, 1, 0, 4)),
        (prefix(GOOD, 1, 8), prefix(BAD, 1, 0), ended(BAD, Outcome.CORRECT)),
        (prefix(GOOD, 1, 8),),
    ],
    ids=["intervals meet", "a success", "7 trials", "4 trials", "a right solution", "not asked"],
)
def test_what_is_not_certain_makes_no_pair(evidence: tuple[Evidence, ...]) -> None:
    """5 of 8 is [0.31, 0.86] and 0 of 8 [0, 0.32]; a right solution is a success from there."""
    assert pairs_of(*evidence) == []


def test_a_right_solution_certifies_its_own_prefixes() -> None:
    """No rollout need be stored; without either the pair has no certificate."""
    evidence = (prefix(GOOD, 1, 8), prefix(BAD, 1, 0))

    (by_solution,) = pairs_of(*evidence, ended(GOOD, Outcome.CORRECT), reached=False)
    (bare,) = pairs_of(*evidence, reached=False)

    assert by_solution.certificate == GOOD.solution_id
    assert bare.certificate is None


def test_a_margin_of_nothing_is_refused() -> None:
    """Equal steps would be compared."""
    with pytest.raises(InvalidArgumentError, match=r"margin=0 must be a number in \(0, 1\]"):
        pairs_of(margin=0)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, dict[str, str]]:
    """Draw solutions that share prefixes, their rollouts, and what right completions are stored."""
    texts = st.lists(st.sampled_from(WORDS), min_size=2, max_size=4).map(tuple)
    solutions = [chain(*one) for one in draw(st.sets(texts, min_size=2, max_size=5))]
    rows, reached = [], {}
    for solution in solutions:
        rows.append(ended(solution, draw(st.sampled_from([Outcome.CORRECT, Outcome.INCORRECT]))))
        for step in range(len(solution.steps) - 1):
            trials = draw(st.sampled_from([4, 8, 16]))
            rows.append(prefix(solution, step, draw(st.sampled_from([0, trials])), trials))
            if draw(st.booleans()):
                reached[after(solution, step)] = "rollout"
    return Case(problem=PROBLEM, solutions=tuple(solutions), evidence=tuple(rows)), reached


@given(drawn=cases(), margin=st.sampled_from([0.25, 0.8, 1.0]), data=st.data())
def test_every_pair_keeps_its_laws(
    drawn: tuple[Case, dict[str, str]], margin: float, data: st.DataObject
) -> None:
    """Same prefix bytes, other words, the margin, no right completion behind the rejected step."""
    case, reached = drawn
    solutions = {one.solution_id: one for one in case.solutions}
    pairs = preference_pairs(case, reached, source=COMPLETER, margin=margin)

    right = {row.solution_id for row in case.evidence if row.outcome is Outcome.CORRECT}
    for pair in pairs:
        for branch in (pair.chosen, pair.rejected):
            solution = solutions[branch.solution_id]
            assert solution.prefix(branch.step_index) == pair.prefix
            assert solution.prefix(branch.step_index + 1) == pair.prefix + branch.text
            assert branch.rate.trials >= 8
        assert pair.chosen.text.lower().split() != pair.rejected.text.lower().split()
        assert (pair.chosen.rate.value or 0) - (pair.rejected.rate.value or 0) >= margin
        assert 0.5 < pair.target <= 1
        assert pair.rejected.rate.successes == 0
        assert pair.rejected.prefix_id not in reached
        whole = pair.prefix + pair.rejected.text
        assert not any(solutions[i].text.startswith(whole) for i in right if i is not None)
    keys = [(pair.chosen.prefix_id, pair.rejected.prefix_id) for pair in pairs]
    assert len(set(keys)) == len(keys)
    assert not {(b, a) for a, b in keys} & set(keys)

    shuffled = replace(
        case,
        solutions=tuple(data.draw(st.permutations(case.solutions))),
        evidence=tuple(data.draw(st.permutations(case.evidence))),
    )
    assert preference_pairs(shuffled, reached, source=COMPLETER, margin=margin) == pairs
