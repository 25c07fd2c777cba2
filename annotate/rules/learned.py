"""Learned: what a Calibration says, as rules and strategies read it. Pure."""

import bisect
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from annotate.search import DRIFT, RECOVERY, SUCCESS, ClaimModel, RateModel, SignalModel
from schemas import Calibration, InvalidArgumentError, Json

ESTIMATOR: Final = "first_error 3"
"""Name and version of the estimator whose calibrations are read."""
SHIPPED: Final = RateModel(
    success=(1 / len(SUCCESS),) * len(SUCCESS),
    recovery=(1 / len(RECOVERY),) * len(RECOVERY),
    drift=(1 / len(DRIFT),) * len(DRIFT),
    decay=0.9,
    sound_spread=20.0,
    wrong_spread=5.0,
    misjudged=0.01,
    retracted=0.05,
    followed=0.05,
    behind_two=0.05,
    hidden=0.15,
)
"""What is believed before a run has solutions enough to fit its own: little."""
SHIPPED_PRICES: Final = ((0.2, 2.5), (0.1, 6.0), (0.05, 11.0), (0.03, 16.0), (0.015, 24.0))
"""Mean rollouts per wrong solution by price, as `PriceCurve` has them, before a run's own."""

PriceCurve = tuple[tuple[float, float], ...]
"""(price, mean rollouts per wrong solution at it), by falling price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Rates and prices by completer, trust by judge and verifier; else the shipped ones."""

    rates: Mapping[str, RateModel] = field(default_factory=dict)
    """Fitted models, by name of the completer."""
    prices: Mapping[str, PriceCurve] = field(default_factory=dict)
    """What a price costs, by name of the completer."""
    claims: Mapping[str, ClaimModel] = field(default_factory=dict)
    """How far judges and verifiers are borne out, by name."""
    signals: Mapping[str, SignalModel] = field(default_factory=dict)
    """What the looks of a step tell, by name of the completer; none is shipped."""
    powers: Mapping[str, float] = field(default_factory=dict)
    """How much opinions and signals count together, in (0, 1], by name of the completer; else 1."""

    def rates_of(self, source: str) -> RateModel:
        """Return the model of a completer."""
        return self.rates.get(source, SHIPPED)

    def price_for(self, source: str, rollouts: float) -> float:
        """Return the price at which a wrong solution takes so many rollouts on average.

        Between the points of the curve it is interpolated, beyond them it is the last.
        """
        curve = self.prices.get(source, SHIPPED_PRICES)
        counts = [count for _, count in curve]
        above = bisect.bisect_left(counts, rollouts)
        if above in (0, len(curve)):
            return curve[min(above, len(curve) - 1)][0]
        (high, low_count), (low, high_count) = curve[above - 1], curve[above]
        share = (rollouts - low_count) / (high_count - low_count)
        return float(high * (low / high) ** share)

    def joined(self, other: "Learned") -> "Learned":
        """Return both together; of what both know, the other's."""
        return Learned(
            rates={**self.rates, **other.rates},
            prices={**self.prices, **other.prices},
            claims={**self.claims, **other.claims},
            signals={**self.signals, **other.signals},
            powers={**self.powers, **other.powers},
        )

    def to_parameters(self) -> dict[str, Json]:
        """Return what `learned_from` reads, as plain JSON values."""
        return {
            "rates": {name: json.loads(model.to_json()) for name, model in self.rates.items()},
            "prices": {name: [list(point) for point in p] for name, p in self.prices.items()},
            "claims": {name: asdict(model) for name, model in self.claims.items()},
            "powers": dict(self.powers),
            "signals": {
                # Lists, as JSON has them: what is hashed is what is read again.
                name: {
                    key: list(v) if isinstance(v, tuple) else v for key, v in asdict(one).items()
                }
                for name, one in self.signals.items()
            },
        }


def learned_from(calibration: Calibration | None) -> Learned:
    """Return what a calibration says; of none, what is shipped.

    Raises:
        InvalidArgumentError: If it is not one that the estimator `first_error` wrote.
    """
    if calibration is None:
        return Learned()
    if calibration.estimator != ESTIMATOR:
        raise InvalidArgumentError(
            f"calibration {calibration.calibration_id!r} is by {calibration.estimator!r}, and the "
            f"posterior reads those of {ESTIMATOR!r}: label into a new run, which fits its own."
        )
    told = json.loads(calibration.parameters)
    try:
        return Learned(
            rates={name: RateModel.from_mapping(one) for name, one in told["rates"].items()},
            prices={
                name: tuple((float(price), float(count)) for price, count in curve)
                for name, curve in told["prices"].items()
            },
            claims={name: ClaimModel(**one) for name, one in told["claims"].items()},
            signals={name: SignalModel.from_mapping(one) for name, one in told["signals"].items()},
            powers={name: float(power) for name, power in told["powers"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidArgumentError(
            f"calibration {calibration.calibration_id!r} by {calibration.estimator!r} holds no "
            "rates of completers: its parameters were changed."
        ) from error
