"""SimulatedContext: what strategies may ask, answered by the simulated world in memory.

It keeps every rollout and counts what a ledger would have paid for. For benchmarks and tests.
"""

import re
from dataclasses import dataclass, field

from annotate.judges import OWN, JudgePrompt
from annotate.segment import AUTO, cut
from annotate.strategies import Checked, Drawn, Opinion, Verified
from annotate.worlds.simulated import SimulatedWorld, count_tokens
from schemas import Calibration, Outcome, Piece, Problem, Role, Solution, prefix_id
from verifiers.spec import Spec

_ANSWER = re.compile(r"The answer is (\d+)\.")


@dataclass(frozen=False, slots=True, kw_only=True)
class SimulatedContext:
    """Implements `annotate.strategies.Context`. Mutable: a ledger and its counts."""

    world: SimulatedWorld
    """Who completes."""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    """Every question about a prefix: problem id, prefix, rollouts wanted."""
    calibration: Calibration | None = None
    """What steers strategies; null: what is shipped."""
    paid: int = 0
    """Rollouts that were made."""
    tokens: int = 0
    """Tokens generated for them."""
    _ledger: dict[str, list[Drawn]] = field(default_factory=dict)
    """Rollouts by prefix id; all roles are one policy."""

    def source(self, role: Role) -> str:
        """Return the policy's name, in every role."""
        del role
        return "simulated"

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Return a text as steps."""
        return cut(text, AUTO)

    async def rollouts(
        self, role: Role, problem: Problem, prefix: str, n: int
    ) -> tuple[Drawn, ...]:
        """Return the first `n` completions of a prefix; only those not yet made are paid for."""
        del role
        self.asked.append((problem.problem_id, prefix, n))
        key = prefix_id(problem.problem_id, prefix)
        made = self._ledger.setdefault(key, [])
        while len(made) < n:
            text = self.world.complete(problem.question, prefix, len(made))
            tokens = count_tokens(text)
            made.append(
                Drawn(
                    rollout_id=f"{key}-{len(made):06}",
                    text=text,
                    tokens=tokens,
                    outcome=outcome_of(problem, text),
                    answer=None,
                )
            )
            self.paid += 1
            self.tokens += tokens
        return tuple(made[:n])

    async def opinions(
        self, problem: Problem, solution: Solution, n: int, asked: JudgePrompt = OWN
    ) -> tuple[Opinion, ...]:
        """Refuse: the simulated world has no judge."""
        raise NotImplementedError

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Refuse: no check is run here."""
        raise NotImplementedError

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return how the last stated answer compares."""
        del checker
        outcome = outcome_of(problem, text)
        return Checked(answer=None, outcome=outcome, reason=None, seconds=0.0, attempts=1)


def outcome_of(problem: Problem, text: str) -> Outcome:
    """Return the outcome of a text of the simulated world, as the checker `answers` would."""
    found = _ANSWER.findall(text)
    if not found:
        return Outcome.NO_ANSWER
    return Outcome.CORRECT if found[-1] in problem.answers else Outcome.INCORRECT
