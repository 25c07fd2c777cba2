"""The posterior: laws, and a plain enumeration that it must agree with."""

import math
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from annotate.rules import SHIPPED
from annotate.search import DRIFT, RECOVERY, SUCCESS, Kind, Posterior, RateModel, courses_of
from annotate.search.courses import MOST_PAIRS
from annotate.search.rate_model import LEAST_RATE, Floats
from tests.annotate.search.models import MODELS, model

STEPS = st.integers(1, 6)
TOLD = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), max_size=6)
"""(prefix, successes, failures); prefixes that a solution does not have are passed over."""
ROOTS = st.tuples(st.integers(0, 16), st.integers(0, 16))
FEW = settings(max_examples=20, deadline=None)


def told_of(posterior: Posterior, told: list[tuple[int, int, int]]) -> Posterior:
    """Return a posterior that learned of rollouts."""
    for prefix, successes, failures in told:
        if prefix < posterior.n_steps - 1:
            posterior.observe(prefix, successes, failures)
    return posterior


def plainly(
    rates: RateModel,
    *,
    n_steps: int,
    ends_wrong: bool,
    root: tuple[int, int],
    counts: dict[int, tuple[int, int]],
) -> Floats:
    """Return P(first error) by adding up every course and every rate, one by one."""
    courses = courses_of(n_steps, ends_wrong=ends_wrong)
    found = np.zeros(n_steps + 1)
    mean_recovery = sum(s * r for s, r in zip(rates.recovery, RECOVERY, strict=True))
    told = list(zip(map(int, courses.first), map(Kind, courses.kind), strict=True))
    shares = {Kind.RETRACTED: rates.retracted, Kind.FOLLOWED: rates.followed}
    for (i, h), (j, r), (k, d) in (
        (a, b, c) for a in enumerate(SUCCESS) for b in enumerate(RECOVERY) for c in enumerate(DRIFT)
    ):
        share = rates.success[i] * rates.recovery[j] * rates.drift[k]
        share *= likelihood(h, rates.sound_spread, *root)
        sound = 1 - rates.hidden
        if ends_wrong:
            sound = rates.misjudged * h / (1 - h + rates.misjudged * h)
        for course, (first, kind) in enumerate(told):
            if first == n_steps:
                prior = sound
            else:
                if kind is Kind.ALONE:
                    given = 1 - sum(p for one, p in shares.items() if (first, one) in told)
                else:
                    given = shares[kind] / told.count((first, kind))
                held = 1.0 if ends_wrong or kind is Kind.RETRACTED else r / mean_recovery
                prior = (1 - sound) * given * held / n_steps
            weight = share * max(prior, 1e-12)
            for prefix, counted in counts.items():
                age = int(courses.age[course, prefix])
                odds = math.log(h / (1 - h)) + d * (prefix + 1) / n_steps
                rate = 1 / (1 + math.exp(-odds))
                if age >= 0:
                    left = rates.behind_two if courses.twice[course, prefix] else r
                    rate = max(LEAST_RATE, h * left * rates.decay**age)
                spread = rates.sound_spread if age < 0 else rates.wrong_spread
                weight *= likelihood(rate, spread, *counted)
            found[first] += weight
    return np.asarray(found / found.sum())


def likelihood(rate: float, spread: float | None, successes: int, failures: int) -> float:
    """Return the probability of counts, their order left open: a constant factor."""
    n = successes + failures
    if spread is None:
        return float(stats.binom.pmf(successes, n, rate))
    return float(stats.betabinom.pmf(successes, n, spread * rate, spread * (1 - rate)))


@settings(max_examples=8, deadline=None)
@given(rates=MODELS, n_steps=STEPS, ends_wrong=st.booleans(), root=ROOTS, told=TOLD)
def test_it_agrees_with_plain_enumeration(
    rates: RateModel,
    n_steps: int,
    ends_wrong: bool,  # noqa: FBT001  # drawn
    root: tuple[int, int],
    told: list[tuple[int, int, int]],
) -> None:
    """Every course, every rate, textbook likelihoods."""
    posterior = Posterior(rates, n_steps=n_steps, ends_wrong=ends_wrong, root=root)
    told_of(posterior, told)
    counts: dict[int, tuple[int, int]] = {
        prefix: (int(posterior.successes[prefix]), int(posterior.failures[prefix]))
        for prefix in range(n_steps - 1)
    }
    expected = plainly(rates, n_steps=n_steps, ends_wrong=ends_wrong, root=root, counts=counts)

    np.testing.assert_allclose(posterior.first_error(), expected, atol=1e-4)


@FEW
@given(rates=MODELS, n_steps=STEPS, told=TOLD, order=st.randoms(use_true_random=False))
def test_the_order_of_telling_makes_no_difference(
    rates: RateModel, n_steps: int, told: list[tuple[int, int, int]], order: object
) -> None:
    """Rollouts of one prefix together or apart, prefixes in any order."""
    single = [
        (prefix, *one)
        for prefix, successes, failures in told
        for one in [(1, 0)] * successes + [(0, 1)] * failures
    ]
    order.shuffle(single)  # type: ignore[attr-defined]  # hypothesis's own Random
    one, other = (
        told_of(Posterior(rates, n_steps=n_steps, ends_wrong=True, root=(5, 3)), rollouts)
        for rollouts in (told, single)
    )

    np.testing.assert_allclose(one.first_error(), other.first_error(), atol=1e-9)
    np.testing.assert_allclose(one.first_uncorrected(), other.first_uncorrected(), atol=1e-9)


@FEW
@given(rates=MODELS, n_steps=STEPS, ends_wrong=st.booleans(), told=TOLD)
def test_both_errors_are_distributions_and_the_uncorrected_one_is_no_earlier(
    rates: RateModel,
    n_steps: int,
    ends_wrong: bool,  # noqa: FBT001  # drawn
    told: list[tuple[int, int, int]],
) -> None:
    """They sum to 1; an error that is never taken back comes at the first one or later."""
    posterior = told_of(Posterior(rates, n_steps=n_steps, ends_wrong=ends_wrong), told)
    first, last = posterior.first_error(), posterior.first_uncorrected()

    assert first.sum() == pytest.approx(1)
    assert last.sum() == pytest.approx(1)
    assert (np.cumsum(last) <= np.cumsum(first) + 1e-9).all()


@FEW
@given(
    n_steps=st.integers(2, 6),
    told=TOLD,
    prefix=st.integers(0, 4),
    spread=st.sampled_from([None, 20.0]),
)
def test_a_success_never_speaks_for_an_earlier_error(
    n_steps: int, told: list[tuple[int, int, int]], prefix: int, spread: float | None
) -> None:
    """P(no error up to the prefix) does not fall where nothing is taken back."""
    rates = model(retracted=0.0, followed=0.0, sound_spread=spread, wrong_spread=spread, decay=1.0)
    posterior = told_of(Posterior(rates, n_steps=n_steps, ends_wrong=True, root=(8, 8)), told)
    place = min(prefix, n_steps - 2)
    before = posterior.first_error()[place + 1 :].sum()
    posterior.observe(place, 1, 0)

    assert posterior.first_error()[place + 1 :].sum() >= before - 1e-6


@FEW
@given(rates=MODELS, n_steps=st.integers(2, 5), ends_wrong=st.booleans(), told=TOLD)
def test_information_is_the_expected_fall_of_entropy(
    rates: RateModel,
    n_steps: int,
    ends_wrong: bool,  # noqa: FBT001  # drawn
    told: list[tuple[int, int, int]],
) -> None:
    """By asking each prefix in thought: both outcomes, weighed by how likely they are."""
    posterior = told_of(Posterior(rates, n_steps=n_steps, ends_wrong=ends_wrong, root=(5, 5)), told)
    first = posterior.first_error()
    for prefix, gain in enumerate(posterior.information()):
        after = {}
        for success in (0, 1):
            learned = deepcopy(posterior)
            learned.observe(prefix, success, 1 - success)
            after[success] = learned.first_error()
        # P(success) follows from the law of total probability, at the likeliest place.
        place = int(np.argmax(np.abs(after[1] - after[0])))
        change = after[1][place] - after[0][place]
        if abs(change) < 1e-6:
            assert gain == pytest.approx(0, abs=1e-6)
            continue
        success_rate = (first[place] - after[0][place]) / change
        left = success_rate * entropy_of(after[1]) + (1 - success_rate) * entropy_of(after[0])
        assert gain == pytest.approx(entropy_of(first) - left, abs=1e-6)


def entropy_of(shares: Floats) -> float:
    """Return the entropy of a distribution, in nats."""
    return float(stats.entropy(shares))


def test_other_evidence_counts_like_any_other_evidence() -> None:
    """A constant makes no difference; a log likelihood ratio is added to the odds."""
    rates = model(retracted=0.0, followed=0.0)
    plain = Posterior(rates, n_steps=3, ends_wrong=True, root=(8, 8)).first_error()
    leaning = np.array([0.0, math.log(4), 0.0, 0.0]) + 7
    told = Posterior(rates, n_steps=3, ends_wrong=True, root=(8, 8), leaning=leaning).first_error()

    assert told[1] / told[0] == pytest.approx(4 * plain[1] / plain[0])
    assert told[2] / told[0] == pytest.approx(plain[2] / plain[0])


def test_one_step_leaves_nothing_to_ask() -> None:
    """The outcome says it all."""
    posterior = Posterior(model(misjudged=0.0), n_steps=1, ends_wrong=True)

    assert len(posterior.information()) == 0
    assert posterior.first_error()[0] == pytest.approx(1)


@pytest.mark.parametrize("ends_wrong", [True, False])
@pytest.mark.parametrize("n_steps", [18, 20, 21, 24, 40])
def test_an_error_that_is_taken_back_is_found_at_any_length(n_steps: int, ends_wrong: bool) -> None:  # noqa: FBT001  # a parameter
    """Success falls at the sixth step and is back two steps later, and falls again at the end."""
    posterior = Posterior(SHIPPED, n_steps=n_steps, ends_wrong=ends_wrong, root=(16, 0))
    for prefix in range(n_steps - 1):
        fails = prefix in {5, 6} or (ends_wrong and prefix == n_steps - 2)
        posterior.observe(prefix, 0 if fails else 16, 16 if fails else 0)

    assert np.argmax(posterior.first_error()) == 5
    if ends_wrong:
        apart = math.ceil(n_steps**2 / MOST_PAIRS)
        assert n_steps - 1 - np.argmax(posterior.first_uncorrected()) <= apart
