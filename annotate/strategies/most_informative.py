"""Strategy `most_informative`: ask next where a rollout tells most of the first error."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case, labelled_steps
from annotate.rules.belief import leanings_of
from annotate.rules.learned import learned_from
from annotate.rules.prefix_rates import Rate, read_rates
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.informative_search import Questions
from annotate.strategies.outcomes import joined
from annotate.strategies.probing import require_at_least
from annotate.strategies.rolling import Rolling, prober_of
from schemas import Evidence, InvalidArgumentError, Outcome, Role


@STRATEGIES.register("most_informative")
@dataclass(frozen=True, slots=True, kw_only=True)
class MostInformative(Rolling):
    """Ask the prefix whose next rollout tells most by its cost, while that is worth a price.

    The posterior over the first error (`annotate.search.posterior`) starts from the bare problem's
    rate and from what earlier strategies asked, of rollouts, judges and verifiers. The price is the
    same for all solutions of a run, so that rollouts go where they decide something: what stays
    open below it is left open. It is the one at which the run's audited solutions would have taken
    `rollouts` on average, or the shipped one before a run has learned its own
    (`annotate.estimates`).

    Right solutions are asked under the same price; few are worth it. A problem that the completer
    never solves is not asked about: nothing could be told.

    Source: ours.
    Cost: about `rollouts` per wrong solution, `most` at most; `root_k` per problem where the
    completer's rate of the bare problem is not known.
    """

    k: int = 1
    """Rollouts per question, >= 1: more take fewer turns, and tell a little less each."""
    rollouts: float = 12.0
    """Mean rollouts per wrong solution that the price is set for, > 0."""
    price: float = 0.0
    """Nats by cost of a whole solution, >= 0, instead of `rollouts`; 0: none is set."""
    most: int = 64
    """Most rollouts per solution, >= 1."""
    root_k: int = 16
    """Rollouts of the bare problem where the completer's rate is not known, >= 1."""
    name: ClassVar[str] = "most_informative"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks=(
            "one rollout after the other, of the prefix that tells most of the first error by its"
            " cost, while that is worth the run's price"
        ),
        calls="about `rollouts` (12) per wrong solution",
    )
    """Its row in the documentation."""
    stop_rule: ClassVar[str] = "price"
    """It stops where no question is worth the price."""
    steered: ClassVar[bool] = True
    """What it asks depends on the run's calibration."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        least = (("k", self.k), ("most", self.most), ("root_k", self.root_k))
        require_at_least(1, self.name, least)
        if not (self.rollouts > 0 and self.price >= 0):
            raise InvalidArgumentError(
                f"strategy {self.name!r}: rollouts={self.rollouts!r} must be above 0 and "
                f"price={self.price!r} at least 0."
            )

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe the solutions of the case side by side, each question by question."""
        prober = prober_of(case, context, gathering_id)
        source = context.source(Role.COMPLETER)
        learned = learned_from(context.calibration)
        price = self.price or learned.price_for(source, self.rollouts)
        observed = await self.grade(case, context, gathering_id)
        known = (o for o in observed if o.is_wrong or o.outcome is Outcome.CORRECT)
        told = [o for o in known if labelled_steps(o.solution)]
        rates = read_rates(case, source)
        root, rows = rates.root, list[Evidence]()
        if root is None and told:
            probe = await prober.root(self.root_k)
            rows.append(probe.row)
            root = Rate(successes=probe.successes, trials=probe.trials)
        if root is not None and root.successes:
            questions = Questions(
                prober=prober,
                model=learned.rates_of(source),
                root=root,
                known=rates.rates,
                price=price,
                k=self.k,
                most=self.most,
            )
            leanings = leanings_of(case, learned, source)
            found = await asyncio.gather(
                *(questions.ask(o, leanings[o.solution.solution_id]) for o in told)
            )
            rows += (row for one in found for row in one)
        return joined([*(o.found for o in observed), Gathered(evidence=tuple(rows))])
