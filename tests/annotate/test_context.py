"""What a shard's strategies may ask: rollouts graded once, outcomes by checker, vote or judge."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from annotate.checks import PoolContext
from annotate.context import ShardContext, known_grades, told_by
from annotate.ledger import Budget, Ledger, Purse, Spent, make_seat
from annotate.outcomes import OutcomeSource, parse_outcome
from annotate.policies import (
    Completion,
    Policy,
    Request,
    ScoreRequest,
    TokenScores,
    policy_row,
)
from annotate.prompts import Profile, Sampling
from annotate.segment import AUTO
from annotate.storage import open_store
from schemas import (
    ConfigError,
    Outcome,
    Piece,
    PolicyRow,
    Problem,
    Role,
    Seeding,
    make_solution,
    text_problem,
)
from verifiers import parse_spec

T = TypeVar("T")

PROBLEM = text_problem("How many?", answers=("4",))
OPEN = text_problem("How many, nobody knows?")
ANSWERS = parse_spec("answers")
WRITER = Profile(name="writer", raw=True)
DRAWN, LIKELIEST = Sampling(), Sampling(temperature=0.0)
RIGHT, WRONG = "The answer is 4.", "The answer is 5."


@dataclass(kw_only=True)
class Teller:
    """A policy that says what the test says, and counts what it was asked."""

    says: Callable[[str, int], str]
    name: str = "teller"
    finish_reason: str = "stop"
    asked: list[Request] = field(default_factory=list)

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        return policy_row(
            self.name,
            model=self.name,
            fingerprint="",
            profile=WRITER,
            seeding=Seeding.PER_ROLLOUT,
            reproducible=True,
        )

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""
        return WRITER

    async def complete(self, request: Request) -> list[Completion]:
        """Return what it is to say, numbered from 0 in each request."""
        self.asked.append(request)
        return [
            Completion(
                text=self.says(request.prompt.text or "", i),
                finish_reason=self.finish_reason,
                prompt_tokens=1,
                tokens=2,
            )
            for i in range(request.n)
        ]

    async def aclose(self) -> None:
        """Hold nothing."""


@pytest.fixture(scope="module")
def pool() -> Iterator[PoolContext]:
    """Return a pool, whose child starts only where it is needed."""
    context = PoolContext(children=1)
    yield context
    context.close()


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Makes contexts over one folder."""

    folder: Path
    pool: PoolContext

    def ask(
        self,
        seats: Mapping[Role, Policy],
        question: Callable[[ShardContext], Coroutine[None, None, T]],
        outcome: str = "answer",
        sampling: Sampling = DRAWN,
    ) -> tuple[T, ShardContext]:
        """Return the answer to a question, and the context after it."""

        async def run() -> tuple[T, ShardContext]:
            store = open_store(str(self.folder))
            ledger = Ledger(
                store=store, shard="s", purse=Purse(store, "j", Budget()), spent=Spent()
            )
            seated = {role: make_seat(one, sampling) for role, one in seats.items()}
            context = ShardContext(
                checks=self.pool,
                ledger=ledger,
                seats=seated,
                segmentation=AUTO,
                outcomes=told_by(parse_outcome(outcome), seated),
            )
            try:
                return await question(context), context
            finally:
                await ledger.aclose()

        return asyncio.run(run())


@pytest.fixture
def bench(tmp_path: Path, pool: PoolContext) -> Bench:
    """Return what makes contexts."""
    return Bench(folder=tmp_path, pool=pool)


def test_rollouts_come_graded_by_their_whole_chain(bench: Bench) -> None:
    """An answer that stands in the prefix counts; each grade is kept once, however often asked."""
    policy = Teller(says=lambda _prompt, i: (" Indeed.", f"\n\n{WRONG}")[i])

    async def twice(context: ShardContext) -> list[Outcome]:
        await context.rollouts(Role.COMPLETER, PROBLEM, RIGHT, 2)
        drawn = await context.rollouts(Role.COMPLETER, PROBLEM, RIGHT, 2)
        return [one.outcome for one in drawn]

    outcomes, context = bench.ask({Role.COMPLETER: policy}, twice)
    assert outcomes == [Outcome.CORRECT, Outcome.INCORRECT]
    assert len(policy.asked) == 1
    assert len(context.fresh_grades) == 2


@pytest.mark.parametrize(
    ("finish_reason", "outcome"),
    [("length", Outcome.TRUNCATED), ("error: server", Outcome.FAILED), ("stop", Outcome.CORRECT)],
)
def test_what_did_not_end_by_itself_is_never_right_or_wrong(
    bench: Bench, finish_reason: str, outcome: Outcome
) -> None:
    """A completion that was cut says nothing, even where an answer stands in it already."""
    policy = Teller(says=lambda _prompt, _i: RIGHT, finish_reason=finish_reason)
    (drawn,), _ = bench.ask(
        {Role.COMPLETER: policy}, lambda c: c.rollouts(Role.COMPLETER, PROBLEM, "", 1)
    )

    assert drawn.outcome is outcome


def test_a_solution_is_told_as_its_rollouts_are(bench: Bench) -> None:
    """By a majority where the problem has no answer; the row says who told it."""
    policy = Teller(says=lambda _prompt, i: WRONG if i % 4 else RIGHT)

    async def ask(context: ShardContext) -> tuple[Outcome, Outcome, str | None]:
        (first, *_) = await context.rollouts(Role.GENERATOR, OPEN, "", 8)
        given = await context.grade(ANSWERS, OPEN, RIGHT)
        return first.outcome, given.outcome, given.checker

    told, _ = bench.ask({Role.GENERATOR: policy}, ask, "majority(samples=8)")
    assert told == (Outcome.INCORRECT, Outcome.INCORRECT, "answers by majority(samples=8)")
    assert sum(request.n for request in policy.asked) == 8


def test_a_problem_with_an_answer_needs_no_vote(bench: Bench) -> None:
    """Nothing is drawn for it, and the checker that was asked for tells it."""
    policy = Teller(says=lambda _prompt, _i: WRONG)
    told, _ = bench.ask(
        {Role.GENERATOR: policy}, lambda c: c.grade(ANSWERS, PROBLEM, RIGHT), "majority"
    )

    assert (told.outcome, told.checker, policy.asked) == (Outcome.CORRECT, None, [])


def test_where_a_judge_tells_outcomes_it_judges_given_solutions_too(bench: Bench) -> None:
    """No error named is a success, whatever the answer; one chain is judged once."""
    judge = Teller(says=lambda prompt, _i: r"\boxed{0}" if "5." in prompt else r"\boxed{-1}")
    policy = Teller(says=lambda _prompt, i: (WRONG, "I cannot tell.")[i], name="writer")

    async def ask(context: ShardContext) -> list[Outcome]:
        drawn = await context.rollouts(Role.COMPLETER, PROBLEM, "", 2)
        given = [await context.grade(ANSWERS, PROBLEM, one.text) for one in drawn]
        assert {one.checker for one in given} == {"judge"}
        return [*(one.outcome for one in drawn), *(one.outcome for one in given)]

    seats = {Role.COMPLETER: policy, Role.JUDGE: judge}
    outcomes, context = bench.ask(seats, ask, "judge")
    assert outcomes == [Outcome.INCORRECT, Outcome.CORRECT] * 2
    assert len(judge.asked) == 2
    assert {grade.checker for grade in context.fresh_grades} == {"judge"}


def test_what_a_judge_does_not_say_is_no_outcome(bench: Bench) -> None:
    """An answer that cannot be read is censored; a blank chain has no answer, and no judge."""
    judge = Teller(says=lambda _prompt, _i: "Well.")
    policy = Teller(says=lambda _prompt, i: ("Hm.", " ")[i], name="writer")
    drawn, _ = bench.ask(
        {Role.COMPLETER: policy, Role.JUDGE: judge},
        lambda c: c.rollouts(Role.COMPLETER, PROBLEM, "", 2),
        "judge",
    )

    assert [one.outcome for one in drawn] == [Outcome.FAILED, Outcome.NO_ANSWER]
    assert len(judge.asked) == 1


def test_two_judges_do_not_share_their_grades(bench: Bench) -> None:
    """Grades name the judge, so that what one said is not taken for the other's."""
    policy = Teller(says=lambda _prompt, _i: WRONG, name="writer")
    grades = []
    for name in ("mild", "stern"):
        judge = Teller(says=lambda _prompt, _i: r"\boxed{-1}", name=name)
        _, context = bench.ask(
            {Role.COMPLETER: policy, Role.JUDGE: judge},
            lambda c: c.rollouts(Role.COMPLETER, PROBLEM, "", 1),
            "judge",
        )
        grades.append((context.fresh_grades, context.outcomes))
    (mild, _), (_, stern) = grades

    assert known_grades(mild, stern) == {}


def test_a_method_that_asks_no_model_is_not_made_to_ask_one(bench: Bench) -> None:
    """Model-free checks go on by the answers that there are."""
    for outcome in ("judge", "majority"):
        told, _ = bench.ask({}, lambda c: c.grade(ANSWERS, PROBLEM, RIGHT), outcome)
        assert (told.outcome, told.checker) == (Outcome.CORRECT, None)
    told, _ = bench.ask({}, lambda c: c.grade(ANSWERS, OPEN, RIGHT), "majority")
    assert told.outcome is Outcome.NOT_CHECKED


def test_opinions_are_read_and_counted(bench: Bench) -> None:
    """The judge's number, 0-based, or why there is none."""
    said = (r"\boxed{1}", r"\boxed{7}", r"\boxed{-1}", "Nothing.")
    judge = Teller(says=lambda _prompt, i: said[i])
    solution = make_solution(PROBLEM, (Piece(text="a\n"), Piece(text="b\n")))
    opinions, _ = bench.ask({Role.JUDGE: judge}, lambda c: c.opinions(PROBLEM, solution, 4))

    assert [(one.ordinal, one.first_error, one.unknown) for one in opinions] == [
        (0, 1, None),
        (1, None, "OUT_OF_RANGE"),
        (2, None, None),
        (3, None, "UNPARSABLE"),
    ]


def test_several_opinions_are_drawn_and_a_single_one_is_the_likeliest(bench: Bench) -> None:
    """Sixteen times the likeliest opinion would be one opinion that counts sixteen times."""
    solution = make_solution(PROBLEM, (Piece(text="a\n"), Piece(text="b\n")))
    temperatures = []
    for n in (1, 3):
        judge = Teller(says=lambda _prompt, _i: r"\boxed{1}")
        asked = partial(ShardContext.opinions, problem=PROBLEM, solution=solution, n=n)
        bench.ask({Role.JUDGE: judge}, asked, sampling=LIKELIEST)
        temperatures.append({request.sampling.temperature for request in judge.asked})

    assert temperatures == [{0.0}, {1.0}]


def test_a_role_that_nobody_fills_is_told_with_what_to_name(bench: Bench) -> None:
    """The line names the option."""
    with pytest.raises(ConfigError, match="--completer embedded"):
        bench.ask({}, lambda c: c.rollouts(Role.COMPLETER, PROBLEM, "", 1))


@pytest.mark.parametrize(("problem", "outcome"), [(OPEN, "answer"), (PROBLEM, "none")])
def test_nothing_is_drawn_where_nothing_could_be_told(
    bench: Bench, problem: Problem, outcome: str
) -> None:
    """A problem without an answer costs no rollouts, nor does one whose answer is not looked at."""
    policy = Teller(says=lambda _prompt, _i: RIGHT)
    asked = partial(ShardContext.rollouts, role=Role.COMPLETER, problem=problem, prefix="", n=2)
    drawn, _ = bench.ask({Role.COMPLETER: policy}, asked, outcome)

    assert (drawn, policy.asked) == ((), [])
    assert OutcomeSource().name == "answers"


@dataclass(kw_only=True)
class Knower(Teller):
    """A policy that also scores text, and counts that."""

    scores: bool = True
    scored: list[ScoreRequest] = field(default_factory=list)

    async def score(self, request: ScoreRequest) -> TokenScores:
        """Return one token, after others had their turn."""
        self.scored.append(request)
        await asyncio.sleep(0)
        n = len(request.text)
        return TokenScores(ends=(n,), logprobs=(-float(n),), entropies=(1.0,))


def test_a_text_is_scored_once_however_often_and_by_whomever_it_is_asked(bench: Bench) -> None:
    """Side by side too; after another prefix it is another question."""
    policy = Knower(says=lambda _prompt, _i: RIGHT)

    async def ask(context: ShardContext) -> list[TokenScores]:
        asked = [(Role.COMPLETER, "a "), (Role.PROVER, "a "), (Role.COMPLETER, "b ")]
        told = await asyncio.gather(*(context.scores(r, PROBLEM, p, "four") for r, p in asked))
        return [*told, await context.scores(Role.COMPLETER, PROBLEM, "a ", "four")]

    told, _ = bench.ask({Role.COMPLETER: policy, Role.PROVER: policy}, ask)
    assert {one.logprobs for one in told} == {(-4.0,)}
    assert [one.prompt.text for one in policy.scored] == ["How many?a ", "How many?b "]


def test_a_policy_that_does_not_score_is_refused(bench: Bench) -> None:
    """Also one that could and is spoken to in a way that it cannot."""
    for policy in (
        Teller(says=lambda _prompt, _i: RIGHT),
        Knower(says=lambda _prompt, _i: RIGHT, scores=False),
    ):
        with pytest.raises(ConfigError, match=r"teller.* cannot score text"):
            bench.ask(
                {Role.COMPLETER: policy}, lambda c: c.scores(Role.COMPLETER, PROBLEM, "", "four")
            )


def test_continuations_are_cut_short_paid_for_once_and_not_graded(bench: Bench) -> None:
    """They are other completions than those of full length."""
    policy = Teller(says=lambda _prompt, _i: " 4", finish_reason="length")

    async def ask(context: ShardContext) -> list[str]:
        await context.continuations(Role.COMPLETER, PROBLEM, "So", 2, 10)
        await context.rollouts(Role.COMPLETER, PROBLEM, "So", 1)
        made = await context.continuations(Role.COMPLETER, PROBLEM, "So", 3, 10)
        return [one.text for one in made]

    texts, context = bench.ask({Role.COMPLETER: policy}, ask)
    assert texts == [" 4"] * 3
    assert [(r.n, r.sampling.max_tokens) for r in policy.asked] == [
        (2, 10),
        (1, DRAWN.max_tokens),
        (1, 10),
    ]
    assert len(context.fresh_grades) == 1
    assert context.cue(Role.COMPLETER).before == "The final answer is \\boxed{"
