"""Rolling: what strategies share that grade solutions and ask a completer about their prefixes."""

from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import Case
from annotate.strategies.base import Context
from annotate.strategies.outcomes import Answered, ask_outcomes
from annotate.strategies.probing import Prober
from schemas import Role
from verifiers.spec import Spec, parse_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolling:
    """Asks a completer, and one checker of final answers; samples no solutions."""

    k: int = 8
    """Rollouts per prefix, >= 1."""
    checker: str = "answers"
    """Checker of final answers, as `name` or `name(key=value)`."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask: none."""
        return ()

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask."""
        return (parse_spec(self.checker),)

    def roles(self) -> tuple[Role, ...]:
        """Return the roles in which it asks policies."""
        return (Role.COMPLETER,)

    async def grade(self, case: Case, context: Context, gathering_id: str) -> tuple[Answered, ...]:
        """Return [n_solutions] the outcome of each solution of a case. Cost: no model calls."""
        (checker,) = self.checkers()
        return await ask_outcomes(checker, case.problem, case.solutions, context, gathering_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping(Rolling):
    """Draws from a prefix until the first success, if that is asked for.

    Labels by any success are the same, at a third of the rollouts or less where most prefixes are
    sound; rules over rates have no use for such counts.
    """

    stop_at_success: bool = False
    """Whether no more rollouts of a prefix are drawn once one succeeds: `k` are the most then."""
    ends: ClassVar[str] = "all"
    """When it stops asking about a solution."""

    @property
    def stop_rule(self) -> str:
        """When it stops asking."""
        return f"{self.ends}; a prefix at its first success" if self.stop_at_success else self.ends


def prober_of(case: Case, context: Context, gathering_id: str) -> Prober:
    """Return what asks the completer about prefixes of a case."""
    return Prober(
        context=context, problem=case.problem, role=Role.COMPLETER, gathering_id=gathering_id
    )
