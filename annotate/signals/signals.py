"""Signals of a solution: a row of numbers for each step that takes a label. Pure."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Final

import numpy as np
import numpy.typing as npt

from annotate.signals.numbers import Figures, figures_of
from annotate.signals.scores import SCORE_SIGNALS
from annotate.signals.wording import withdraws

Floats = npt.NDArray[np.float64]

TEXT_SIGNALS: Final = (
    "place",
    "first",
    "last",
    "unheard",
    "dropped",
    "old",
    "operands",
    "known_result",
    "withdraws",
    "withdrawn_before",
    "repeats",
    "odd_length",
)
SIGNALS: Final = (*TEXT_SIGNALS, *SCORE_SIGNALS)
"""What is read of each step, in the order of columns.

- place: where it stands, in (0, 1); first, last: whether it is that one.
- unheard: whether an operand stands neither in the problem nor in an earlier step.
- dropped: whether the result of the last step that had one is no operand, though it has operands.
- old: mean steps since its operands were arrived at, those of the problem left out.
- operands: how many it works on.
- known_result: whether it arrives at a number that stood before.
- withdraws, withdrawn_before: whether it, or the step before, speaks of taking something back.
- repeats: whether its text stood before.
- odd_length: |log| of its length by the median of the solution.
- surprise, most_surprise: mean and greatest -log probability of its tokens.
- doubt, most_doubt: mean and greatest entropy of the distributions they were drawn from.
"""


def signals_of(
    question: str, texts: Sequence[str], scores: Sequence[Mapping[str, float]]
) -> Floats:
    """Return [n_steps, len(SIGNALS)] what each step shows; NaN where a score is not known.

    Args:
        question: The problem's text.
        texts: [n_steps] The steps that take a label, in order.
        scores: [n_steps] Those signals of each that are a policy's scores.
    """
    usual = median(len(text) for text in texts) or 1
    seen = _Seen(figures_of(question))
    rows = []
    for number, (text, told) in enumerate(zip(texts, scores, strict=True)):
        row: dict[str, float] = {
            "place": (number + 0.5) / len(texts),
            "first": float(number == 0),
            "last": float(number == len(texts) - 1),
            "withdraws": float(withdraws(text)),
            "withdrawn_before": float(number > 0 and withdraws(texts[number - 1])),
            "odd_length": abs(math.log(max(len(text), 1) / usual)),
            **seen.look(number, text),
        }
        rows.append([row[name] for name in TEXT_SIGNALS])
        rows[-1] += [told.get(name, math.nan) for name in SCORE_SIGNALS]
    return np.array(rows)


class _Seen:
    """Numbers and texts that stood before. Mutable: it reads step by step."""

    def __init__(self, question: Figures) -> None:
        """Begin with the numbers of the problem."""
        self._arrived: dict[str, int | None] = dict.fromkeys(question.named)
        self._texts: set[str] = set()
        self._last_result: str | None = None

    def look(self, number: int, text: str) -> dict[str, float]:
        """Return what a step shows beside those before it, and remember it."""
        figures, plain = figures_of(text), text.strip()
        operands = figures.operands
        ages = [
            number - 1 - at for one in operands if (at := self._arrived.get(one, None)) is not None
        ]
        dropped = bool(operands) and self._last_result not in {None, *operands}
        shown = {
            "unheard": float(any(one not in self._arrived for one in operands)),
            "dropped": float(dropped),
            "old": fmean(ages) if ages else 0.0,
            "operands": float(len(operands)),
            "known_result": float(figures.result in self._arrived),
            "repeats": float(plain in self._texts),
        }
        self._texts.add(plain)
        for one in sorted(figures.named - self._arrived.keys()):
            self._arrived[one] = number
        if figures.result is not None:
            self._arrived[figures.result] = number
            self._last_result = figures.result
        return shown
