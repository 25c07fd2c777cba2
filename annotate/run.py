"""One problem and one shard, start to finish: the reference path of every executor.

A shard names problems of a run. Its worker reads them, lets the strategies ask, lets the rule
decide, and writes the rows as content-named files that only the driver commits. A worker that dies
loses its shard's files, and of completions what it had not journalled; a shard that runs twice
writes equal rows.
"""

import asyncio
import functools
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotate.cases import Paid, Stored, read_cases, read_paid
from annotate.checks import LIMIT_S, PoolContext
from annotate.context import ShardContext, known_grades, told_by
from annotate.executors import ShardWorker
from annotate.gathering import extended, gather_case
from annotate.ledger import Budget, Ledger, Purse, Spent
from annotate.live import heartbeat
from annotate.methods import Method
from annotate.outcomes import OutcomeSource
from annotate.policies import PolicyChoice
from annotate.rules import Case, Decision, Rule
from annotate.seats import Seats
from annotate.segment import AUTO, Segmentation
from annotate.storage import FileEntry, RunFolder, open_store, write_rows
from annotate.strategies import Gathered
from schemas import (
    TABLES,
    BudgetError,
    Calibration,
    FirstError,
    FirstErrorVerdict,
    Grade,
    Role,
    StepLabel,
    content_id,
)
from verifiers.plugins import PluginSource, load_plugin

CHECKS_IN_FLIGHT = 256
"""Problems of one shard that are checked at a time: enough to keep every child busy."""

_SHARD_DIGITS = 16
_NAME_BYTES = 8
_NO_LIMIT = Budget()
_BY_ANSWER = OutcomeSource()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done to each shard. Pickles to any process."""

    where: str
    """Path or URL of the run folder."""
    method: Method
    """What gathers and what decides."""
    asks: tuple[str, ...]
    """Gathering ids, one for each strategy of the method in order; empty to gather nothing."""
    reads: tuple[str, ...]
    """Gathering ids whose stored evidence the rule sees beside what is gathered."""
    labelling_id: str | None
    """Provenance of the labels; null where nothing is decided yet: before a calibration."""
    calibration: Calibration | None = None
    """What was learned of the run before."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files, loaded in each process."""
    limit_s: float = LIMIT_S
    """Backstop for one check, in seconds."""
    policies: Mapping[Role, PolicyChoice] = field(default_factory=dict)
    """Who is asked as what; empty where nobody is."""
    outcomes: OutcomeSource = _BY_ANSWER
    """How the outcome of a rollout is told."""
    segmentation: Segmentation = AUTO
    """How sampled chains become steps."""
    budget: Budget = _NO_LIMIT
    """What all workers together may still spend."""
    job: str = ""
    """Name of this call, which its workers share."""

    def __call__(self, cores: int) -> ShardWorker["Shard", "ShardResult"]:
        """Return a worker that may use this many cores, where it is to run."""
        return Labeller(self, cores=cores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A unit of commit: whole problems, and what is not labelled yet of them."""

    problem_ids: tuple[str, ...]
    """Sorted, at least one."""
    solution_ids: tuple[str, ...]
    """Sorted: the solutions to be decided, beside those that are sampled."""
    size: int
    """Things to do: these solutions, and the problems that are only sampled from."""

    def __str__(self) -> str:
        """Return a name for messages."""
        return (
            f"{len(self.problem_ids)} problems ({len(self.solution_ids)} solutions) from "
            f"{self.problem_ids[0]}"
        )

    @property
    def key(self) -> str:
        """Name under which its completions are journalled."""
        return content_id("shard", list(self.problem_ids))[:_SHARD_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardResult:
    """What a shard wrote, for the driver to commit."""

    shard: Shard
    """The shard."""
    files: tuple[FileEntry, ...]
    """Files to add."""
    n_solutions: int
    """Solutions that were labelled."""
    first_errors: Counter[FirstErrorVerdict] = field(default_factory=Counter)
    """How many solutions were decided how."""
    stopped: int = 0
    """Checks that a limit stopped for good, or that failed."""
    unpaid: int = 0
    """Problems that the budget did not reach: gathered in part, and not decided."""
    rollouts: int = 0
    """Completions that were paid for."""
    tokens: int = 0
    """Tokens generated for them."""


class Labeller:
    """Labels shards in one process. Not frozen: owns the check pool and the open policies."""

    def __init__(self, plan: Plan, *, cores: int) -> None:
        """Build the method and start the pool, if there is anything to ask."""
        for plugin in plan.plugins:
            load_plugin(plugin)
        self._plan = plan
        self._run = RunFolder.open(open_store(plan.where))
        self._strategies = plan.method.build_strategies() if plan.asks else ()
        self._rule = plan.method.build_rule()
        self._pool = (
            PoolContext(children=cores, plugins=plan.plugins, limit_s=plan.limit_s)
            if plan.asks
            else None
        )
        self._seats = Seats(plan.policies, cores=cores)
        self._spent = Spent()
        self._purse = Purse(self._run.store, plan.job, plan.budget)
        self._name = secrets.token_hex(_NAME_BYTES)

    async def process(self, shard: Shard) -> ShardResult:
        """Label one shard and write its rows."""
        reads = self._plan.asks + self._plan.reads
        stored = await asyncio.to_thread(
            read_cases, self._run, shard.problem_ids, reads, samples_of=self._plan.asks
        )
        if self._pool is None:
            wanted = frozenset(shard.solution_ids)
            decisions = await self._decide(stored.cases, wanted)
            files = await asyncio.to_thread(self._write, _decision_rows(self._plan, decisions))
            return _result(shard, files, decisions)
        paid = await asyncio.to_thread(read_paid, self._run, shard.problem_ids)
        if not self._plan.policies:
            return await self._ask(shard, stored, paid, self._pool)
        async with heartbeat(self._run.store, self._name, self._spent):
            return await self._ask(shard, stored, paid, self._pool)

    async def aclose(self) -> None:
        """Stop the pool and close the policies."""
        try:
            await self._seats.aclose()
        finally:
            if self._pool:
                self._pool.close()

    async def _ask(
        self, shard: Shard, stored: Stored, paid: Paid, pool: PoolContext
    ) -> ShardResult:
        """Gather and decide a shard for which something is to be asked."""
        before = pool.stopped
        seats = await self._seats.open()
        outcomes = told_by(self._plan.outcomes, seats)
        ledger = await asyncio.to_thread(
            functools.partial(  # reads what the journal holds of the shard
                Ledger,
                store=self._run.store,
                shard=shard.key,
                purse=self._purse,
                spent=self._spent,
                known=paid.rollouts,
            )
        )
        context = ShardContext(
            checks=pool,
            ledger=ledger,
            seats=seats,
            segmentation=self._plan.segmentation,
            outcomes=outcomes,
            grades=known_grades(paid.grades, outcomes),
            calibration=self._plan.calibration,
        )
        try:
            gathered = await self._gather(stored.cases, context)
            await ledger.settle()
        finally:
            await ledger.aclose()
        done = [(case, found) for case, found in zip(stored.cases, gathered, strict=True) if found]
        seen = [extended(case, found) for case, found in done]
        wanted = frozenset(shard.solution_ids).union(*(_sampled(*one) for one in done))
        decisions = await self._decide(seen, wanted)
        rows = _gathered_rows(done, stored.solution_ids) | _decision_rows(self._plan, decisions)
        rows["rollouts"] = ledger.fresh
        graded = [row for _, found in done for row in found.grades]
        rows["grades"] = _ungraded([*graded, *context.fresh_grades], paid.grades)
        files = await asyncio.to_thread(self._write, rows)
        return replace(
            _result(shard, files, decisions),
            stopped=pool.stopped - before,
            unpaid=len(stored.cases) - len(done),
            rollouts=len(ledger.fresh),
            tokens=sum(one.tokens for one in ledger.fresh),
        )

    async def _decide(self, cases: Sequence[Case], wanted: frozenset[str]) -> list[Decision]:
        if self._plan.labelling_id is None:
            return []
        return await asyncio.to_thread(decide, self._rule, cases, wanted, self._plan.calibration)

    async def _gather(self, cases: Sequence[Case], context: ShardContext) -> list[Gathered | None]:
        """Return what was observed of each case; None where the budget did not reach.

        Raises:
            Exception: What the first case raised that failed; the others are cancelled.
        """
        # Searches that wait for rollouts cost nothing; checks would pile up in the pool's queue.
        room = asyncio.Semaphore(len(cases) if self._plan.policies else CHECKS_IN_FLIGHT)

        async def one(case: Case) -> Gathered | None:
            async with room:
                try:
                    return await gather_case(case, self._strategies, self._plan.asks, context)
                except BudgetError:
                    return None

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(case)) for case in cases]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return [task.result() for task in tasks]

    def _write(self, rows: Mapping[str, Sequence[object]]) -> tuple[FileEntry, ...]:
        return tuple(
            write_rows(self._run.store, TABLES[name], records)
            for name, records in rows.items()
            if records
        )


def _sampled(case: Case, found: Gathered) -> frozenset[str]:
    """Return the solutions that are new to the case, by id."""
    held = {one.solution_id for one in case.solutions}
    return frozenset(one.solution_id for one in found.solutions) - held


def _gathered_rows(
    done: Sequence[tuple[Case, Gathered]], stored: frozenset[str]
) -> dict[str, Sequence[object]]:
    """Return the rows of what was gathered; a sample that the run holds already has no new one."""
    new = {s.solution_id: s for _, found in done for s in found.solutions}
    fresh = [solution for solution_id, solution in new.items() if solution_id not in stored]
    return {
        "solutions": fresh,
        "steps": [step for solution in fresh for step in solution.steps],
        "sources": [row for _, found in done for row in found.sources],
        "evidence": [row for _, found in done for row in found.evidence],
        "costs": [row for _, found in done for row in found.costs],
    }


def _ungraded(found: Sequence[Grade], stored: Sequence[Grade]) -> list[Grade]:
    """Return grades that the run does not hold: two gatherings may ask for the same one."""
    new = {(one.completion_id, one.checker, one.checker_version): one for one in found}
    for one in stored:
        new.pop((one.completion_id, one.checker, one.checker_version), None)
    return list(new.values())


def _decision_rows(plan: Plan, decisions: Sequence[Decision]) -> dict[str, Sequence[object]]:
    if plan.labelling_id is None:
        return {}
    labels, first_errors = label_rows(plan.labelling_id, decisions)
    return {"labels": labels, "first_errors": first_errors}


def _result(
    shard: Shard, files: tuple[FileEntry, ...], decisions: Sequence[Decision]
) -> ShardResult:
    return ShardResult(
        shard=shard,
        files=files,
        n_solutions=len(decisions),
        first_errors=Counter(decision.first_error for decision in decisions),
    )


def decide(
    rule: Rule,
    cases: Sequence[Case],
    wanted: frozenset[str],
    calibration: Calibration | None = None,
) -> list[Decision]:
    """Return what the rule decides of some solutions, by id.

    It sees all solutions of a problem. Those that were decided before are not decided again: their
    labels stand.
    """
    return [
        decision
        for case in cases
        for decision in rule.decide(case, calibration)
        if decision.solution_id in wanted
    ]


def label_rows(
    labelling_id: str, decisions: Sequence[Decision]
) -> tuple[list[StepLabel], list[FirstError]]:
    """Return decisions as rows under their provenance; steps that take no label have no row."""
    labels = [
        StepLabel(
            labelling_id=labelling_id,
            solution_id=decision.solution_id,
            step_index=index,
            verdict=step.verdict,
            value=step.value,
            value_kind=step.value_kind,
            p_correct=step.p_correct,
            semantics=decision.semantics,
            basis=step.basis,
            weight=step.weight,
        )
        for decision in decisions
        for index, step in enumerate(decision.steps)
        if step is not None
    ]
    first_errors = [
        FirstError(
            labelling_id=labelling_id,
            solution_id=decision.solution_id,
            verdict=decision.first_error,
            step_index=decision.step_index,
            confidence=decision.confidence,
            posterior=decision.posterior,
            uncorrected=decision.uncorrected,
            visibility=decision.visibility,
        )
        for decision in decisions
    ]
    return labels, first_errors
