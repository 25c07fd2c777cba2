"""Potential of a prefix: how sure of the right answer a policy is that must give it now. Pure."""

from collections import Counter
from collections.abc import Sequence


def potential(accuracy: float, confidence: float) -> float:
    """Return Phi = 1.5 Acc Conf + 0.5 Acc - Conf, in [-1, 1].

    1 where it is sure of the right answer, -1 where it is sure of a wrong one, 0 where it has no
    idea, 0.5 where the right answer is likely and stands among many forms.

    Source: SPAE (arXiv:2601.03823); the coefficients are read off its cases.

    Args:
        accuracy: Acc, in [0, 1].
        confidence: Conf, in [0, 1].
    """
    return 1.5 * accuracy * confidence + 0.5 * accuracy - confidence


def agreement(answers: Sequence[str | None]) -> float:
    """Return the share of the answer that is given most often, in [0, 1].

    Args:
        answers: [n] What was answered, null for no answer, n >= 1. Those without one agree with
            none.
    """
    counted = Counter(answer for answer in answers if answer is not None)
    return max(counted.values(), default=0) / len(answers)
