"""Strategy `omega_prm`: a tree of rollouts per problem, its wrong ones searched by halves."""

from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.base import Case
from annotate.search import Weights
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.omega_search import OmegaSearch
from annotate.strategies.outcomes import joined
from annotate.strategies.probing import require_at_least
from annotate.strategies.rolling import Rolling, prober_of
from schemas import InvalidArgumentError


@STRATEGIES.register("omega_prm")
@dataclass(frozen=True, slots=True, kw_only=True)
class OmegaPrm(Rolling):
    """Search wrong rollouts, short ones out of promising states first, for their first error.

    The pool begins with the case's wrong solutions and the wrong ones of the root's own `k`
    rollouts. Searching one bisects it; each prefix asked on the way becomes a state of the tree,
    and its wrong rollouts enter the pool, unless none succeeded. What was searched is a solution to
    be labelled. It ends when the pool is empty or after `searches`.

    The bisection stops at a piece no longer than one of `pieces` parts of an average solution. A
    prefix is asked about once, whichever solutions share it. Rollouts without an answer are wrong,
    and those that were cut or could not be graded count for nothing; a state of which no rollout
    counts is undecided: the search that met it stops there.

    Source: OmegaPRM (Luo et al. 2024, arXiv:2406.06592); the screen of 32 samples is the strategy
    `screen`.
    Differs from the paper: given solutions are rollouts of the root, their length in tokens told
    from that of the root's rollouts, and are searched even where all of these succeed; equal chains
    are searched once; the text is divided only where steps end, and the average length, in
    characters, is that of the problem's given solutions and the root's rollouts, not the corpus's;
    where the policy that was screened also completes, the root's `k` rollouts are the first of the
    screen's.
    Cost: `k` rollouts for the root, and `k * ceil(log2(M))` per search of a chain of M steps at
    most.
    """

    searches: int = 100
    """Chains searched per problem at most, >= 0."""
    alpha: float = 0.5
    """Base of the term that prefers rollouts out of promising states, in (0, 1]."""
    beta: float = 0.9
    """Base of the term that prefers short rollouts, in (0, 1]."""
    length_scale: float = 500.0
    """L: length that costs a factor of beta, in tokens, > 0."""
    c_puct: float = 0.125
    """Weight of exploration, >= 0."""
    pieces: int = 16
    """Parts of an average solution; a search stops at an interval no longer than one, >= 1."""
    name: ClassVar[str] = "omega_prm"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks=(
            "as `bisect`, of wrong rollouts that it draws itself, the most promising first, "
            "sharing one tree per problem"
        ),
        calls="k for the root, k ceil(log2 M) per search",
    )
    """Its row in the documentation."""
    stop_rule: ClassVar[str] = "empty pool or searches"
    """When it stops asking."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range.
        """
        require_at_least(1, self.name, (("k", self.k), ("pieces", self.pieces)))
        require_at_least(0, self.name, (("searches", self.searches),))
        for name, value in (("alpha", self.alpha), ("beta", self.beta)):
            if not 0 < value <= 1:
                raise InvalidArgumentError(
                    f"strategy {self.name!r}: {name}={value!r} must be in (0, 1]."
                )
        if not (self.length_scale > 0 and self.c_puct >= 0):
            raise InvalidArgumentError(
                f"strategy {self.name!r}: length_scale={self.length_scale!r} must be above 0 and "
                f"c_puct={self.c_puct!r} at least 0."
            )

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Grow the tree of one problem, search by search."""
        given = await self.grade(case, context, gathering_id)
        search = OmegaSearch(
            prober=prober_of(case, context, gathering_id),
            weights=Weights(
                alpha=self.alpha,
                beta=self.beta,
                length_scale=self.length_scale,
                c_puct=self.c_puct,
            ),
            k=self.k,
            pieces=self.pieces,
        )
        await search.plant([o.solution for o in given if o.is_wrong], all_given=case.solutions)
        for _ in range(self.searches):
            if not await search.locate_next():
                break
        found = search.found()
        sampled = replace(case, solutions=found.solutions)
        new = await self.grade(sampled, context, gathering_id)
        outcomes = joined([o.found for o in (*given, *new)])
        return replace(
            outcomes,
            evidence=outcomes.evidence + found.evidence,
            solutions=found.solutions,
            sources=found.sources,
        )
