"""Strategies and rules as they ship, asked about solutions of a RateWorld."""

import asyncio
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotate.judges import OWN, JudgePrompt
from annotate.policies import TokenScores
from annotate.prompts import AnswerCue
from annotate.rules import Case, Observed, Rule
from annotate.strategies import Checked, Drawn, Opinion, Strategy, Verified
from annotate.worlds.rates import SCREEN, RateWorld, WrongSolution
from schemas import (
    Calibration,
    Evidence,
    FirstErrorVerdict,
    Outcome,
    Piece,
    Problem,
    Role,
    Rollout,
    Scope,
    Solution,
    SourceKind,
    make_solution,
    prefix_id,
    text_problem,
)
from verifiers.spec import Spec

SOURCE = "simulated"
"""The completer's name."""
STEP_TOKENS = 20
"""Tokens of a step."""
_LINE = "Step.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What a method said of one solution."""

    exact: bool
    """Whether it named the first error, or none where there is none."""
    confidence: float
    """What it believes of that, in [0, 1]; 1 where it says nothing."""
    rollouts: int
    """Rollouts drawn for it, the screen's left out."""
    tokens: int
    """Tokens of these."""


@dataclass(frozen=False, slots=True, kw_only=True)
class RateContext:
    """Implements `annotate.strategies.Context` for one solution. Mutable: it counts."""

    solution: WrongSolution
    """Who is asked about."""
    draws: npt.NDArray[np.bool_]
    """[M - 1, MOST_DRAWS] What rollouts of each prefix come to."""
    calibration: Calibration | None = None
    """What steers strategies."""
    paid: dict[int, int] = field(default_factory=dict)
    """Rollouts by prefix."""

    def source(self, role: Role) -> str:
        """Return the completer's name."""
        del role
        return SOURCE

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Return the lines."""
        return tuple(Piece(text=line) for line in text.splitlines(keepends=True))

    async def rollouts(
        self, role: Role, problem: Problem, prefix: str, n: int
    ) -> tuple[Drawn, ...]:
        """Return the first `n` draws of a prefix."""
        del role, problem
        place = prefix.count("\n") - 1
        if place < 0:  # the screen's samples, paid for already
            successes: npt.NDArray[np.bool_] = np.arange(n) * SCREEN < self.solution.root[0] * n
        else:
            self.paid[place] = max(self.paid.get(place, 0), n)
            successes = self.draws[place, :n]
        tokens = (self.solution.n_steps - 1 - place) * STEP_TOKENS
        return tuple(
            Drawn(
                rollout_id="",
                text="",
                tokens=tokens,
                outcome=Outcome.CORRECT if success else Outcome.INCORRECT,
                answer=None,
            )
            for success in successes
        )

    async def opinions(
        self, problem: Problem, solution: Solution, n: int, asked: JudgePrompt = OWN
    ) -> tuple[Opinion, ...]:
        """Refuse: there is no judge."""
        raise NotImplementedError

    def cue(self, role: Role) -> AnswerCue:
        """Refuse: nothing here states answers at once."""
        raise NotImplementedError

    async def continuations(
        self, role: Role, problem: Problem, prefix: str, n: int, max_tokens: int
    ) -> tuple[Rollout, ...]:
        """Refuse: nothing here is cut short."""
        raise NotImplementedError

    def scores_text(self, role: Role) -> bool:
        """Nothing here scores text."""
        del role
        return False

    async def scores(self, role: Role, problem: Problem, prefix: str, text: str) -> TokenScores:
        """Refuse: nothing here scores text."""
        raise NotImplementedError

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Refuse: no check is run."""
        raise NotImplementedError

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Say that the solution is wrong: all are."""
        del checker, problem, text
        outcome = Outcome.INCORRECT
        return Checked(answer=None, outcome=outcome, reason=None, seconds=0.0, attempts=1)

    def locate(self, strategy: Strategy, rule: Rule) -> Located:
        """Return what a method says of the solution, and what it drew."""
        case = case_of(self.solution)
        found = asyncio.run(strategy.gather(case, self, "asked"))
        seen = Case(
            problem=case.problem,
            solutions=case.solutions,
            evidence=case.evidence + found.evidence,
        )
        (decision,) = rule.decide(seen, self.calibration)
        truth = self.solution.first_error
        none = decision.first_error is FirstErrorVerdict.NONE_FOUND
        said = self.solution.n_steps if none else decision.step_index
        return Located(
            exact=said == truth,
            confidence=1.0 if decision.confidence is None else decision.confidence,
            rollouts=sum(self.paid.values()),
            tokens=sum(
                n * (self.solution.n_steps - 1 - place) * STEP_TOKENS
                for place, n in self.paid.items()
            ),
        )


def case_of(solution: WrongSolution) -> Case:
    """Return a solution as a case, with the screen's evidence."""
    problem = text_problem(f"Problem {solution.number}", answers=("1",))
    pieces = tuple(Piece(text=_LINE) for _ in range(solution.n_steps))
    screened = Evidence(
        gathering_id="screen",
        problem_id=problem.problem_id,
        solution_id=None,
        step_index=None,
        prefix_id=prefix_id(problem.problem_id, ""),
        scope=Scope.PROBLEM,
        source_kind=SourceKind.ROLLOUTS,
        source=SOURCE,
        ordinal=0,
        successes=solution.root[0],
        trials=SCREEN,
    )
    made = make_solution(problem, pieces)
    return Case(problem=problem, solutions=(made,), evidence=(screened,))


def audited(world: RateWorld, n: int, *, k: int, first: int) -> list[Observed]:
    """Return solutions with `k` rollouts of every prefix, as an audit has them."""
    found = []
    for solution in world.solutions(n, first=first):
        successes = world.draws(solution)[:, :k].sum(axis=1)
        found.append(
            Observed(
                solution_id=str(solution.number),
                ends_wrong=True,
                root=solution.root,
                successes=successes,
                failures=k - successes,
            )
        )
    return found
