"""Strategy `ask_judge`: ask a model which steps of each solution are wrong."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from annotate.judges import JUDGES, JudgePrompt
from annotate.rules.base import Case, is_labelled
from annotate.rules.opinions import say_listed
from annotate.strategies.base import STRATEGIES, Context, Gathered, Opinion, StrategyFacts
from annotate.strategies.probing import require_at_least
from schemas import (
    Evidence,
    FindingVerdict,
    InvalidArgumentError,
    Problem,
    RegistryError,
    Role,
    Scope,
    Solution,
    SourceKind,
)
from verifiers.spec import Spec

OUT_OF_RANGE = "OUT_OF_RANGE"
"""Why an opinion counts for nothing that names a step which is not there or takes no label."""


_SHOWN = {"without": (False,), "with": (True,), "both": (False, True)}


@STRATEGIES.register("ask_judge")
@dataclass(frozen=True, slots=True, kw_only=True)
class AskJudge:
    """Ask the judge `n` times about each solution, by each of its questions.

    An opinion is about the step that it names, or about the whole solution where it finds all
    steps right, or where it says nothing that counts. One that was asked for all wrong steps is
    about the first, and lists them. Several opinions of a policy that judges at temperature 0 are
    drawn at 1. A policy that knows only the question of its own profile is refused others.

    Where the accepted answer is to be shown, a problem without one is not asked about that way.

    Source: ProcessBench (arXiv:2412.06559), critic models; Qwen's lessons (arXiv:2501.07301); CAPO
    (arXiv:2508.02298) for lists of wrong steps; AURORA (arXiv:2502.11520) for several questions,
    with the answer and without.
    Cost: `n` judge calls per solution and question.
    """

    n: int = 1
    """Opinions per solution and question, >= 1."""
    prompts: tuple[str, ...] = ()
    """Judge prompts (text files of `annotate.judges.prompts`), each once; empty: the one of the
    policy's profile."""
    reference: str = "without"
    """Whether the judge sees the accepted answer: `without`, `with`, or `both`, one after the
    other."""
    name: ClassVar[str] = "ask_judge"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks=(
            "a model which step is the first wrong one, or which steps are wrong, n times by each"
            " of its `prompts`, with the accepted answer or without"
        ),
        calls="n per solution and prompt",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = False
    """It draws no solutions where there are none."""
    stop_rule: ClassVar[str] = "all"
    """It asks everything once."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If `n` is below 1, or `reference` no such word.
            RegistryError: If there is no such prompt, or one is named twice.
        """
        require_at_least(1, self.name, (("n", self.n),))
        if self.reference not in _SHOWN:
            raise InvalidArgumentError(
                f"strategy {self.name!r}: reference={self.reference!r} must be one of "
                f"{', '.join(_SHOWN)}."
            )
        for name in self.prompts:
            if name not in JUDGES or self.prompts.count(name) > 1:
                known = f"there is {', '.join(JUDGES)}"
                raise RegistryError(
                    f"strategy {self.name!r}: prompts={self.prompts!r} must name judge prompts, "
                    f"each once, and {name!r} is none or named twice; {known}."
                )

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask: none."""
        return ()

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers of final answers that it may ask: none."""
        return ()

    def roles(self) -> tuple[Role, ...]:
        """Return the roles in which it asks policies."""
        return (Role.JUDGE,)

    def questions(self) -> tuple[JudgePrompt, ...]:
        """Return what it asks, in order."""
        return tuple(
            JudgePrompt(name=name, reference=shown)
            for shown in _SHOWN[self.reference]
            for name in (self.prompts or (None,))
        )

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Ask about every solution of the case."""
        questions = [q for q in self.questions() if case.problem.answers or not q.reference]
        asked = (
            self._ask(case.problem, solution, question, context, gathering_id)
            for solution in case.solutions
            for question in questions
        )
        parts = await asyncio.gather(*asked)
        return Gathered(evidence=tuple(row for rows in parts for row in rows))

    async def _ask(
        self,
        problem: Problem,
        solution: Solution,
        question: JudgePrompt,
        context: Context,
        gathering_id: str,
    ) -> list[Evidence]:
        # Questions are told apart as judges are: by the name of the source.
        source = " by ".join(filter(None, (context.source(Role.JUDGE), str(question))))
        opinions = await context.opinions(problem, solution, self.n, question)
        return [_row(opinion, solution, source, gathering_id) for opinion in opinions]


def _row(opinion: Opinion, solution: Solution, source: str, gathering_id: str) -> Evidence:
    step, verdict, reason = _read(opinion, solution)
    return Evidence(
        gathering_id=gathering_id,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        step_index=step,
        prefix_id=None,
        scope=Scope.SOLUTION if step is None else Scope.STEP,
        source_kind=SourceKind.JUDGE,
        source=source,
        ordinal=opinion.ordinal,
        verdict=verdict,
        reason=reason,
        tokens=opinion.tokens,
    )


def _read(opinion: Opinion, solution: Solution) -> tuple[int | None, FindingVerdict, str | None]:
    """Return the step that is named, what is said of it or of the whole, and why nothing is."""
    if opinion.unknown is not None:
        return None, FindingVerdict.UNKNOWN, opinion.unknown
    first = () if opinion.first_error is None else (opinion.first_error,)
    named = first if opinion.listed is None else opinion.listed
    for step in named:
        if not 0 <= step < len(solution.steps) or not is_labelled(solution.steps[step]):
            return None, FindingVerdict.UNKNOWN, OUT_OF_RANGE
    reason = None if opinion.listed is None else say_listed(named)
    if not named:
        return None, FindingVerdict.CORRECT, reason
    return named[0], FindingVerdict.INCORRECT, reason
