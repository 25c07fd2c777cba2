"""Signals are learned from rollouts alone: nobody tells where the first errors are."""

from dataclasses import replace

import numpy as np

from annotate.estimates import fit_evidence
from annotate.estimates.signal_fit import fit_signals
from annotate.rules import ESTIMATOR, SHIPPED, Learned, Observed, learned_from
from annotate.rules.belief import posterior_of
from annotate.signals import SIGNALS
from annotate.worlds.rates import RateWorld
from benchmarks.labelling.simulated import audited
from schemas import Calibration, canonical_json

WORLD = RateWorld(name="planted", recovery=0.02, max_steps=8)
N = 80
TELLING, IDLE = SIGNALS.index("most_surprise"), SIGNALS.index("operands")


def planted() -> tuple[list[Observed], list[int]]:
    """Return audited solutions, with a signal that is high at the first error, and these."""
    random = np.random.default_rng(0)
    firsts = [solution.first_error for solution in WORLD.solutions(N)]
    observed = []
    for one, first in zip(audited(WORLD, N, k=16, first=0), firsts, strict=True):
        signals = random.normal(size=(one.n_steps, len(SIGNALS)))
        if first < one.n_steps:
            signals[first, TELLING] += 3
        observed.append(replace(one, signals=signals))
    return observed, firsts


def right(n: int) -> list[Observed]:
    """Return solutions with a right answer: steps like any other sound one."""
    random = np.random.default_rng(1)
    none = np.zeros(4, np.int64)
    return [
        Observed(
            solution_id=f"right {number}",
            ends_wrong=False,
            root=(8, 8),
            successes=none,
            failures=none,
            signals=random.normal(size=(5, len(SIGNALS))),
        )
        for number in range(n)
    ]


def test_a_planted_signal_is_found_and_names_first_errors() -> None:
    """Its weight stands out, and without a single rollout it locates most of them."""
    observed, firsts = planted()
    learned = fit_evidence([*observed, *right(40)], SHIPPED, "p")
    weights = np.array(learned.signals["p"].weights)

    assert int(np.argmax(np.abs(weights))) == TELLING
    assert abs(weights[IDLE]) < weights[TELLING] / 3

    unasked = [
        replace(one, successes=0 * one.successes, failures=0 * one.failures) for one in observed
    ]
    exact = [
        int(np.argmax(posterior_of(one, learned, "p").first_error())) == first
        for one, first in zip(unasked, firsts, strict=True)
    ]
    guessed = [
        int(np.argmax(posterior_of(one, Learned(), "p").first_error())) == first
        for one, first in zip(unasked, firsts, strict=True)
    ]
    assert np.mean(exact) > 0.7
    assert np.mean(guessed) < 0.4


def test_no_signals_teach_none() -> None:
    """Solutions that nobody looked at, and right ones alone."""
    observed = audited(WORLD, 3, k=4, first=0)

    assert fit_signals([(one, np.full(one.n_steps + 1, 0.1)) for one in observed], 0.05) is None
    assert fit_signals([(one, np.full(6, 1 / 6)) for one in right(2)], 0.05) is None


def test_what_was_learned_is_read_again_as_it_was() -> None:
    """To the last bit: through the JSON of a calibration."""
    observed, _ = planted()
    learned = fit_evidence(observed[:20], SHIPPED, "p")
    stored = Calibration(
        calibration_id="c",
        estimator=ESTIMATOR,
        parameters=canonical_json(learned.to_parameters()),
        n_solutions=20,
    )

    assert learned_from(stored) == learned
