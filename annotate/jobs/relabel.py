"""The job `relabel`: another rule over the evidence that a run holds. Asks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotate.executors import Executor
from annotate.jobs.coverage import Coverage, held_needs, read_coverage
from annotate.jobs.learning import latest_calibration
from annotate.jobs.progress import Progress
from annotate.jobs.provenance import labelling_of, record
from annotate.jobs.shards import Done, run_plan
from annotate.methods import Method
from annotate.rules import RULES
from annotate.rules.base import Need, RuleFacts
from annotate.run import Plan
from annotate.storage import RunFolder, connect, open_store
from schemas import Gathering, Json, StoreError, from_arrow
from verifiers.plugins import PluginSource
from verifiers.spec import parse_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class RelabelRequest:
    """Which run to decide anew, by which rule."""

    run: str
    """Path or URL of the run folder."""
    rule: str
    """`name` or `name(key=value, ...)`."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files."""
    shard_size: int | None = None
    """Solutions that are decided and committed together, >= 1; None chooses."""
    config: Mapping[str, Json] = field(default_factory=dict)
    """The resolved settings, kept in the run for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelabelReport:
    """What the job did, and what the labels say now."""

    done: Done
    """What was decided in this call."""
    coverage: Coverage
    """How many solutions the rule decides, those of earlier calls included, and why not others."""


def served_rules(location: str) -> dict[str, tuple[Need, ...]]:
    """Return every rule with what it needs that a run holds nothing of: none can be met as it is.

    A rule that declares no needs is held to need nothing.

    Raises:
        StoreError: If the run cannot be read.
    """
    held = held_needs(RunFolder.open(open_store(location)))
    missing = {}
    for name in RULES:
        facts = getattr(RULES.get(name), "facts", None)
        needs = facts.needs if isinstance(facts, RuleFacts) else ()
        missing[name] = tuple(need for need in needs if need not in held)
    return missing


async def relabel(request: RelabelRequest, executor: Executor, progress: Progress) -> RelabelReport:
    """Add the labels of a rule to a run, from all evidence that is stored.

    Raises:
        StoreError: If the run holds no evidence.
        WaymarkError: If the rule is unknown or the run cannot be read or written.
    """
    method = Method(
        name=request.rule, summary="", strategies=(), rule=parse_spec(request.rule), source=""
    )
    rule = method.build_rule()
    run = RunFolder.open(open_store(request.run))
    with run.lock():
        stored = stored_gatherings(run)
        gatherings = [gathering for gathering in stored if rule.reads(gathering)]
        if not gatherings:
            there = ", ".join(sorted({gathering.strategy for gathering in stored}))
            raise StoreError(
                f"{request.run!r} holds no evidence that the rule {rule.name!r} uses, only "
                f"that of {there}. Choose another rule, or gather for this one first."
            )
        calibration = latest_calibration(run)
        learned = None if calibration is None else calibration.calibration_id
        labelling = labelling_of(method, gatherings, named=False, calibration_id=learned)
        note: dict[str, Json] = {"activity": "relabel", "config": dict(request.config)}
        record(run, (), (labelling,), note=note)
        plan = Plan(
            where=run.store.location,
            method=method,
            asks=(),
            reads=labelling.gathering_ids,
            labelling_id=labelling.labelling_id,
            calibration=calibration,
            plugins=request.plugins,
        )
        done = await run_plan(
            run,
            plan,
            executor,
            progress,
            shard_size=request.shard_size,
        )
        return RelabelReport(done=done, coverage=read_coverage(run, labelling, rule))


def stored_gatherings(run: RunFolder) -> list[Gathering]:
    """Return the gatherings of a run.

    Raises:
        StoreError: If there is none.
    """
    with connect(run) as con:
        rows = con.sql("FROM stored.gatherings ORDER BY gathering_id").to_arrow_table()
        found = from_arrow(Gathering, rows)
    if not found:
        raise StoreError(
            f"{run.store.location!r} holds no evidence to decide from: run `waymark label` or "
            "`waymark import` on it first."
        )
    return found
