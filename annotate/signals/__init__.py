"""Signals: what each step shows by itself of how likely it is the first wrong one. Pure."""

from annotate.signals.numbers import Figures, figures_of
from annotate.signals.scores import SCORE_SIGNALS
from annotate.signals.signals import SIGNALS, signals_of
from annotate.signals.wording import WITHDRAWALS, withdraws

__all__ = [
    "SCORE_SIGNALS",
    "SIGNALS",
    "WITHDRAWALS",
    "Figures",
    "figures_of",
    "signals_of",
    "withdraws",
]
