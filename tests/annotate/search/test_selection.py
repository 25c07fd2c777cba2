"""Selection: Q and U by hand, and the pool's promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.search import Pool, State, Weights, exploration, rollout_value

WEIGHTS = Weights()


def state(visits: int = 0) -> State:
    """Return a state of which only the visits matter."""
    return State(parent=None, text="", successes=4, trials=8, visits=visits)


@pytest.mark.parametrize(
    ("mc", "length", "expected"),
    [(0.5, 500, 0.6363961), (1.0, 0, 1.0), (0.0, 500, 0.45), (0.25, 1000, 0.4816289)],
)
def test_q_has_the_papers_value(mc: float, length: float, expected: float) -> None:
    """Q = alpha^(1 - MC) * beta^(len / L), worked out by hand."""
    assert rollout_value(mc, length, WEIGHTS) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("visits", "total", "expected"), [(0, 4, 0.25), (0, 0, 0.0), (3, 16, 0.125)]
)
def test_u_has_the_papers_value(visits: int, total: int, expected: float) -> None:
    """U = c_puct * sqrt(sum of N) / (1 + N), worked out by hand."""
    assert exploration(visits, total, WEIGHTS) == pytest.approx(expected)


def test_a_promising_state_and_a_short_rollout_come_first() -> None:
    """Four rollouts out of two states leave in order of Q while nothing was visited."""
    pool: Pool[str] = Pool(weights=WEIGHTS)
    pool.add(0, mc=0.25, length=100, rollout="poor short")
    pool.add(1, mc=0.75, length=900, rollout="rich long")
    pool.add(0, mc=0.25, length=900, rollout="poor long")
    pool.add(1, mc=0.75, length=100, rollout="rich short")
    states = [state(), state()]

    order = [pool.take(states) for _ in range(5)]
    assert order == [(1, "rich short"), (1, "rich long"), (0, "poor short"), (0, "poor long"), None]


def test_a_state_that_was_searched_often_gives_way() -> None:
    """With N = 8 against 0, U adds .35 to the other and .04 to it: more than Q sets them apart."""
    pool: Pool[str] = Pool(weights=WEIGHTS)
    pool.add(0, mc=0.75, length=100, rollout="often")
    pool.add(1, mc=0.375, length=100, rollout="never")

    assert pool.take([state(visits=8), state()]) == (1, "never")


def test_only_states_with_a_rollout_in_the_pool_count_for_the_sum_of_visits() -> None:
    """A state that left the pool with 400 visits moves nothing: U of both others stays 0."""
    pool: Pool[str] = Pool(weights=WEIGHTS)
    pool.add(1, mc=0.5, length=10, rollout="first")
    pool.add(2, mc=0.5, length=9, rollout="shorter")

    assert pool.take([state(visits=400), state(), state()]) == (2, "shorter")


def test_equal_rollouts_leave_in_the_order_of_their_entry() -> None:
    """Ties never depend on anything else."""
    pool: Pool[int] = Pool(weights=WEIGHTS)
    for number in range(6):
        pool.add(number % 3, mc=0.5, length=100, rollout=number)

    taken = [pool.take([state()] * 3) for _ in range(6)]
    assert [entry[1] for entry in taken if entry] == [0, 1, 2, 3, 4, 5]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.floats(0, 2000)), max_size=30))
def test_what_enters_leaves_once_and_nothing_past_an_error_enters(
    entries: list[tuple[int, int, float]],
) -> None:
    """Each rollout out of a state with MC above 0 is taken exactly once; others never are."""
    pool: Pool[int] = Pool(weights=WEIGHTS)
    states = [state() for _ in range(4)]
    for number, (index, successes, length) in enumerate(entries):
        pool.add(index, mc=successes / 8, length=length, rollout=number)
    taken = []
    while (best := pool.take(states)) is not None:
        states[best[0]].visits += 1
        taken.append(best[1])

    assert sorted(taken) == [number for number, entry in enumerate(entries) if entry[1] > 0]
    assert len(pool) == 0


ENTRIES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 8), st.sampled_from([9.0, 90.0, 900.0])), max_size=8
)


@given(st.lists(st.tuples(ENTRIES, st.integers(0, 3)), max_size=12))
def test_it_takes_what_a_scan_of_all_that_waits_would(
    turns: list[tuple[list[tuple[int, int, float]], int]],
) -> None:
    """Rollouts come and go in turns, and what is taken from is visited: Q + U decides, then age."""
    pool: Pool[int] = Pool(weights=WEIGHTS)
    states = [state() for _ in range(5)]
    waiting: dict[int, tuple[int, float]] = {}
    number = 0
    for entries, takes in turns:
        for index, successes, length in entries:
            pool.add(index, mc=successes / 8, length=length, rollout=number)
            waiting[number] = (index, rollout_value(successes / 8, length, WEIGHTS))
            number += 1
        for _ in range(takes):
            total = sum(states[index].visits for index in {index for index, _ in waiting.values()})
            values = {
                one: (exploration(states[index].visits, total, WEIGHTS) + value, -one)
                for one, (index, value) in waiting.items()
            }
            best = max(values, key=values.__getitem__, default=None)
            taken = pool.take(states)
            assert taken == (None if best is None else (waiting[best][0], best))
            if best is not None:
                states[waiting.pop(best)[0]].visits += 1
