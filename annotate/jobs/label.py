"""The job `label`: inputs to labels in a run folder, resumable at any moment."""

from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from annotate.executors import Executor, Inline
from annotate.inputs import ReadOptions
from annotate.jobs.ingest import IngestReport, ingest
from annotate.jobs.input_progress import input_files
from annotate.jobs.progress import Progress
from annotate.jobs.provenance import (
    gathering_of,
    labelling_of,
    method_identity,
    record,
    refuse_other_method,
)
from annotate.methods import Method
from annotate.pending import SHARD_SOLUTIONS, Pending
from annotate.run import Plan, Shard
from annotate.storage import RunFolder, open_store
from schemas import ConfigError, FirstErrorVerdict, Json
from verifiers.plugins import PluginSource

PROCESS_LOCAL = "memory://"
"""Begins the URL of a store that other processes cannot see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """What to label, how, and where to."""

    inputs: tuple[str, ...]
    """Paths or URLs of files and folders; empty to go on with what the run holds."""
    out: str
    """Path or URL of the run folder."""
    method: Method
    """What gathers and what decides."""
    options: ReadOptions
    """How rows are read."""
    limit: int | None = None
    """Solutions of each input to take in at most."""
    strict: bool = False
    """Whether the first bad row is an error."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files."""
    shard_size: int = SHARD_SOLUTIONS
    """Solutions that are checked and committed together, >= 1."""
    config: Mapping[str, Json] = field(default_factory=dict)
    """The resolved settings, kept in the run for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """What the job did, in this call."""

    ingested: IngestReport
    """What was read."""
    labelled: int
    """Solutions that were labelled."""
    first_errors: Mapping[FirstErrorVerdict, int]
    """How many were decided how."""
    stopped: int
    """Checks that a limit stopped for good, or that failed."""


async def label(request: LabelRequest, executor: Executor, progress: Progress) -> LabelReport:
    """Label inputs in a run folder, whatever of it is not done yet.

    Raises:
        WaymarkError: If an input cannot be read or the run cannot be written; what was committed
            stays, and the same request goes on from there.
    """
    files = input_files(request.inputs, progress)
    run = RunFolder.create_or_open(open_store(request.out), run_identity(request.options))
    with run.lock():
        strategies = request.method.build_strategies()
        gatherings = [gathering_of(strategy, request.plugins) for strategy in strategies]
        labelling = labelling_of(request.method, gatherings, named=True)
        identity = method_identity(request.method, gatherings)
        refuse_other_method(run, identity)
        note: dict[str, Json] = {"activity": "label", "method": identity}
        record(run, gatherings, labelling, note={**note, "config": dict(request.config)})
        ingested = ingest(
            run,
            files,
            options=request.options,
            limit=request.limit,
            strict=request.strict,
            progress=progress,
            shard_size=request.shard_size,
        )
        plan = Plan(
            where=run.store.location,
            method=request.method,
            asks=tuple(gathering.gathering_id for gathering in gatherings),
            reads=(),
            labelling_id=labelling.labelling_id,
            plugins=request.plugins,
        )
        return await run_plan(
            run, plan, executor, progress, ingested=ingested, shard_size=request.shard_size
        )


async def run_plan(
    run: RunFolder,
    plan: Plan,
    executor: Executor,
    progress: Progress,
    *,
    ingested: IngestReport,
    shard_size: int = SHARD_SOLUTIONS,
) -> LabelReport:
    """Label every solution that the plan's labelling has not decided, and commit shard by shard.

    Args:
        run: The run, locked by the caller.
        plan: What is done to each shard.
        executor: Where shards run.
        progress: Told of each shard.
        ingested: What was read before, for the report.
        shard_size: Solutions that are checked and committed together, >= 1.
    """
    if not isinstance(executor, Inline) and plan.where.startswith(PROCESS_LOCAL):
        raise ConfigError(
            f"{plan.where!r} lives in this process alone: use --executor inline, or a run folder "
            "that other processes can open."
        )
    pending = Pending(labelling_id=plan.labelling_id, reads=() if plan.asks else plan.reads)
    pending.retire_stale(run)
    total = pending.count(run)
    progress.start("checking" if plan.asks else "deciding", total=total, unit="solutions")
    labelled = stopped = 0
    first_errors: Counter[FirstErrorVerdict] = Counter()
    shards = (Shard(solution_ids=ids) for ids in pending.shards(run, size=shard_size))
    if total:
        async with aclosing(executor.run(plan, shards)) as results:
            async for result in results:
                run.commit(result.files, note={"activity": "shard"})
                labelled += result.n_solutions
                stopped += result.stopped
                first_errors += result.first_errors
                progress.advance(result.n_solutions)
    return LabelReport(
        ingested=ingested, labelled=labelled, first_errors=dict(first_errors), stopped=stopped
    )


def run_identity(options: ReadOptions) -> dict[str, Json]:
    """Return what every activity in one run folder must share: how texts become steps."""
    return {"segmentation": str(options.segmentation)}
