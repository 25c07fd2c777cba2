"""Strategy `score_steps`: how likely a policy finds each step, where it can tell."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.probing import Prober
from annotate.strategies.scoring import score_steps
from schemas import Role
from verifiers.spec import Spec


@STRATEGIES.register("score_steps")
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSteps:
    """Store how likely and how sure each step was to the completer: mean and extremes by token.

    A wrong step is often one that the policy itself found unlikely. The numbers claim nothing:
    what they are worth is learned of each run (`annotate.estimates.signal_fit`). A policy that
    cannot score text, as one behind a chat interface, is not asked, unless `required`.

    Source: ours as a signal of first errors; entropies of steps as in UnPRM (arXiv:2508.01773).
    Cost: one pass over each solution; nothing is generated.
    """

    required: bool = False
    """Whether a policy that cannot score text is refused."""
    name: ClassVar[str] = "score_steps"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="how likely and how sure the completer finds each step, where it can score text",
        calls="one pass per solution, which generates nothing",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""
    stop_rule: ClassVar[str] = "all"
    """It asks about every solution."""

    @property
    def needs_scores(self) -> bool:
        """Whether its completer must score text."""
        return self.required

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask: none."""
        return ()

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers that it may ask: none."""
        return ()

    def roles(self) -> tuple[Role, ...]:
        """Return the role whose policy it asks."""
        return (Role.COMPLETER,)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Score the solutions of a case side by side."""
        (role,) = self.roles()
        if not context.scores_text(role):
            return Gathered(evidence=())
        prober = Prober(context=context, problem=case.problem, role=role, gathering_id=gathering_id)
        scored = await asyncio.gather(*(score_steps(one, prober) for one in case.solutions))
        return Gathered(evidence=tuple(row for one in scored for row in one.rows))
