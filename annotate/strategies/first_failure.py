"""Strategy `first_failure`: roll out step after step of a wrong solution, until none succeeds."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case
from annotate.strategies.base import STRATEGIES, Context, Gathered
from annotate.strategies.outcomes import Observed, ask_outcomes, joined
from annotate.strategies.probing import Prober, asked_steps, require_at_least
from schemas import Evidence, Role
from verifiers.spec import Spec, parse_spec


@STRATEGIES.register("first_failure")
@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFailure:
    """Ask after each step of a wrong solution in turn; stop at the first without any success.

    A right solution costs nothing. A prefix of which no rollout counts is undecided: the search
    stops there too, for a later failure could not be called the first.

    Source: SCAN (Ding et al. 2025, arXiv:2509.16548); the screen of problems and the labels are the
    strategy `screen` and the rule `scan`.
    Cost: `k` rollouts per step up to the first failure, the last step excepted; wrong solutions
    only. And `root_k` per problem.
    """

    k: int = 8
    """Rollouts per prefix, >= 1."""
    root_k: int = 0
    """Rollouts of the bare problem, for rules that need its rate and have no screen before them."""
    checker: str = "answers"
    """Checker of final answers, as `name` or `name(key=value)`."""
    name: ClassVar[str] = "first_failure"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""
    stop_rule: ClassVar[str] = "first failure"
    """It stops after the first prefix without a success."""

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
        """Observe the solutions of the case side by side, each step by step."""
        prober = Prober(
            context=context, problem=case.problem, role=Role.COMPLETER, gathering_id=gathering_id
        )
        (checker,) = self.checkers()
        observed = await ask_outcomes(checker, case.problem, case.solutions, context, gathering_id)
        wrong = [o for o in observed if o.is_wrong]
        roots, walks = await asyncio.gather(
            asyncio.gather(*([prober.root(self.root_k)] if self.root_k else [])),
            asyncio.gather(*(self._walk(o, prober) for o in wrong)),
        )
        rows = (*(probe.row for probe in roots), *(row for walk in walks for row in walk))
        return joined([*(o.found for o in observed), Gathered(evidence=rows)])

    async def _walk(self, observed: Observed, prober: Prober) -> list[Evidence]:
        rows = []
        for index in asked_steps(observed.solution):
            probe = await prober.step(observed.solution, index, self.k)
            rows.append(probe.row)
            if probe.successes == 0:
                break
        return rows
