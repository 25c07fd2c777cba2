"""Laws that hold for every strategy that rolls out, over the simulated world."""

import asyncio
import math
import pickle
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.judges import OWN, JudgePrompt
from annotate.policies import TokenScores
from annotate.prompts import AnswerCue
from annotate.rules import AnySuccess, Case, Decision
from annotate.rules.base import asked_steps
from annotate.rules.prefix_rates import STOPPED
from annotate.strategies import STRATEGIES, Context, Drawn, Gathered, Strategy
from annotate.strategies.base import Checked, Opinion, Verified
from annotate.worlds.simulated import SimulatedWorld, first_error
from benchmarks.simulated_context import SimulatedContext
from schemas import (
    TABLES,
    Calibration,
    Evidence,
    Piece,
    Problem,
    Role,
    Rollout,
    Scope,
    Solution,
    SourceKind,
    prefix_id,
)
from verifiers import Spec, arguments_of, build, parse_spec

ROLLING = (
    "every_prefix(k=4)",
    "first_failure(k=4)",
    "bisect(k=4)",
    "bisect(k=4, threshold=0.5)",
    "bisect(k=2, threshold=0.5, root_k=9, enough=3, multiple=3, shift=4)",
    "every_prefix(k=4, stop_at_success=True)",
    "bisect(k=4, stop_at_success=True)",
    "two_level(k=4)",
    "two_level(k=4, threshold=0.5)",
    "uncertainty_order(k=4)",
    "forced_answer",
    "forced_answer(scored=False, right=False)",
    "omega_prm(k=4, searches=6)",
    "most_informative(price=0.05, most=20)",
)
MODEL_FREE = {"ask_verifiers"}
NOT_ROLLING = MODEL_FREE | {"ask_judge", "score_steps", "screen"}
"""Those that ask about no prefix; the screen comes before all others here."""
SCREEN = parse_spec("screen(n=12, take_wrong=3, take_right=2)")
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORLDS = st.builds(
    SimulatedWorld,
    seed=st.integers(0, 10_000),
    recovery=st.sampled_from([0.0, 0.02, 0.3]),
    min_steps=st.just(1),
    max_steps=st.integers(1, 9),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuffled:
    """A context whose answers arrive in another order than they were asked for."""

    inner: SimulatedContext
    salt: int
    calibration: Calibration | None = None

    def source(self, role: Role) -> str:
        """Return the policy's name."""
        return self.inner.source(role)

    def cut(self, text: str) -> tuple[Piece, ...]:
        """Return a text as steps."""
        return self.inner.cut(text)

    async def rollouts(
        self, role: Role, problem: Problem, prefix: str, n: int
    ) -> tuple[Drawn, ...]:
        """Let others go first, a number of times that the prefix and the salt decide."""
        for _ in range(zlib.crc32(f"{self.salt}{prefix}".encode()) % 7):
            await asyncio.sleep(0)
        return await self.inner.rollouts(role, problem, prefix, n)

    async def opinions(
        self, problem: Problem, solution: Solution, n: int, asked: JudgePrompt = OWN
    ) -> tuple[Opinion, ...]:
        """Pass on."""
        return await self.inner.opinions(problem, solution, n, asked)

    def cue(self, role: Role) -> AnswerCue:
        """Pass on."""
        return self.inner.cue(role)

    async def continuations(
        self, role: Role, problem: Problem, prefix: str, n: int, max_tokens: int
    ) -> tuple[Rollout, ...]:
        """Pass on."""
        return await self.inner.continuations(role, problem, prefix, n, max_tokens)

    def scores_text(self, role: Role) -> bool:
        """Pass on."""
        return self.inner.scores_text(role)

    async def scores(self, role: Role, problem: Problem, prefix: str, text: str) -> TokenScores:
        """Pass on."""
        return await self.inner.scores(role, problem, prefix, text)

    async def verify(self, verifier: Spec, problem: Problem, solution: Solution) -> Verified:
        """Pass on."""
        return await self.inner.verify(verifier, problem, solution)

    async def grade(self, checker: Spec, problem: Problem, text: str) -> Checked:
        """Let others go first too."""
        for _ in range(zlib.crc32(f"{self.salt}{text}".encode()) % 5):
            await asyncio.sleep(0)
        return await self.inner.grade(checker, problem, text)


def gather(name: str, problem: Problem, context: Context) -> tuple[tuple[Solution, ...], Gathered]:
    """Return all solutions, and what a strategy gathers after the screen took some in."""

    async def run() -> tuple[tuple[Solution, ...], Gathered]:
        screened = await build(STRATEGIES, SCREEN).gather(
            Case(problem=problem, solutions=()), context, "screen"
        )
        case = Case(problem=problem, solutions=screened.solutions, evidence=screened.evidence)
        found = await build(STRATEGIES, parse_spec(name)).gather(case, context, "g")
        return (*screened.solutions, *found.solutions), found

    return asyncio.run(run())


def test_every_strategy_that_rolls_out_is_under_these_laws() -> None:
    """A new one joins `ROLLING`."""
    assert {parse_spec(name).name for name in ROLLING} == set(STRATEGIES) - NOT_ROLLING


@pytest.mark.parametrize("name", ROLLING)
@QUICK
@given(world=WORLDS)
def test_rows_keep_the_conventions_of_evidence(name: str, world: SimulatedWorld) -> None:
    """Unique keys; counts of the prefix they name; the last step never asked; every outcome."""
    problem = world.problems(1)[0]
    solutions, found = gather(name, problem, SimulatedContext(world=world))
    by_id = {solution.solution_id: solution for solution in solutions}

    key = TABLES["evidence"].key
    assert len({tuple(getattr(r, c) for c in key) for r in found.evidence}) == len(found.evidence)
    assert {r.gathering_id for r in found.evidence} <= {"g"}
    assert sorted(by_id) == sorted(
        r.solution_id or "" for r in found.evidence if r.scope is Scope.SOLUTION
    )
    assert len(by_id) == len(solutions)
    for row in found.evidence:
        if row.source_kind is SourceKind.ROLLOUTS:
            _assert_counts(row, problem, by_id)


def _assert_counts(row: Evidence, problem: Problem, solutions: dict[str, Solution]) -> None:
    text = ""
    if row.scope is Scope.PREFIX:
        solution = solutions[row.solution_id or ""]
        assert row.step_index is not None
        assert row.step_index in asked_steps(solution)
        text = solution.prefix(row.step_index + 1)
    assert row.prefix_id == prefix_id(problem.problem_id, text)
    assert row.successes is not None
    assert row.trials is not None
    assert 0 <= row.successes <= row.trials


@pytest.mark.parametrize("name", ROLLING)
@QUICK
@given(world=WORLDS, salt=st.integers(0, 1000))
def test_what_is_gathered_does_not_depend_on_the_order_of_answers(
    name: str, world: SimulatedWorld, salt: int
) -> None:
    """Evidence, solutions and sources are a function of the problem and the ledger."""
    problem = world.problems(1)[0]
    plain = gather(name, problem, SimulatedContext(world=world))
    shuffled = gather(name, problem, Shuffled(inner=SimulatedContext(world=world), salt=salt))

    assert plain == shuffled


@pytest.mark.parametrize(
    "name", ["every_prefix(k=8)", "first_failure(k=8)", "bisect(k=8)", "two_level(k=8)"]
)
@QUICK
@given(world=WORLDS)
def test_stopping_at_the_first_success_changes_no_label_by_any_success(
    name: str, world: SimulatedWorld
) -> None:
    """It draws no more rollouts, and the same ones."""
    problem = world.problems(1)[0]
    full, stopped = SimulatedContext(world=world), SimulatedContext(world=world)
    solutions, all_drawn = gather(name, problem, full)
    _, until_success = gather(name.replace(")", ", stop_at_success=True)"), problem, stopped)

    def labels(found: Gathered) -> Sequence[Decision]:
        case = Case(problem=problem, solutions=solutions, evidence=found.evidence)
        return AnySuccess().decide(case, None)

    assert labels(until_success) == labels(all_drawn)
    assert stopped.paid <= full.paid
    assert {r.reason for r in until_success.evidence if r.trials is not None} <= {STOPPED}


@QUICK
@given(world=WORLDS)
def test_omega_prm_pays_for_no_prefix_twice_and_keeps_its_bound(world: SimulatedWorld) -> None:
    """Each prefix is asked about once; no search asks more than the logarithm of its steps."""
    problem = world.problems(1)[0]
    context = SimulatedContext(world=world)
    solutions, found = gather("omega_prm(k=4, searches=6)", problem, context)
    asked = context.asked[1:]
    longest = max((len(s.steps) for s in solutions), default=1)

    assert len({prefix for _, prefix, _ in asked}) == len(asked)
    assert len(asked) - 1 <= 6 * math.ceil(math.log2(longest))
    new = {s.solution_id for s in found.solutions}
    assert {r.solution_id for r in found.sources} == new
    source_key = TABLES["sources"].key
    assert len({tuple(getattr(r, c) for c in source_key) for r in found.sources}) == len(
        found.sources
    )


@pytest.mark.parametrize(
    "name",
    ["first_failure(k=64)", "bisect(k=64)", "two_level(k=64)", "omega_prm(k=64, searches=4)"],
)
def test_planted_errors_are_found_where_nothing_recovers(name: str) -> None:
    """64 rollouts and no recovery: in 20 problems the first zero is the true first error."""
    world = SimulatedWorld(seed=5, recovery=0.0)
    hits = total = 0
    for problem in world.problems(20):
        solutions, found = gather(name, problem, SimulatedContext(world=world))
        counts = {r.prefix_id: r.successes for r in found.evidence if r.trials}
        # What a limited search took in was searched; given solutions may still be waiting.
        for solution in found.solutions or solutions:
            true = first_error(problem, solution)
            if true is None:
                continue
            ids = [
                prefix_id(problem.problem_id, solution.prefix(i + 1))
                for i in range(len(solution.steps) - 1)
            ]
            rates = [counts.get(i) for i in ids]
            first_zero = next((i for i, c in enumerate(rates) if c == 0), len(rates))
            total += 1
            hits += first_zero == true

    assert total > 20
    assert hits / total > 0.97


@pytest.mark.parametrize(
    "name",
    sorted(STRATEGIES),
)
def test_a_strategy_is_a_strategy_and_travels(name: str) -> None:
    """It keeps the protocol, pickles, is rebuilt from its own arguments, and refuses no default."""
    strategy = build(STRATEGIES, parse_spec(name))

    assert isinstance(strategy, Strategy)
    assert pickle.loads(pickle.dumps(strategy)) == strategy  # noqa: S301  # our own bytes
    again = build(STRATEGIES, Spec(name=strategy.name, arguments=arguments_of(strategy)))
    assert again == strategy
    assert (strategy.name, bool(strategy.stop_rule)) == (name, True)
    assert strategy.roles() or name in MODEL_FREE
