"""Strategy `forced_answer`: after each step, what would the answer be if it had to be given now?"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import ClassVar

from annotate.policies import TokenScores
from annotate.prompts import AnswerCue
from annotate.rules.base import Case, asked_steps
from annotate.search import agreement, potential
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.outcomes import joined
from annotate.strategies.probing import COUNTED, Prober, require_at_least
from annotate.strategies.rolling import Rolling, prober_of
from schemas import (
    Evidence,
    FindingVerdict,
    Outcome,
    Rollout,
    Scope,
    ScoreKind,
    Solution,
    SourceKind,
    prefix_id,
)

BY_AGREEMENT = " by agreement"
"""Stands behind the policy's name in evidence where no probabilities were looked at."""
NO_ANSWER = "NO_CONTINUATION"
"""Reason where no continuation says anything."""
_FAILED = "error"


@STRATEGIES.register("forced_answer")
@dataclass(frozen=True, slots=True, kw_only=True)
class ForcedAnswer(Rolling):
    """Put the policy's answer cue after each prefix, and read a few short continuations.

    The potential of a prefix is 1.5 Acc Conf + 0.5 Acc - Conf. Where the completer scores text, Acc
    is the mean probability of the accepted answer's tokens after the cue, the likeliest accepted
    one counting, and Conf the mean over continuations of exp(-mean entropy of their tokens). With
    `scored=False` Acc is the share of continuations with a right answer and Conf that of the answer
    that is given most often; the source in the evidence says so.

    The bare problem and each prefix but the whole solution is asked about, once for all solutions
    that share it; right solutions too. Continuations that could not be made, or are empty, are left
    out; where none is left the potential is UNKNOWN. Without an accepted answer nothing is scored.

    Source: SPAE (arXiv:2601.03823), step potential; n = 5, at most 10 tokens.
    Differs from the paper: the outcome stands for the last step; no saturation penalty, which
    belongs to the training loss.
    Cost: `k` continuations of at most `max_tokens` per step but the last and per problem (the
    paper: 50 to 100 times cheaper than rollouts); scored, as many passes over the prefix and one
    per accepted answer, which generate nothing.
    """

    k: int = 5
    """Continuations per prefix, >= 1."""
    max_tokens: int = 10
    """Tokens of one at most, >= 1."""
    scored: bool = True
    """Whether probabilities are looked at; else the agreement of the continuations."""
    right: bool = True
    """Whether solutions with a right answer are asked about too."""
    name: ClassVar[str] = "forced_answer"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="for the answer at once, k times after each step but the last and of the problem",
        calls="k short continuations per step and per problem",
    )
    """Its row in the documentation."""
    stop_rule: ClassVar[str] = "all"
    """It asks everything once."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `k` or `max_tokens` is below 1.
        """
        require_at_least(1, self.name, (("k", self.k), ("max_tokens", self.max_tokens)))

    @property
    def needs_scores(self) -> bool:
        """Whether its completer must score text."""
        return self.scored

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe every prefix of every solution of the case, all at once."""
        prober = prober_of(case, context, gathering_id)
        observed = await self.grade(case, context, gathering_id)
        chosen = [o.solution for o in observed if self.right or o.is_wrong]
        if not chosen or (self.scored and not case.problem.answers):
            return joined([o.found for o in observed])
        asked = [self._ask(prober, "", None, None)]
        asked += [
            self._ask(prober, solution.prefix(step + 1), solution, step)
            for solution in chosen
            for step in asked_steps(solution)
        ]
        rows = await asyncio.gather(*asked)
        return joined([*(o.found for o in observed), Gathered(evidence=tuple(rows))])

    async def _ask(
        self, prober: Prober, text: str, solution: Solution | None, step: int | None
    ) -> Evidence:
        """Return the potential of a prefix."""
        context, role = prober.context, prober.role
        cue = context.cue(role)
        # A sentence must not run into the cue.
        begun = text + ("" if not text or text[-1].isspace() else "\n") + cue.before
        drawn = await context.continuations(role, prober.problem, begun, self.k, self.max_tokens)
        made = [one for one in drawn if one.text and not one.finish_reason.startswith(_FAILED)]
        found = NO_ANSWER
        value: float | None = None
        if made:
            by = self._by_scores if self.scored else self._by_agreement
            told = await by(prober, begun, cue, made)
            value, found = (None, told) if isinstance(told, str) else (potential(*told), "")
        return Evidence(
            gathering_id=prober.gathering_id,
            problem_id=prober.problem.problem_id,
            solution_id=solution.solution_id if solution else None,
            step_index=step,
            prefix_id=prefix_id(prober.problem.problem_id, text),
            scope=Scope.PREFIX,
            source_kind=SourceKind.SCORES,
            source=context.source(role) + ("" if self.scored else BY_AGREEMENT),
            ordinal=0,
            verdict=FindingVerdict.UNKNOWN if value is None else None,
            score=value,
            reason=found or ScoreKind.POTENTIAL.name,
            tokens=sum(one.tokens for one in drawn),
        )

    async def _by_scores(
        self, prober: Prober, begun: str, cue: AnswerCue, made: Sequence[Rollout]
    ) -> tuple[float, float] | str:
        """Return Acc and Conf by probabilities, or why there are none."""
        texts = [cue.space + answer for answer in prober.problem.answers]
        n_answers = len(texts)
        texts += [one.text for one in made]
        told = await asyncio.gather(
            *(prober.context.scores(prober.role, prober.problem, begun, text) for text in texts)
        )
        if fault := next((one.error for one in told if one.error), None):
            return fault
        likely = [_mean_probability(one) for one in told[:n_answers] if one.ends]
        sure = [math.exp(-fmean(one.entropies)) for one in told[n_answers:] if one.ends]
        return (max(likely), fmean(sure)) if likely and sure else NO_ANSWER

    async def _by_agreement(
        self, prober: Prober, begun: str, cue: AnswerCue, made: Sequence[Rollout]
    ) -> tuple[float, float] | str:
        """Return Acc and Conf by what the continuations say, or why there are none."""
        del begun
        (checker,) = self.checkers()
        closed = [
            cue.before + one.text + ("" if cue.after in one.text else cue.after) for one in made
        ]
        told = await asyncio.gather(
            *(prober.context.grade(checker, prober.problem, text) for text in closed)
        )
        counted = [one for one in told if one.outcome in COUNTED]
        if not counted:
            return told[0].outcome.name
        right = sum(one.outcome is Outcome.CORRECT for one in counted)
        return right / len(counted), agreement([one.answer for one in counted])


def _mean_probability(told: TokenScores) -> float:
    return fmean(map(math.exp, told.logprobs))
