"""Fit of a signal model: how steps look that audits hold to be the first wrong ones. Pure.

Shapes: N steps of all solutions together, F signals.
"""

import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np

from annotate.rules.observed import Observed
from annotate.search import SignalModel
from annotate.search.rate_model import Floats
from annotate.signals import SIGNALS

SHRINKAGE: Final = 2.0
"""Pull of every weight towards 0: as of so many pseudo-observations."""
LEAST_SPREAD: Final = 1e-6
"""Signals that vary less are held to be the same everywhere."""


def fit_signals(weighed: Sequence[tuple[Observed, Floats]], hidden: float) -> SignalModel | None:
    """Return the model under which the weighed first errors are likeliest.

    A logistic regression over the steps up to the first error: that one against those before it,
    each by its probability. Right solutions stand for steps that are sound: they cost nothing more,
    and without them the signs of wrong answers would pass for signs of wrong steps.

    Args:
        weighed: Solutions, each with its [n_steps + 1] P(first error), of right ones not read.
        hidden: Share of the right ones that hold an error.

    Returns:
        None where the signals of no wrong solution were read.

    Source: discrete-time survival regression; the weights are those of the step of expectation.
    Cost: no model calls.
    """
    shown = [(one, first) for one, first in weighed if len(one.signals) == one.n_steps]
    if not any(one.ends_wrong for one, _ in shown):
        return None
    raw = np.concatenate([one.signals for one, _ in shown])
    wrong = np.concatenate([first[:-1] * one.ends_wrong for one, first in shown])
    at_risk = np.concatenate(
        [
            _at_risk(first) if one.ends_wrong else np.full(one.n_steps, 1 - hidden)
            for one, first in shown
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a signal that is known of no step
        means = np.nan_to_num(np.nanmean(raw, axis=0))
        spreads = np.nan_to_num(np.nanstd(raw, axis=0))
    flat = SignalModel(
        names=SIGNALS,
        means=tuple(map(float, means)),
        spreads=tuple(float(one) if one > LEAST_SPREAD else 1.0 for one in spreads),
        weights=(0.0,) * len(SIGNALS),
        bias=0.0,
    )
    bias, *weights = _regress(flat.standard(raw), wrong, at_risk)
    return SignalModel(
        names=flat.names,
        means=flat.means,
        spreads=flat.spreads,
        weights=tuple(map(float, weights)),
        bias=float(bias),
    )


def _at_risk(first: Floats) -> Floats:
    """Return [n_steps] P(no earlier step is wrong): this one is, a later one, or none."""
    return np.asarray(np.cumsum(first[::-1])[::-1][:-1])


def _regress(signals: Floats, wrong: Floats, at_risk: Floats) -> Floats:
    """Return [1 + F] bias and weights.

    Args:
        signals: [N, F] Standardised.
        wrong: [N] P(the step is the first error).
        at_risk: [N] P(no earlier step is).
    """
    # A quarter of a second, which every command would pay at its start.
    from scipy.optimize import minimize  # noqa: PLC0415

    def loss(guess: Floats) -> tuple[float, Floats]:
        odds = guess[0] + signals @ guess[1:]
        told = (at_risk * np.logaddexp(0, odds) - wrong * odds).sum()
        rest = at_risk / (1 + np.exp(-odds)) - wrong
        slope = np.concatenate([[rest.sum()], signals.T @ rest + SHRINKAGE * guess[1:]])
        return float(told + SHRINKAGE / 2 * guess[1:] @ guess[1:]), slope

    start = np.zeros(signals.shape[1] + 1)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)
