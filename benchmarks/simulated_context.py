"""SimulatedContext: what strategies may ask, answered by the simulated world in memory.

It keeps every rollout and counts what a ledger would have paid for. For benchmarks and tests.
"""

import re
import zlib
from dataclasses import dataclass, field
from itertools import accumulate

from annotate.judges import OWN, JudgePrompt
from annotate.policies import TokenScores
from annotate.prompts import AnswerCue
from annotate.segment import AUTO, cut
from annotate.strategies import Checked, Drawn, Opinion, Verified
from annotate.worlds.simulated import SimulatedWorld, count_tokens
from schemas import Calibration, Outcome, Piece, Problem, Role, Rollout, Solution, prefix_id
from verifiers.spec import Spec

_ANSWER = re.compile(r"The answer is (\d+)\.")
_CUE = AnswerCue(before="The answer is", space=" ", after=".")


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

    def cue(self, role: Role) -> AnswerCue:
        """Return what stands before every answer of the world."""
        del role
        return _CUE

    async def continuations(
        self, role: Role, problem: Problem, prefix: str, n: int, max_tokens: int
    ) -> tuple[Rollout, ...]:
        """Return the answers of as many completions of what stands before the cue."""
        del max_tokens
        begun = prefix.removesuffix(_CUE.before)
        key = prefix_id(problem.problem_id, prefix)
        texts = [self.world.complete(problem.question, begun, number) for number in range(n)]
        return tuple(
            Rollout(
                rollout_id=f"{key}-{number:06}",
                request_id=key,
                policy_id="simulated",
                role=role,
                sampling="{}",
                problem_id=problem.problem_id,
                prefix_id=key,
                ordinal=number,
                text=" " + ".".join(_ANSWER.findall(text)[-1:]) + ".",
                finish_reason="stop",
                prompt_tokens=count_tokens(prefix),
                tokens=2,
            )
            for number, text in enumerate(texts)
        )

    def scores_text(self, role: Role) -> bool:
        """Return that numbers can be had."""
        del role
        return True

    async def scores(self, role: Role, problem: Problem, prefix: str, text: str) -> TokenScores:
        """Return numbers that depend on each word alone: they say nothing of what is right."""
        del role, problem, prefix
        words = re.findall(r"\S+\s*", text)
        shares = [zlib.crc32(word.strip().encode()) / 2**32 for word in words]
        return TokenScores(
            ends=tuple(accumulate(map(len, words))),
            logprobs=tuple(-share for share in shares),
            entropies=tuple(2 * share for share in shares),
        )

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
