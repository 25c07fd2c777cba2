"""SignalModel: how what steps show bears on which is the first wrong one. Pure."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from annotate.search.rate_model import Floats
from schemas import InvalidArgumentError

_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalModel:
    """P(a step is wrong | no earlier one is): logistic in its signals, standardised.

    The first error is where that happens first, so of two suspicious steps the earlier one is the
    likelier, however bad the later one looks. Signals that are not known count as the mean.

    Source: discrete-time survival analysis (Cox 1972); its use for first errors is ours.
    """

    names: tuple[str, ...]
    """[F] Signals."""
    means: tuple[float, ...]
    """[F] Of the steps that it was fitted to."""
    spreads: tuple[float, ...]
    """[F] Standard deviations of these, above 0."""
    weights: tuple[float, ...]
    """[F] Change of the log odds by one standard deviation."""
    bias: float
    """Log odds of a step whose signals are all the mean."""

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises:
            InvalidArgumentError: If they differ, or a spread is not above 0.
        """
        shapes = {len(self.names), len(self.means), len(self.spreads), len(self.weights)}
        if len(shapes) > 1 or any(not one > 0 for one in self.spreads):
            raise InvalidArgumentError(
                f"signal model: names, means, spreads={self.spreads!r} and weights must be of one "
                "length, the spreads above 0."
            )

    @classmethod
    def from_mapping(cls, values: dict[str, object]) -> Self:
        """Read what `dataclasses.asdict` wrote, and JSON kept."""
        told = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        return cls(**told)  # type: ignore[arg-type]  # checked in __post_init__

    def log_likelihood(self, signals: Floats) -> Floats:
        """Return [n_steps + 1] how much likelier signals make each first error, the last for none.

        Whether there is an error at all they do not say: that the outcome tells.

        Args:
            signals: [n_steps, F] What each step shows.
        """
        odds = self.log_odds(signals)
        sound = np.concatenate([[0.0], -np.cumsum(np.logaddexp(0, odds))])
        first = sound[:-1] - np.logaddexp(0, -odds)
        some = np.log(max(-np.expm1(sound[-1]), _TINY))
        return np.append(first - some + np.log(len(signals)), 0.0)

    def log_odds(self, signals: Floats) -> Floats:
        """Return [n_steps] log odds that each step is wrong, no earlier one being wrong."""
        return np.asarray(self.bias + self.standard(signals) @ np.array(self.weights))

    def standard(self, signals: Floats) -> Floats:
        """Return [n_steps, F] signals in standard deviations from the mean."""
        scaled = (signals - np.array(self.means)) / np.array(self.spreads)
        return np.asarray(np.nan_to_num(scaled, nan=0.0))
