"""What a strategy is: it decides what to ask next, and knows no label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from annotate.judges import OWN, JudgePrompt
from annotate.policies import TokenScores
from annotate.prompts import AnswerCue
from annotate.rules.base import Case
from schemas import (
    Calibration,
    Cost,
    Evidence,
    Grade,
    Outcome,
    Piece,
    Problem,
    Role,
    Rollout,
    Solution,
    Source,
    UnknownReason,
)
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
    checker: str | None = None
    """Who told it instead of the checker that was asked for; null where that one did."""
    checker_version: str | None = None
    """Its version; null where `checker` is."""


def stop_reason(stopped: UnknownReason, message: str | None) -> str:
    """Return why a check has no answer, as evidence and grades state it."""
    return stopped.name if message is None else f"{stopped.name}: {message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One rollout as a strategy sees it: already graded."""

    rollout_id: str
    """Its row in `rollouts`."""
    text: str
    """What was written after the prefix."""
    tokens: int
    """Tokens generated."""
    outcome: Outcome
    """By the run's way of telling outcomes."""
    answer: str | None
    """The final answer as extracted, null where none was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a judge said of a solution, once."""

    ordinal: int
    """0-based number among the opinions on this solution by this judge."""
    first_error: int | None
    """0-based first wrong step; null where it names none, or `unknown` is set."""
    unknown: str | None
    """Why it names nothing that counts (`UNPARSABLE`, `TRUNCATED`, `OUT_OF_RANGE`)."""
    text: str
    """What it wrote."""
    tokens: int
    """Tokens generated."""
    listed: tuple[int, ...] | None = None
    """All wrong steps that it names, rising, where it was asked for all; null where it was asked
    for the first, or `unknown` is set."""


class Context(Protocol):
    """What a strategy may ask. Its implementations batch, limit and account."""

    @property
    def calibration(self) -> Calibration | None:
        """What steers the gathering: learned of the run before it; null where nothing was."""

    def source(self, role: Role) -> str:
        """Return the name of the policy in a role, as evidence states its source.

        Raises:
            ConfigError: If the run names no policy for the role.
        """

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Return a chain of thought as steps, by the run's segmentation."""

    async def rollouts(
        self, role: Role, problem: Problem, prefix: str, n: int
    ) -> tuple[Drawn, ...]:
        """Return the first `n` completions of a prefix, graded; none where nothing can grade them.

        Never paid for twice: a later call for more shares the earlier ones.

        Args:
            role: GENERATOR, COMPLETER or PROVER.
            problem: The problem.
            prefix: Exact text so far (`Solution.prefix`); empty for whole solutions.
            n: How many, >= 1.

        Raises:
            BudgetError: If the run's budget does not allow for them.
        """

    async def opinions(
        self, problem: Problem, solution: Solution, n: int, asked: JudgePrompt = OWN
    ) -> tuple[Opinion, ...]:
        """Return the judge's first `n` opinions on a solution, by one question.

        Raises:
            ConfigError: If the judge cannot be asked by that question.
            PolicyError: If it shows the accepted answer, and the problem has none.
        """

    def cue(self, role: Role) -> AnswerCue:
        """Return what makes the policy in a role state its final answer at once."""

    async def continuations(
        self, role: Role, problem: Problem, prefix: str, n: int, max_tokens: int
    ) -> tuple[Rollout, ...]:
        """Return the first `n` completions of a text, of at most so many tokens, not graded.

        Paid for as rollouts are, and never twice.

        Raises:
            BudgetError: If the run's budget does not allow for them.
        """

    def scores_text(self, role: Role) -> bool:
        """Return whether the policy in a role says that it can score text."""

    async def scores(self, role: Role, problem: Problem, prefix: str, text: str) -> TokenScores:
        """Return how likely a text is after a prefix, token by token.

        Nothing is generated, so no budget is touched. What was scored is kept while the shard is
        worked on: behind that, it is the evidence of a finished shard that is not asked for again.

        Raises:
            ConfigError: If the policy in the role cannot score text.
        """

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Return what a verifier says of a solution."""

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return how the final answer in a completion compares with the accepted ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one strategy observed of one case."""

    evidence: tuple[Evidence, ...]
    """Observations."""
    solutions: tuple[Solution, ...] = ()
    """Solutions that were sampled and are to be labelled, each once; strategies after this one and
    the rule see them beside the given ones."""
    sources: tuple[Source, ...] = ()
    """Every occurrence of those solutions: equal samples keep their multiplicity."""
    grades: tuple[Grade, ...] = ()
    """Outcomes of completions."""
    costs: tuple[Cost, ...] = ()
    """What it took, as measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyFacts:
    """What the documentation says of a strategy, in words."""

    asks: str
    """What it asks, of what."""
    calls: str
    """Model calls: how many, per problem or per solution of M steps."""


@runtime_checkable
class Strategy(Protocol):
    """A way of gathering. A frozen dataclass of primitives.

    One that reads `Context.calibration` says so by a class attribute `steered = True`: what comes
    before it is gathered in a round of its own, which the calibration is fitted to. One that draws
    from a prefix until the first success says so by an attribute `stop_at_success`, one whose
    policies must score text by `needs_scores`. One that ships describes itself in a class attribute
    `facts`.
    """

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Changes whenever it may ask otherwise; part of the provenance of evidence."""

    @property
    def stop_rule(self) -> str:
        """When it stops asking: `all` where it asks everything once."""

    @property
    def samples(self) -> bool:
        """Whether it draws solutions of a problem that comes without any."""

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask."""

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask."""

    def roles(self) -> tuple[Role, ...]:
        """Return the roles in which it asks policies."""

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Observe one case."""


STRATEGIES: Registry[Strategy] = Registry("strategy", group="waymark.strategies")
"""Ways of gathering, by name."""
