"""What a strategy is: it decides what to ask next, and knows no label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from annotate.rules.base import Case
from schemas import Cost, Evidence, Grade, Outcome, Problem, Solution, UnknownReason
from verifiers.base import Finding
from verifiers.registry import Registry
from verifiers.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The answer of a verifier, or why there is none."""

    findings: Sequence[Finding]
    """What it found; empty where it was stopped."""
    stopped: UnknownReason | None
    """TIMEOUT or CRASHED where it was stopped or raised; null where it answered."""
    message: str | None = None
    """What it raised, in one line; null where it raised nothing."""
    seconds: float
    """Time spent, over all attempts."""
    attempts: int
    """How often it was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer of a checker of final answers: CHECK_TIMEOUT or FAILED where it was stopped."""

    answer: str | None
    """The final answer as written, null where none was found."""
    outcome: Outcome
    """The result."""
    reason: str | None
    """Why, where the outcome alone does not say it."""
    seconds: float
    """Time spent, over all attempts."""
    attempts: int
    """How often it was started."""


def stop_reason(stopped: UnknownReason, message: str | None) -> str:
    """Return why a check has no answer, as evidence and grades state it."""
    return stopped.name if message is None else f"{stopped.name}: {message}"


class Context(Protocol):
    """What a strategy may ask. Its implementations batch, limit and account."""

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Return what a verifier says of a solution."""

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return how the final answer in a completion compares with the accepted ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one strategy observed of one case."""

    evidence: tuple[Evidence, ...]
    """Observations."""
    grades: tuple[Grade, ...] = ()
    """Outcomes of completions."""
    costs: tuple[Cost, ...] = ()
    """What it took, as measured."""


@runtime_checkable
class Strategy(Protocol):
    """A way of gathering. A frozen dataclass of primitives."""

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Changes whenever it may ask otherwise; part of the provenance of evidence."""

    @property
    def stop_rule(self) -> str:
        """When it stops asking: `all` where it asks everything once."""

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask."""

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask."""

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe one case."""


STRATEGIES: Registry[Strategy] = Registry("strategy", group="waymark.strategies")
"""Ways of gathering, by name."""
