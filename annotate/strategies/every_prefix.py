"""Strategy `every_prefix`: roll out after every step but the last."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case
from annotate.strategies.base import STRATEGIES, Context, Gathered
from annotate.strategies.outcomes import ask_outcomes, joined
from annotate.strategies.probing import Prober, asked_steps, require_at_least
from schemas import Role
from verifiers.spec import Spec, parse_spec


@STRATEGIES.register("every_prefix")
@dataclass(frozen=True, slots=True, kw_only=True)
class EveryPrefix:
    """Ask for `k` rollouts after each step of each solution, right or wrong.

    Source: Math-Shepherd (Wang et al. 2023, arXiv:2312.08935).
    Differs from the paper: the last step is not rolled out; the solution's outcome stands for it.
    Cost: `k` rollouts per step but the last, and `root_k` per problem.
    """

    k: int = 8
    """Rollouts per prefix, >= 1."""
    root_k: int = 0
    """Rollouts of the bare problem, for rules that need its rate and have no screen before them."""
    checker: str = "answers"
    """Checker of final answers, as `name` or `name(key=value)`."""
    name: ClassVar[str] = "every_prefix"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""
    stop_rule: ClassVar[str] = "all"
    """It asks everything once."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `k` is below 1 or `root_k` below 0.
        """
        require_at_least(1, self.name, (("k", self.k),))
        require_at_least(0, self.name, (("root_k", self.root_k),))

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask: none."""
        return ()

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask."""
        return (parse_spec(self.checker),)

    def roles(self) -> tuple[Role, ...]:
        """Return the roles in which it asks policies."""
        return (Role.COMPLETER,)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe every prefix of every solution of the case, all at once."""
        prober = Prober(
            context=context, problem=case.problem, role=Role.COMPLETER, gathering_id=gathering_id
        )
        (checker,) = self.checkers()
        asked = [prober.root(self.root_k)] if self.root_k else []
        asked += [prober.step(s, i, self.k) for s in case.solutions for i in asked_steps(s)]
        observed, probes = await asyncio.gather(
            ask_outcomes(checker, case.problem, case.solutions, context, gathering_id),
            asyncio.gather(*asked),
        )
        rolled = Gathered(evidence=tuple(probe.row for probe in probes))
        return joined([*(o.found for o in observed), rolled])
