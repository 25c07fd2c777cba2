"""Rates of prefixes as rules read them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules import Case
from annotate.rules.prefix_rates import STOPPED, PrefixRates, Rate, read_rates, read_shares
from schemas import Evidence, InvalidArgumentError, Solution
from tests.annotate.rules.gathered import PROBLEM, chain, opinion, prefix, root, steps, wrong


def read(
    *evidence: Evidence, solutions: tuple[Solution, ...] = (), source: str | None = None
) -> PrefixRates:
    """Return the rates of a case."""
    return read_rates(Case(problem=PROBLEM, solutions=solutions, evidence=evidence), source)


def test_a_prefix_that_two_solutions_share_counts_for_both() -> None:
    """Rollouts belong to a text, whichever solution they were asked for."""
    first, second = chain("a\n", "b\n", "c"), chain("a\n", "x\n", "c")

    rates = read(prefix(first, 0, 5), prefix(first, 1, 2))

    assert rates.of(first) == [Rate(successes=5, trials=8), Rate(successes=2, trials=8), None]
    assert rates.of(second) == [Rate(successes=5, trials=8), None, None]


def test_a_prefix_is_its_text_however_it_is_cut() -> None:
    """Two steps of one solution may be one of another."""
    fine, coarse = chain("a\n", "b\n", "c"), chain("a\nb\n", "c")

    assert read(prefix(fine, 1, 3)).of(coarse) == [Rate(successes=3, trials=8), None]


def test_the_whole_text_is_never_read_as_a_prefix() -> None:
    """What was drawn from another solution's beginning says nothing of this one's end."""
    short, long = chain("a\n", "b\n"), chain("a\n", "b\n", "c")

    assert read(prefix(long, 1, 0)).of(short) == [None, None]


def test_an_empty_first_step_leaves_the_bare_problem() -> None:
    """The prefix without text is the root, and that of no step: none was taken yet."""
    solution = chain("", "a", "b")

    rates = read(root(6, 8))

    assert rates.root == Rate(successes=6, trials=8)
    assert rates.of(solution) == [None, None, None]


@given(st.permutations([(3, 8), (7, 16), (3, 8), (0, 2)]))
def test_the_same_rollouts_are_counted_once(counts: list[tuple[int, int]]) -> None:
    """A gathering that asked for more holds what one that asked for less has."""
    solution = steps(2)
    rows = [prefix(solution, 0, s, t, gathering=f"g{n}") for n, (s, t) in enumerate(counts)]

    assert read(*rows).of(solution) == [Rate(successes=7, trials=16), None]


def test_only_the_policy_that_prefixes_were_asked_of_counts() -> None:
    """The root's rate of another policy is no measure of this one's rollouts."""
    solution = steps(2)

    rates = read(root(8, 8, source="generator"), root(2, 8), prefix(solution, 0, 1))

    assert rates.root == Rate(successes=2, trials=8)
    assert read(root(8, 8, source="generator"), prefix(solution, 0, 1)).root is None


def test_without_prefixes_the_root_counts_where_one_policy_was_asked() -> None:
    """Between two nothing says whose is meant, unless a name does."""
    pair = (root(8, 8, source="one"), root(2, 8, source="other"))

    assert read(pair[0]).root == Rate(successes=8, trials=8)
    assert read(*pair).root is None
    assert read(*pair, source="other").root == Rate(successes=2, trials=8)


def test_prefixes_of_two_policies_are_refused_unless_one_is_named() -> None:
    """Their counts must not be mixed; the message says how to name one."""
    solution = steps(2)
    rows = (prefix(solution, 0, 1, source="a"), prefix(solution, 0, 5, source="b"))

    with pytest.raises(InvalidArgumentError, match=r"\['a', 'b'\].*source='a'"):
        read(*rows)
    assert read(*rows, source="b").of(solution) == [Rate(successes=5, trials=8), None]


def test_counts_that_stop_at_a_success_are_no_rate_but_counts_all_the_same() -> None:
    """One of one is no rate of 1; a full count beside it is one, though it is the smaller."""
    solution = steps(4)
    rows = (
        replace(prefix(solution, 0, 1, 1), reason=STOPPED),
        replace(prefix(solution, 1, 1, 16), reason=STOPPED),
        prefix(solution, 1, 0, 8),
        prefix(solution, 2, 2, 8),
    )
    case = Case(problem=PROBLEM, solutions=(), evidence=rows)
    told = read(*rows).of(solution)

    assert [r and (r.successes, r.trials, r.value) for r in told] == [
        (1, 1, None),
        (1, 16, None),
        (2, 8, 0.25),
        None,
    ]
    shares = read_shares(case, None).of(solution)
    assert shares == [None, Rate(successes=0, trials=8), Rate(successes=2, trials=8), None]
    hard = [r and (r.successes, r.trials, r.value) for r in read(*rows).hard().of(solution)]
    assert hard == [(1, 1, 1.0), (1, 1, 1.0), (1, 1, 1.0), None]


def test_other_evidence_is_not_read_as_rollouts() -> None:
    """An outcome and an opinion hold no counts."""
    solution = steps(2)

    rates = read(wrong(solution), opinion(solution, 0), solutions=(solution,))

    assert rates.root is None
    assert rates.of(solution) == [None, None]


def test_rollouts_that_were_all_censored_have_no_rate() -> None:
    """Nothing that counts is not the same as no success."""
    assert Rate(successes=0, trials=0).value is None
    assert Rate(successes=0, trials=3).value == 0.0
