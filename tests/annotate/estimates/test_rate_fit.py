"""Fitting of rates: what a world was made with is found again, without its first errors."""

from dataclasses import replace

import numpy as np
import pytest

from annotate.estimates import (
    LEAST_SOLUTIONS,
    calibrate,
    fit_calibration,
    fit_rates,
    price_curve,
    rate_fit,
)
from annotate.rules import ESTIMATOR, SHIPPED, Learned, Observed, learned_from
from annotate.rules.claims import Claim
from annotate.search import RECOVERY, RateModel
from annotate.worlds.rates import RateWorld
from benchmarks.labelling.simulated import audited
from schemas import Calibration, InvalidArgumentError, SourceKind, canonical_json


def observed(world: RateWorld, n: int) -> list[Observed]:
    """Return solutions of a world with every prefix asked."""
    return audited(world, n, k=16, first=0)


def mean_recovery(model: RateModel) -> float:
    """Return the mean share of success that is left behind an error."""
    return float(np.dot(model.recovery, RECOVERY))


@pytest.fixture(scope="module")
def plain() -> RateModel:
    """Fit a world whose rates are constant and recover little."""
    return fit_rates(observed(RateWorld(name="plain", max_steps=8), 80), SHIPPED).model


@pytest.mark.slow
def test_constant_rates_are_found_to_be_constant(plain: RateModel) -> None:
    """No spread to speak of, no drift, little recovery, and nobody misjudged."""
    assert plain.sound_spread is None or plain.sound_spread >= 30
    assert plain.drift[1] > max(plain.drift[0], plain.drift[2])
    assert mean_recovery(plain) < 0.15
    assert plain.misjudged < 0.05


@pytest.mark.slow
def test_scattered_recovering_rates_are_found_to_be_so(plain: RateModel) -> None:
    """Sound prefixes differ; errors are often mended, and less so with each step."""
    world = RateWorld(name="wild", drawn=True, decay=0.6, scatter=1.0, max_steps=9)
    wild = fit_rates(observed(world, 60), SHIPPED).model

    assert wild.sound_spread is not None
    assert wild.sound_spread <= 10
    assert wild.decay <= 0.75
    assert mean_recovery(wild) > mean_recovery(plain) + 0.1


def test_a_fit_is_the_same_each_time() -> None:
    """Its shares sum to 1."""
    counts = observed(RateWorld(name="few", max_steps=6), 8)
    fitted = fit_rates(counts, SHIPPED)

    assert fitted == fit_rates(counts, SHIPPED)
    assert sum(fitted.model.success) == pytest.approx(1)


def test_a_lower_price_takes_more_rollouts() -> None:
    """The curve falls in price and rises in rollouts."""
    counts = observed(RateWorld(name="curve"), 30)
    curve = price_curve(counts, SHIPPED, [np.zeros(one.n_steps + 1) for one in counts])
    prices, rollouts = zip(*curve, strict=True)

    assert list(prices) == sorted(prices, reverse=True)
    assert list(rollouts) == sorted(rollouts)
    assert rollouts[0] < 8 < rollouts[-1]


def test_a_price_lies_between_its_neighbours_on_the_curve() -> None:
    """Beyond the curve it is the last one."""
    learned = Learned(prices={"p": ((0.2, 2.0), (0.1, 6.0), (0.05, 12.0))})

    assert 0.05 < learned.price_for("p", 9.0) < 0.1
    assert learned.price_for("p", 6.0) == pytest.approx(0.1)
    assert learned.price_for("p", 0.5) == 0.2
    assert learned.price_for("p", 99.0) == 0.05


def test_a_change_that_adds_nothing_is_refused() -> None:
    """Nor does another value win because it was given more rounds: by hand, of one parameter."""
    counts = observed(RateWorld(name="few", max_steps=6), 30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_fit, "CHOICES", {"behind_two": (SHIPPED.behind_two - 1e-9,)})
        fitted = fit_rates(counts, SHIPPED).model

    assert fitted.behind_two == SHIPPED.behind_two


def test_each_completer_is_learned_and_the_one_with_most_solutions_says_whom_to_trust(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two completers, one judge; the same however they are told, and the surplus left out."""
    monkeypatch.setattr(calibrate, "LEAST_SOLUTIONS", 10)
    monkeypatch.setattr(calibrate, "MOST_SOLUTIONS", 12)
    monkeypatch.setattr(rate_fit, "CHOICES", {})
    world = RateWorld(name="few", max_steps=5)
    claims = {
        name: (Claim(source="judge", kind=SourceKind.JUDGE, named=named),)
        for name, named in (("many", None), ("few", 0))
    }
    told = {
        name: [replace(one, claims=claims[name]) for one in observed(world, n)]
        for name, n in (("many", 14), ("few", 10))
    }
    found = fit_calibration(told)
    again = fit_calibration(dict(reversed(told.items())))

    assert found == again
    assert found is not None
    assert found.n_solutions == 12 + 10
    learned = learned_from(found)
    assert set(learned.rates) == set(learned.prices) == {"many", "few"}
    assert learned.claims["judge"].miss > 0.5


def test_too_few_solutions_teach_nothing() -> None:
    """Then what is shipped is used."""
    few = observed(RateWorld(name="few"), 3)

    assert len(few) < LEAST_SOLUTIONS
    assert fit_calibration({"policy": few}) is None
    assert learned_from(None).rates_of("policy") == SHIPPED


def test_a_calibration_says_again_what_was_learned() -> None:
    """Through its JSON and back, to the last digit."""
    learned = Learned(rates={"policy": SHIPPED}, prices={"policy": ((0.1, 3.0), (0.05, 7.0))})
    stored = calibration(canonical(learned))

    assert learned_from(stored) == learned


def test_a_calibration_of_something_else_is_refused() -> None:
    """The line names its estimator, or says that what it holds was changed."""
    other = replace(calibration(canonical(Learned())), estimator="other 1")
    with pytest.raises(InvalidArgumentError, match="other 1"):
        learned_from(other)
    with pytest.raises(InvalidArgumentError, match="changed"):
        learned_from(calibration("{}"))


def canonical(learned: Learned) -> str:
    """Return parameters as they are stored."""
    return canonical_json(learned.to_parameters())


def calibration(parameters: str) -> Calibration:
    """Return a calibration with these parameters."""
    return Calibration(
        calibration_id="c", estimator=ESTIMATOR, parameters=parameters, n_solutions=1
    )


def test_second_errors_are_held_only_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Success that falls twice needs them; that errors recover now and then does not."""
    monkeypatch.setattr(rate_fit, "CHOICES", {})
    counts = observed(RateWorld(name="once", recovery=0.05, max_steps=7), 30)
    once = fit_rates(counts, SHIPPED).model
    falls = np.array([16, 16, 8, 8, 8, 0, 0, 0])
    twice = [
        Observed(
            solution_id=f"twice {number}",
            ends_wrong=True,
            root=(16, 0),
            successes=falls,
            failures=16 - falls,
        )
        for number in range(30)
    ]

    assert once.followed < 1e-6
    assert fit_rates([*counts, *twice], SHIPPED).model.followed > 0.2
