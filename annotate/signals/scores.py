"""Scores: how likely a policy finds each step, as signals. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from schemas import Evidence, ScoreKind, SourceKind

SCORE_SIGNALS: Final[Mapping[str, tuple[ScoreKind, float]]] = {
    "surprise": (ScoreKind.MEAN_LOGPROB, -1.0),
    "most_surprise": (ScoreKind.LEAST_LOGPROB, -1.0),
    "doubt": (ScoreKind.MEAN_ENTROPY, 1.0),
    "most_doubt": (ScoreKind.MAX_ENTROPY, 1.0),
}
"""Signal -> the score that it is, with its sign: the greater, the less sure the policy was."""
MOST_NATS: Final = 10.0
"""No score counts for more."""


def scores_by_step(
    evidence: Sequence[Evidence], source: str | None
) -> Mapping[tuple[str, int], Mapping[str, float]]:
    """Return the signals that are scores, by solution and step.

    Args:
        evidence: Observations of a problem.
        source: Whose scores; None takes whatever there are, those of the last name by alphabet. Of
            several gatherings those of the last by id.
    """
    signal_of = {kind.name: (name, sign) for name, (kind, sign) in SCORE_SIGNALS.items()}
    found: dict[tuple[str, int], dict[str, float]] = {}
    for row in sorted(evidence, key=lambda one: (one.source, one.gathering_id, one.ordinal)):
        if row.source_kind is not SourceKind.SCORES or row.score is None or row.reason is None:
            continue
        if row.solution_id is None or row.step_index is None or row.reason not in signal_of:
            continue
        if source is None or row.source == source:
            name, sign = signal_of[row.reason]
            told = found.setdefault((row.solution_id, row.step_index), {})
            told[name] = min(sign * row.score, MOST_NATS)
    return found
