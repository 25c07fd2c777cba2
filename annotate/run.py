"""One problem and one shard, start to finish: the reference path of every executor.

A shard names solutions of a run. Its worker reads them, lets the strategies ask, lets the rule
decide, and writes the rows as content-named files that only the driver commits. A worker that dies
loses its shard's files and nothing else; a shard that runs twice writes equal rows.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from annotate.cases import read_cases
from annotate.checks import LIMIT_S, PoolContext
from annotate.executors import ShardWorker
from annotate.methods import Method
from annotate.rules import Case, Decision, Rule
from annotate.storage import FileEntry, RunFolder, open_store, write_rows
from annotate.strategies import Context, Gathered, Strategy
from schemas import TABLES, FirstError, FirstErrorVerdict, StepLabel
from verifiers.plugins import PluginSource, load_plugin

CASES_IN_FLIGHT = 256
"""Problems of one shard that are asked about at a time: enough to keep every child busy."""


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
    labelling_id: str
    """Provenance of the labels."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files, loaded in each process."""
    limit_s: float = LIMIT_S
    """Backstop for one check, in seconds."""

    def __call__(self, children: int) -> ShardWorker["Shard", "ShardResult"]:
        """Return a worker with this many child processes for checks, where it is to run."""
        return Labeller(self, children=children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A unit of commit: the solutions of whole problems that are not labelled yet."""

    solution_ids: tuple[str, ...]
    """Sorted, at least one."""

    def __str__(self) -> str:
        """Return a name for messages."""
        return f"{len(self.solution_ids)} solutions from {self.solution_ids[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardResult:
    """What a shard wrote, for the driver to commit."""

    files: tuple[FileEntry, ...]
    """Files to add."""
    n_solutions: int
    """Solutions that were labelled."""
    first_errors: Counter[FirstErrorVerdict] = field(default_factory=Counter)
    """How many solutions were decided how."""
    stopped: int = 0
    """Checks that a limit stopped for good, or that failed."""


class Labeller:
    """Labels shards in one process. Not frozen: owns the check pool."""

    def __init__(self, plan: Plan, *, children: int) -> None:
        """Build the method and start the pool, if there is anything to ask."""
        for plugin in plan.plugins:
            load_plugin(plugin)
        self._plan = plan
        self._run = RunFolder.open(open_store(plan.where))
        self._strategies = plan.method.build_strategies() if plan.asks else ()
        self._rule = plan.method.build_rule()
        self._context = (
            PoolContext(children=children, plugins=plan.plugins, limit_s=plan.limit_s)
            if plan.asks
            else None
        )

    async def process(self, shard: Shard) -> ShardResult:
        """Label one shard and write its rows."""
        before = self._context.stopped if self._context else 0
        cases = await asyncio.to_thread(read_cases, self._run, shard.solution_ids, self._plan.reads)
        gathered = await self._gather(cases)
        decisions = decide(self._rule, cases, gathered)
        files = await asyncio.to_thread(self._write, gathered, decisions)
        return ShardResult(
            files=files,
            n_solutions=len(decisions),
            first_errors=Counter(decision.first_error for decision in decisions),
            stopped=self._context.stopped - before if self._context else 0,
        )

    def close(self) -> None:
        """Stop the pool."""
        if self._context:
            self._context.close()

    async def _gather(self, cases: Sequence[Case]) -> list[Gathered]:
        if self._context is None:
            return [Gathered(evidence=())] * len(cases)
        context = self._context
        room = asyncio.Semaphore(CASES_IN_FLIGHT)

        async def one(case: Case) -> Gathered:
            async with room:
                return await gather_case(case, self._strategies, self._plan.asks, context)

        return await asyncio.gather(*(one(case) for case in cases))

    def _write(
        self, gathered: Sequence[Gathered], decisions: Sequence[Decision]
    ) -> tuple[FileEntry, ...]:
        labels, first_errors = label_rows(self._plan.labelling_id, decisions)
        rows: dict[str, Sequence[object]] = {
            "evidence": [row for part in gathered for row in part.evidence],
            "grades": [row for part in gathered for row in part.grades],
            "costs": [row for part in gathered for row in part.costs],
            "labels": labels,
            "first_errors": first_errors,
        }
        return tuple(
            write_rows(self._run.store, TABLES[name], records)
            for name, records in rows.items()
            if records
        )


async def gather_case(
    case: Case, strategies: Sequence[Strategy], gathering_ids: Sequence[str], context: Context
) -> Gathered:
    """Return what the strategies observe of one problem, in order: each sees what came before.

    Args:
        case: The problem with its solutions and earlier evidence.
        strategies: Ways of gathering.
        gathering_ids: [n_strategies] Provenance of what each observes.
        context: What they may ask.
    """
    parts = []
    for strategy, gathering_id in zip(strategies, gathering_ids, strict=True):
        part = await strategy.gather(case, context, gathering_id)
        parts.append(part)
        case = replace(case, evidence=case.evidence + part.evidence)
    return Gathered(
        evidence=tuple(row for part in parts for row in part.evidence),
        grades=tuple(row for part in parts for row in part.grades),
        costs=tuple(row for part in parts for row in part.costs),
    )


def decide(rule: Rule, cases: Sequence[Case], gathered: Sequence[Gathered]) -> list[Decision]:
    """Return what the rule decides of every solution, from stored and new evidence."""
    return [
        decision
        for case, found in zip(cases, gathered, strict=True)
        for decision in rule.decide(replace(case, evidence=case.evidence + found.evidence), None)
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
        )
        for decision in decisions
    ]
    return labels, first_errors
