"""Scoring: how likely the steps of a solution are to a policy, as evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from annotate.policies import TokenScores
from annotate.strategies.probing import Prober
from schemas import Evidence, FindingVerdict, Scope, ScoreKind, Solution, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScores:
    """How likely each step of a solution is."""

    entropies: tuple[float | None, ...]
    """[n_steps] Mean entropy of its tokens, in nats; null where it has none."""
    rows: tuple[Evidence, ...]
    """Means and extremes, as evidence."""


async def score_steps(solution: Solution, prober: Prober) -> StepScores:
    """Return how likely the steps of a solution are to the policy of a prober.

    A token belongs to the step in which it ends, the separator behind a step to that step. Where a
    text cannot be scored, as one that is too long, the one row says why.

    Cost: one pass over the solution; nothing is generated.
    """
    told = await prober.context.scores(prober.role, prober.problem, "", solution.text)
    if told.error:
        row = _row(solution, prober, None, reason=told.error, verdict=FindingVerdict.UNKNOWN)
        return StepScores(entropies=(None,) * len(solution.steps), rows=(row,))
    tokens = _tokens_by_step(solution, told)
    kinds: tuple[tuple[ScoreKind, Sequence[float], Callable[[list[float]], float]], ...] = (
        (ScoreKind.MEAN_ENTROPY, told.entropies, fmean),
        (ScoreKind.MEAN_LOGPROB, told.logprobs, fmean),
        (ScoreKind.MAX_ENTROPY, told.entropies, max),
        (ScoreKind.LEAST_LOGPROB, told.logprobs, min),
    )
    rows = [
        _row(solution, prober, step, ordinal, score=read(_picked(values, places)), reason=kind.name)
        for ordinal, (kind, values, read) in enumerate(kinds)
        for step, places in enumerate(tokens)
        if places
    ]
    entropies = tuple(fmean(_picked(told.entropies, one)) if one else None for one in tokens)
    return StepScores(entropies=entropies, rows=tuple(rows))


def _tokens_by_step(solution: Solution, told: TokenScores) -> list[list[int]]:
    bounds = [step.start for step in solution.steps[1:]]
    found: list[list[int]] = [[] for _ in solution.steps]
    step = 0
    for place, end in enumerate(told.ends):
        while step < len(bounds) and end > bounds[step]:
            step += 1
        found[step].append(place)
    return found


def _picked(values: Sequence[float], places: Sequence[int]) -> list[float]:
    return [values[place] for place in places]


def _row(
    solution: Solution,
    prober: Prober,
    step: int | None,
    ordinal: int = 0,
    *,
    reason: str,
    score: float | None = None,
    verdict: FindingVerdict | None = None,
) -> Evidence:
    return Evidence(
        gathering_id=prober.gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        step_index=step,
        prefix_id=None,
        scope=Scope.SOLUTION if step is None else Scope.STEP,
        source_kind=SourceKind.SCORES,
        source=prober.context.source(prober.role),
        ordinal=ordinal,  # the kind of a score is no part of a row's key
        verdict=verdict,
        score=score,
        reason=reason,
    )
