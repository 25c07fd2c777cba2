"""What a verifier and a checker of final answers are. Pure declarations.

Implementations are frozen dataclasses of primitives, so that they pickle; they are deterministic,
keep their own work bounded by counts (never by clocks), and may be called in any process. What can
still hang is stopped from outside, see `verifiers.sandbox`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from schemas import Certificate, FindingVerdict, Outcome, Problem, Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check says of one step, or of the solution as a whole."""

    step_index: int | None
    """0-based step; null where it is about the whole solution."""
    verdict: FindingVerdict
    """INCORRECT needs a certificate; UNKNOWN needs a reason."""
    reason: str | None = None
    """One sentence for a reader, or an `UnknownReason` member's name."""
    certificate: Certificate | None = None
    """What lets a reader check the verdict."""
    score: float | None = None
    """A signal without a verdict, where the check gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """How the final answer of one completion compares with the accepted ones."""

    answer: str | None
    """The final answer as written, null where none was found."""
    outcome: Outcome
    """The result of the comparison."""
    reason: str | None = None
    """Why, where the outcome alone does not say it."""


@runtime_checkable
class Verifier(Protocol):
    """A model-free check of the steps of a solution."""

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Changes whenever a finding may change; part of a run's identity."""

    @property
    def backend(self) -> str | None:
        """The tool that decides, with its version (`sympy 1.14.0`); null where it is our code."""

    def check(self, problem: Problem, solution: Solution) -> Sequence[Finding]:
        """Return at most one finding per step, in order; a step left out is NOT_APPLICABLE."""


@runtime_checkable
class Checker(Protocol):
    """A check of final answers: gives the outcome of a rollout or of a whole solution."""

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Changes whenever an outcome may change; part of a run's identity."""

    @property
    def backend(self) -> str | None:
        """The tool that decides, with its version; null where it is our own code."""

    def grade(self, problem: Problem, text: str) -> Graded:
        """Return how the final answer in `text` compares with `problem.answers`."""


@runtime_checkable
class QuickChecker(Checker, Protocol):
    """A checker that settles plain cases at once, in any process, beside an event loop."""

    def quick(self, problem: Problem, text: str) -> Graded | None:
        """Return exactly what `grade` would in microseconds, or None where it would take longer."""
