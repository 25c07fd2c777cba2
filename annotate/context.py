"""ShardContext: what the strategies of one shard may ask, and the rows that asking leaves.

Checks go to the pool, completions to the ledger. A rollout is graded by the text of its whole chain
(prefix and completion), so that an answer which the prefix already gave counts as its own.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotate.checks import PoolContext
from annotate.judges import (
    OWN,
    JudgePrompt,
    Reading,
    judge_form,
    parse_first_error,
    render_judge,
)
from annotate.ledger import Ledger, Seat, make_seat
from annotate.outcomes import OutcomeSource
from annotate.policies import ScoreRequest, TokenScores, scorer_of
from annotate.prompts import AnswerCue, Profile, answer_cue, render
from annotate.segment import Segmentation, cut
from annotate.strategies import Checked, Drawn, Opinion, Verified
from schemas import (
    Calibration,
    ConfigError,
    Grade,
    Outcome,
    Piece,
    Problem,
    Role,
    Rollout,
    Solution,
    content_id,
    make_solution,
    prefix_id,
)
from verifiers.outcomes import with_answers
from verifiers.spec import Spec

FAILED = "error"
"""Begins the finish reason of a completion that could not be made."""

_UNFINISHED = {"length": Outcome.TRUNCATED}
"""Finish reasons of completions that a limit cut."""


_DIGITS = 12

_WRITERS = (Role.GENERATOR, Role.COMPLETER)
"""Whose samples vote, the first that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardContext:
    """Implements `annotate.strategies.Context`. The rows it collects are in `grades`."""

    checks: PoolContext
    """The pool of this process."""
    ledger: Ledger
    """Completions of the shard."""
    seats: Mapping[Role, Seat]
    """Who is asked as what."""
    segmentation: Segmentation
    """How chains become steps."""
    outcomes: OutcomeSource
    """How the outcome of a rollout is told."""
    calibration: Calibration | None = None
    """What was learned of the run before; null where nothing was."""
    grades: dict[str, Grade] = field(default_factory=dict)
    """Outcomes by rollout id, as stored or found here."""
    fresh_grades: list[Grade] = field(default_factory=list)
    """Those that no commit of the run holds yet."""
    references: dict[str, Problem] = field(default_factory=dict)
    """Problems with the answer that rollouts are compared with, by id."""
    scored: dict[str, TokenScores] = field(default_factory=dict)
    """Scores of text, by the hash of policy, prompt and text."""
    scoring: dict[str, asyncio.Lock] = field(default_factory=dict)
    """Held, under the same key, while a text is scored."""
    asked: dict[tuple[Spec, str, str], Checked] = field(default_factory=dict)
    """What a judge or a child process said: (checker, problem id, text) -> outcome. A rollout that
    becomes a solution is not asked about again."""

    def source(self, role: Role) -> str:
        """Return the name of the policy in a role, as evidence states its source."""
        return self._seat(role).row.name

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Return a chain of thought as steps, by the run's segmentation."""
        return cut(text, self.segmentation)

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Return what a verifier says of a solution."""
        return await self.checks.verify(verifier, problem, solution)

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Return the outcome of a whole solution, by the run's way of telling outcomes.

        Where another than the checker tells it, the answer says who.
        """
        if self._judges:
            told = await self._ask(checker, problem, text)
        else:
            compared = await self._reference(problem)
            told = self.checks.quick(checker, compared, text) or await self._ask(
                checker, compared, text
            )
            if compared is problem or compared.answers == problem.answers:
                return told
        return replace(told, checker=self.outcomes.name, checker_version=self.outcomes.version)

    async def rollouts(
        self, role: Role, problem: Problem, prefix: str, n: int
    ) -> tuple[Drawn, ...]:
        """Return the first `n` completions of a prefix, graded; none where nothing could do so."""
        compared = await self._reference(problem)
        if not await self._tells(compared):
            return ()
        drawn = await self._draw(self._seat(role), role, problem, prefix, n)
        await self._grade([o for o in drawn if o.rollout_id not in self.grades], compared, prefix)
        found = [(one, self.grades[one.rollout_id]) for one in drawn]
        return tuple(
            Drawn(
                rollout_id=one.rollout_id,
                text=one.text,
                tokens=one.tokens,
                outcome=grade.outcome,
                answer=grade.answer,
            )
            for one, grade in found
        )

    def cue(self, role: Role) -> AnswerCue:
        """Return what makes the policy in a role state its final answer at once."""
        return answer_cue(self._seat(role).policy.profile)

    async def continuations(
        self, role: Role, problem: Problem, prefix: str, n: int, max_tokens: int
    ) -> tuple[Rollout, ...]:
        """Return the first `n` completions of a text, of at most so many tokens, not graded."""
        usual = self._seat(role)
        seat = make_seat(usual.policy, replace(usual.sampling, max_tokens=max_tokens))
        return tuple(await self._draw(seat, role, problem, prefix, n))

    def scores_text(self, role: Role) -> bool:
        """Return whether the policy in a role says that it can score text."""
        return scorer_of(self._seat(role).policy) is not None

    async def scores(self, role: Role, problem: Problem, prefix: str, text: str) -> TokenScores:
        """Return how likely a text is after a prefix, token by token."""
        seat = self._seat(role)
        scorer = scorer_of(seat.policy)
        if scorer is None:
            raise ConfigError(no_scores(seat.row.name))
        prompt = render(problem, prefix, seat.policy.profile)
        key = content_id("scores", [seat.row.policy_id, prompt.as_json(), text])
        async with self.scoring.setdefault(key, asyncio.Lock()):
            if key not in self.scored:
                request = ScoreRequest(prompt=prompt, text=text, affinity=problem.problem_id)
                self.scored[key] = await scorer.score(request)
        return self.scored[key]

    async def opinions(
        self, problem: Problem, solution: Solution, n: int, asked: JudgePrompt = OWN
    ) -> tuple[Opinion, ...]:
        """Return the judge's first `n` opinions on a solution, by one question."""
        seat = _asked_often(self._seat(Role.JUDGE), n)
        profile = seat.policy.profile
        drawn = await self.ledger.draw(
            seat,
            Role.JUDGE,
            problem,
            render_judge(problem, solution, profile, asked),
            prefix_id(problem.problem_id, solution.text),
            n,
        )
        form = judge_form(profile, asked)
        return tuple(_opinion(profile, form, one, len(solution.steps)) for one in drawn)

    async def _draw(
        self, seat: Seat, role: Role, problem: Problem, prefix: str, n: int
    ) -> list[Rollout]:
        prompt = render(problem, prefix, seat.policy.profile)
        start = prefix_id(problem.problem_id, prefix)
        return await self.ledger.draw(seat, role, problem, prompt, start, n)

    async def _grade(self, rollouts: Sequence[Rollout], problem: Problem, prefix: str) -> None:
        """Find the outcomes of rollouts."""
        if not rollouts:
            return
        checked = [_unfinished(one) or self._quick(one, problem, prefix) for one in rollouts]
        # What needs a judge or a child process is asked side by side.
        left = [one for one, settled in zip(rollouts, checked, strict=True) if settled is None]
        checker = self.outcomes.checker
        asked = iter(
            await asyncio.gather(*(self._ask(checker, problem, prefix + o.text) for o in left))
        )
        name = self.outcomes.name
        for rollout, settled in zip(rollouts, checked, strict=True):
            outcome = settled or next(asked)
            grade = Grade(
                completion_id=rollout.rollout_id,
                checker=name,
                checker_version=self.outcomes.version,
                answer=outcome.answer,
                outcome=outcome.outcome,
                reason=outcome.reason,
            )
            # Another search may have asked for the same rollout in the meantime.
            if self.grades.setdefault(rollout.rollout_id, grade) is grade:
                self.fresh_grades.append(grade)

    def _quick(self, rollout: Rollout, problem: Problem, prefix: str) -> Checked | None:
        """Return the outcome where it can be told at once."""
        if self._judges:
            return None
        return self.checks.quick(self.outcomes.checker, problem, prefix + rollout.text)

    async def _ask(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Find the outcome of a whole chain with the judge or a child process, once."""
        key = (checker, problem.problem_id, text)
        if key not in self.asked:
            self.asked[key] = (
                await self._judged(problem, text)
                if self._judges
                else await self.checks.grade_in_child(checker, problem, text)
            )
        return self.asked[key]

    async def _judged(self, problem: Problem, text: str) -> Checked:
        """Let the judge tell the outcome: a chain in which it finds no wrong step is right."""
        if not text.strip():
            return _plainly(Outcome.NO_ANSWER)
        solution = make_solution(problem, self.cut(text))
        (opinion,) = await self.opinions(problem, solution, 1)
        if opinion.unknown is not None:
            return _plainly(Outcome.FAILED, f"the judge's answer is {opinion.unknown}")
        if opinion.first_error is None:
            return _plainly(Outcome.CORRECT)
        return _plainly(Outcome.INCORRECT, f"the judge names step {opinion.first_error + 1}")

    async def _reference(self, problem: Problem) -> Problem:
        """Return the problem with the answers that rollouts are compared with."""
        if self.outcomes.by_judge:
            return problem
        if problem.problem_id not in self.references:
            kind = self.outcomes.kind()
            texts: list[str] = []
            writers = [one for one in _WRITERS if one in self.seats]
            if kind.samples and not problem.answers and writers:
                role = writers[0]
                drawn = await self._draw(self._seat(role), role, problem, "", kind.samples)
                texts = [one.text for one in drawn]
            answers = await self.checks.accepted(self.outcomes.spec, problem, texts)
            self.references[problem.problem_id] = with_answers(problem, answers)
        return self.references[problem.problem_id]

    async def _tells(self, problem: Problem) -> bool:
        """Return whether the outcomes of a problem's rollouts can be told at all."""
        if self._judges:
            return True
        checker = self.outcomes.checker
        told = self.checks.quick(checker, problem, "") or await self._ask(checker, problem, "")
        return told.outcome is not Outcome.NOT_CHECKED

    @property
    def _judges(self) -> bool:
        """Whether a model tells outcomes; a method that asks no model is not made to ask one."""
        return self.outcomes.by_judge and bool(self.seats)

    def _seat(self, role: Role) -> Seat:
        if role not in self.seats:
            raise ConfigError(
                f"no policy is named for the role {role.name.lower()}: name one, as "
                f"--{role.name.lower()} embedded."
            )
        return self.seats[role]


def no_scores(policy: str) -> str:
    """Return the line that says that a policy cannot score text, and what to do."""
    return (
        f"{policy} cannot score text, which is needed here: use --policy embedded, or an endpoint "
        "whose server echoes prompts with log probabilities (vLLM) with a profile of raw text, as "
        "--profile base."
    )


def _asked_often(judge: Seat, n: int) -> Seat:
    """Return the judge as it is asked for `n` opinions: of likeliest ones there is only one."""
    if n == 1 or judge.sampling.temperature > 0:
        return judge
    return make_seat(judge.policy, replace(judge.sampling, temperature=1.0))


def told_by(outcomes: OutcomeSource, seats: Mapping[Role, Seat]) -> OutcomeSource:
    """Return the way of telling outcomes as grades are to name it: of a judge, which one.

    Methods that ask other judges may share rollouts, and must not share what these said.
    """
    judge = seats.get(Role.JUDGE)
    if not outcomes.by_judge or judge is None:
        return outcomes
    return replace(
        outcomes, version=content_id("judge", [judge.row.policy_id, judge.written])[:_DIGITS]
    )


def known_grades(grades: Iterable[Grade], outcomes: OutcomeSource) -> dict[str, Grade]:
    """Return the stored grades that this way of telling outcomes would give again."""
    return {
        grade.completion_id: grade
        for grade in grades
        if (grade.checker, grade.checker_version) == (outcomes.name, outcomes.version)
    }


def _unfinished(rollout: Rollout) -> Checked | None:
    """Return the outcome of a completion that says nothing of its prefix, if it is one."""
    if rollout.finish_reason.startswith(FAILED):
        return _plainly(Outcome.FAILED, rollout.finish_reason)
    outcome = _UNFINISHED.get(rollout.finish_reason)
    return None if outcome is None else _plainly(outcome)


def _plainly(outcome: Outcome, reason: str | None = None) -> Checked:
    return Checked(answer=None, outcome=outcome, reason=reason, seconds=0.0, attempts=1)


def _opinion(profile: Profile, form: str, rollout: Rollout, n_steps: int) -> Opinion:
    """Read a judge's completion."""
    if rollout.finish_reason.startswith(FAILED):
        read = Reading(unknown=Outcome.FAILED.name)
    else:
        read = parse_first_error(
            form,
            rollout.text,
            n_steps,
            finish_reason=rollout.finish_reason,
            thinking=profile.thinking,
        )
    return Opinion(
        ordinal=rollout.ordinal,
        first_error=read.first_error,
        unknown=read.unknown,
        text=rollout.text,
        tokens=rollout.tokens,
        listed=read.listed,
    )
