"""The job `label`: inputs to labels in a run folder, resumable at any moment.

Several methods may label one run, one after the other: they share the ledger, so that what one has
paid for costs the next nothing.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import pyarrow as pa

from annotate.executors import Executor
from annotate.inputs import REFERENCE, ReadOptions
from annotate.jobs.bare_inputs import refuse_bare, refuse_rejected
from annotate.jobs.ingest import IngestReport, ingest
from annotate.jobs.input_progress import input_files
from annotate.jobs.learning import learn
from annotate.jobs.progress import Progress
from annotate.jobs.provenance import (
    gathering_of,
    labelling_of,
    method_identity,
    record,
    refuse_other_methods,
)
from annotate.jobs.seating import Seating, first_problem, seat
from annotate.jobs.shards import Done, run_plan
from annotate.ledger import Budget
from annotate.methods import Method, questions_of, roles_of, scoring_roles
from annotate.outcomes import OutcomeSource
from annotate.pending import SHARD_SOLUTIONS
from annotate.policies import PolicyChoice
from annotate.run import Plan
from annotate.storage import RunFolder, connect, journal, open_store
from schemas import Calibration, ConfigError, Gathering, Json, Labelling, Role
from verifiers.plugins import PluginSource

_BY_ANSWER = OutcomeSource(version="1")
_JOB_BYTES = 6

Provenance: TypeAlias = tuple[list[Gathering], Labelling]
"""What a method gathers and decides under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRequest:
    """What to label, how, and where to."""

    inputs: tuple[str, ...]
    """Paths or URLs of files and folders; empty to go on with what the run holds."""
    out: str
    """Path or URL of the run folder."""
    methods: tuple[Method, ...]
    """What gathers and what decides, at least one; each makes labels of its own."""
    compared: bool = False
    """Whether the methods are to be compared, so that each must label the inputs by itself."""
    options: ReadOptions
    """How rows are read."""
    limit: int | None = None
    """Solutions of each input to take in at most."""
    strict: bool = False
    """Whether the first bad row is an error."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files."""
    shard_size: int | None = None
    """Solutions (or problems) that are committed together, >= 1; None chooses."""
    policies: Mapping[Role, PolicyChoice] = field(default_factory=dict)
    """Who is asked as what; roles that no method asks are passed over."""
    policy_check: bool = True
    """Whether policies are tried before anything is paid for."""
    outcomes: OutcomeSource = _BY_ANSWER
    """How the outcome of a rollout is told."""
    max_rollouts: int | None = None
    """Completions that the run may hold at most, earlier calls included."""
    max_tokens: int | None = None
    """Generated tokens that the run may hold at most, earlier calls included."""
    config: Mapping[str, Json] = field(default_factory=dict)
    """The resolved settings, kept in the run for the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """What the job did, in this call."""

    ingested: IngestReport
    """What was read."""
    methods: Mapping[str, Done]
    """What each method did, by name."""
    bare: int = 0
    """Problems of the run without a solution, where no method draws any."""
    recovered: int = 0
    """Completions that an earlier call had paid for and did not live to commit."""

    @property
    def done(self) -> Done:
        """All methods together."""
        return sum(self.methods.values(), Done())


async def label(request: LabelRequest, executor: Executor, progress: Progress) -> LabelReport:
    """Label inputs in a run folder, whatever of it is not done yet.

    Raises:
        WaymarkError: If an input cannot be read, a policy fails, or the run cannot be written; what
            was committed stays, and the same request goes on from there.
    """
    files = input_files(request.inputs, progress)
    store = open_store(request.out)
    refuse_rejected(files, request.options)
    # An old run may hold solutions that another method drew.
    if request.compared or RunFolder.is_new(store):
        refuse_bare(files, request.options, request.methods, compared=request.compared)
    choices = _needed(request, request.methods)
    seating = await seat(
        choices,
        request.outcomes,
        problem=first_problem(files, request.options) if request.policy_check else None,
        scoring=scoring_roles(request.methods),
        questions=questions_of(request.methods),
    )
    parts = [_provenance(method, request, seating) for method in request.methods]
    run = RunFolder.create_or_open(store, run_identity(request.options))
    with run.lock():
        identity = {
            method.name: method_identity(method, gatherings)
            for method, (gatherings, _) in zip(request.methods, parts, strict=True)
        }
        refuse_other_methods(run, identity)
        note: dict[str, Json] = {"activity": "label", "methods": identity}
        if choices and not request.policy_check:
            note["policy_check"] = "skipped"
        settled = [_settled(*one) for one in zip(request.methods, parts, strict=True)]
        record(
            run,
            [gathering for gatherings, _ in settled for gathering in gatherings],
            [labelling for _, labellings in settled for labelling in labellings],
            note={**note, "config": dict(request.config)},
            policies=seating.rows,
        )
        recovered = _recover(run)
        ingested = ingest(
            run,
            files,
            options=request.options,
            limit=request.limit,
            strict=request.strict,
            progress=progress,
            shard_size=request.shard_size or SHARD_SOLUTIONS,
        )
        if any(method.samples for method in request.methods):
            _tell_references(run, progress)
        done = {}
        with executor.hold():
            for method, part in zip(request.methods, parts, strict=True):
                job = _Job(run=run, request=request, executor=executor, progress=progress)
                done[method.name] = await job.run_method(method, part, seating)
        return LabelReport(
            ingested=ingested, methods=done, bare=_bare(run, request.methods), recovered=recovered
        )


def _tell_references(run: RunFolder, progress: Progress) -> None:
    """Say so where what is labelled are a data set's own worked answers: few want that."""
    with connect(run, stored_only=True) as con:
        rows = con.execute(
            "SELECT count(DISTINCT solution_id) FROM stored.sources WHERE generator = $1",
            [REFERENCE],
        ).fetchall()
    ((count,),) = rows
    if count:
        progress.note(
            f"{count} solutions are worked answers that came with their problems: they are "
            "labelled, and none is sampled there; --map solution= leaves them out"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One call, as its methods see it."""

    run: RunFolder
    request: LabelRequest
    executor: Executor
    progress: Progress

    async def run_method(self, method: Method, part: Provenance, seating: Seating) -> Done:
        """Gather and decide by one method: in two rounds where it learns of the run first."""
        done = await self._gathered_and_decided(method, part, seating)
        return replace(done, screens=_screens(self.run, part[0]))

    async def _gathered_and_decided(
        self, method: Method, part: Provenance, seating: Seating
    ) -> Done:
        first = method.round_zero
        if first is None:
            return await self._round(_plan(self.run, self.request, method, part))
        gatherings, _ = part
        zero = _plan(self.run, self.request, first, (gatherings[: len(first.strategies)], None))
        done = await self._round(zero)
        if done.unpaid:  # what was learned of a part would steer the whole
            return done
        self.progress.start(f"{method.name}, learning its rates:", total=None, unit="solutions")
        learned = await asyncio.to_thread(
            learn, self.run, method.name, gatherings[: len(first.strategies)]
        )
        part = _provenance(method, self.request, seating, learned)
        gatherings, labelling = part
        record(self.run, gatherings, [labelling], note={"activity": "steer", "method": method.name})
        plan = _plan(self.run, self.request, method, part)
        last = await self._round(replace(plan, calibration=learned))
        return replace(done + last, learned_from=learned.n_solutions if learned else 0)

    async def _round(self, plan: Plan) -> Done:
        return await run_plan(
            self.run, plan, self.executor, self.progress, shard_size=self.request.shard_size
        )


def _settled(method: Method, part: Provenance) -> tuple[list[Gathering], list[Labelling]]:
    """Return what is known of a method's provenance before anything is learned of the run."""
    gatherings, labelling = part
    first = method.round_zero
    if first is None:
        return gatherings, [labelling]
    return gatherings[: len(first.strategies)], []


def _plan(
    run: RunFolder,
    request: LabelRequest,
    method: Method,
    part: tuple[list[Gathering], Labelling | None],
) -> Plan:
    """Return what a method does to each shard, within what is left of the budget by now."""
    gatherings, labelling = part
    return Plan(
        where=run.store.location,
        method=method,
        asks=tuple(gathering.gathering_id for gathering in gatherings),
        reads=(),
        labelling_id=labelling.labelling_id if labelling else None,
        plugins=request.plugins,
        policies=_needed(request, (method,)),
        outcomes=request.outcomes,
        segmentation=request.options.segmentation,
        budget=_budget_left(run, request),
        job=secrets.token_hex(_JOB_BYTES),
    )


def run_identity(options: ReadOptions) -> dict[str, Json]:
    """Return what every activity in one run folder must share: how texts become steps."""
    return {"segmentation": str(options.segmentation)}


def _needed(request: LabelRequest, methods: tuple[Method, ...]) -> dict[Role, PolicyChoice]:
    """Return who is asked by some methods: by their strategies, and to tell outcomes.

    Raises:
        ConfigError: If a judge tells outcomes, and none is named.
    """
    roles = roles_asked(methods, request.outcomes)
    if request.outcomes.by_judge and roles and Role.JUDGE not in request.policies:
        raise ConfigError("--outcome judge needs a judge: name one, as --judge embedded.")
    return {role: one for role, one in request.policies.items() if role in roles}


def roles_asked(methods: Sequence[Method], outcomes: OutcomeSource) -> frozenset[Role]:
    """Return the roles that methods ask, the judge of outcomes among them."""
    roles = roles_of(methods)
    return roles | {Role.JUDGE} if outcomes.by_judge and roles else roles


def _provenance(
    method: Method, request: LabelRequest, seating: Seating, learned: Calibration | None = None
) -> Provenance:
    calibration_id = learned.calibration_id if learned else None
    gatherings = [
        gathering_of(strategy, request.plugins, seating.asked, calibration_id=calibration_id)
        for strategy in method.build_strategies()
    ]
    return gatherings, labelling_of(method, gatherings, named=True, calibration_id=calibration_id)


def _recover(run: RunFolder) -> int:
    """Commit the completions that an earlier call left in the journal."""

    def committed(rollout_ids: Sequence[str]) -> list[str]:
        with connect(run) as con:
            con.register("found", pa.table({"id": pa.array(rollout_ids, pa.string())}))
            rows = con.execute(
                "SELECT rollout_id FROM stored.rollouts WHERE rollout_id IN (SELECT id FROM found)"
            ).fetchall()
        return [rollout_id for (rollout_id,) in rows]

    return journal.recover(run, committed)


def _bare(run: RunFolder, methods: Sequence[Method]) -> int:
    """Return how many problems of a run have no solution, where no method draws any."""
    if any(method.samples for method in methods):
        return 0
    with connect(run, stored_only=True) as con:
        ((count,),) = con.execute(
            "SELECT count(*) FROM stored.problems ANTI JOIN stored.solutions USING (problem_id)"
        ).fetchall()
    return int(count)


def _screens(run: RunFolder, gatherings: Sequence[Gathering]) -> dict[str, int]:
    """Return how many problems of a run a method's screen kept, or set aside for which reason.

    Of several screens of a method the last that met a problem counts: one that sets it aside ends
    the rest. So the counts add up to the problems that were screened.
    """
    with connect(run, stored_only=True) as con:
        rows = con.execute(
            """
            SELECT word, count(*) FROM (
                SELECT max_by(reason, list_position($1, gathering_id)) AS word
                FROM stored.evidence
                WHERE scope = 'PROBLEM' AND reason IS NOT NULL AND list_contains($1, gathering_id)
                GROUP BY problem_id
            ) GROUP BY word ORDER BY word
            """,
            [[gathering.gathering_id for gathering in gatherings]],
        ).fetchall()
    return dict(rows)


def _budget_left(run: RunFolder, request: LabelRequest) -> Budget:
    """Return what the run may still spend: nothing where a cap is reached already.

    Raises:
        ConfigError: If a cap is negative.
    """
    if request.max_rollouts is None and request.max_tokens is None:
        return Budget()
    with connect(run) as con:
        ((rollouts, tokens),) = con.execute(
            "SELECT count(*), coalesce(sum(tokens), 0) FROM stored.rollouts"
        ).fetchall()
    return Budget(
        rollouts=_left("--max-rollouts", request.max_rollouts, int(rollouts)),
        tokens=_left("--max-tokens", request.max_tokens, int(tokens)),
    )


def _left(flag: str, cap: int | None, spent: int) -> int | None:
    if cap is None:
        return None
    if cap < 0:
        raise ConfigError(f"{flag} {cap}: expected a number from 0.")
    return max(0, cap - spent)
