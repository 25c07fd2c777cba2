"""Scripted: a context whose answers are written down by the test; it notes what it was asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from annotate.judges import OWN, JudgePrompt
from annotate.policies import TokenScores
from annotate.prompts import AnswerCue
from annotate.rules import Case
from annotate.strategies import Checked, Drawn, Opinion, Verified
from schemas import (
    Calibration,
    Outcome,
    Piece,
    Problem,
    Role,
    Rollout,
    Solution,
    make_solution,
    text_problem,
)
from verifiers import Spec

PROBLEM = text_problem("How many?", answers=("4",))
CORRECT, INCORRECT = Outcome.CORRECT, Outcome.INCORRECT

Answer = Callable[[str, int], tuple[str, Outcome]]
"""A prefix and an ordinal to the text that follows and its outcome."""


@dataclass(frozen=False, slots=True, kw_only=True)
class Scripted:
    """A context with given answers. Mutable: notes what it was asked."""

    answer: Answer = lambda _prefix, ordinal: (f"ends {ordinal}\n", INCORRECT)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    said: Sequence[Opinion] = ()
    asked: list[tuple[Role, str, int]] = field(default_factory=list)
    graded: list[str] = field(default_factory=list)
    entropies: Mapping[str, float] = field(default_factory=dict)
    no_scores: str = ""
    forced: Callable[[str], Sequence[str]] = lambda _prefix: ()
    likely: Callable[[str, str], TokenScores] | None = None
    scored: list[str] = field(default_factory=list)
    questions: list[JudgePrompt] = field(default_factory=list)
    calibration: Calibration | None = None

    @property
    def prefixes(self) -> list[str]:
        """Return the prefixes that were asked about, in order."""
        return [prefix for _, prefix, _ in self.asked]

    def source(self, role: Role) -> str:
        """Return a name that tells the role."""
        return f"policy as {role.name}"

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Return the lines."""
        return tuple(Piece(text=line) for line in text.splitlines(keepends=True)) or (
            Piece(text=text),
        )

    async def rollouts(
        self, role: Role, problem: Problem, prefix: str, n: int
    ) -> tuple[Drawn, ...]:
        """Return what the script says, ten tokens each."""
        self.asked.append((role, prefix, n))
        drawn = []
        for ordinal in range(n):
            text, outcome = self.answer(prefix, ordinal)
            drawn.append(
                Drawn(
                    rollout_id=f"{problem.problem_id[:4]}:{prefix}:{ordinal}",
                    text=text,
                    tokens=10,
                    outcome=outcome,
                    answer=None,
                )
            )
        return tuple(drawn)

    async def opinions(
        self, problem: Problem, solution: Solution, n: int, asked: JudgePrompt = OWN
    ) -> tuple[Opinion, ...]:
        """Return the first of the given opinions."""
        self.questions.append(asked)
        assert problem.problem_id == solution.problem_id
        return tuple(self.said[:n])

    def cue(self, role: Role) -> AnswerCue:
        """Return a cue that needs a space behind it."""
        del role
        return AnswerCue(before="So it is", space=" ", after=".")

    async def continuations(
        self, role: Role, problem: Problem, prefix: str, n: int, max_tokens: int
    ) -> tuple[Rollout, ...]:
        """Return what the script says follows the prefix, in two tokens each."""
        self.asked.append((role, prefix, n))
        assert max_tokens == 10
        said = self.forced(prefix)
        return tuple(
            Rollout(
                rollout_id=f"{prefix}:{number}",
                request_id=prefix,
                policy_id="p",
                role=role,
                sampling="{}",
                problem_id=problem.problem_id,
                prefix_id=prefix,
                ordinal=number,
                text=text,
                finish_reason="error: planted" if text == "fails" else "length",
                prompt_tokens=1,
                tokens=2,
            )
            for number, text in enumerate(said[:n])
        )

    def scores_text(self, role: Role) -> bool:
        """Return whether there are scores."""
        del role
        return not self.no_scores

    async def scores(self, role: Role, problem: Problem, prefix: str, text: str) -> TokenScores:
        """Return the given entropies, a token of twice that surprise for each line."""
        assert problem == PROBLEM
        if self.likely is not None:
            return self.likely(prefix, text)
        assert prefix == ""
        self.scored.append(f"{role.name}: {text}")
        found = text.splitlines(keepends=True)
        uncertain = [self.entropies.get(line.strip(), 0.0) for line in found]
        return TokenScores(
            ends=tuple(accumulate(map(len, found))),
            logprobs=tuple(-2 * entropy for entropy in uncertain),
            entropies=tuple(uncertain),
            error=self.no_scores,
        )

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Refuse: no strategy under test asks."""
        raise NotImplementedError

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return the given outcome of a text, INCORRECT where none is given."""
        assert (str(checker), problem) == ("answers", PROBLEM)
        self.graded.append(text)
        outcome = self.outcomes.get(text, INCORRECT)
        return Checked(answer="5", outcome=outcome, reason=None, seconds=0.25, attempts=1)


def lines(*texts: str) -> Solution:
    """Return a solution of these steps, each a line."""
    return make_solution(PROBLEM, tuple(Piece(text=f"{text}\n") for text in texts))


def numbered(n_steps: int, name: str = "s") -> Solution:
    """Return a solution of so many steps."""
    return lines(*(f"{name}{index}" for index in range(n_steps)))


def case_of(*solutions: Solution) -> Case:
    """Return the case of the problem with these solutions."""
    return Case(problem=PROBLEM, solutions=solutions)


def sound_until(n_steps: int, *, k_right: int = 8) -> Answer:
    """Return a script: of each prefix of at most so many lines, `k_right` rollouts succeed."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        sound = prefix.count("\n") <= n_steps and ordinal < k_right
        return f"ends {ordinal}\n", CORRECT if sound else INCORRECT

    return answer
