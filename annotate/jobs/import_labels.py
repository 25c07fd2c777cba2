"""The job `import`: data that is labelled already, as evidence of a named source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotate.executors import Executor, Inline
from annotate.inputs import GivenLabels, ParsedRow, ReadOptions
from annotate.jobs.bare_inputs import refuse_rejected
from annotate.jobs.ingest import Reader, ingest
from annotate.jobs.input_progress import input_files
from annotate.jobs.label import LabelReport, run_identity
from annotate.jobs.progress import Progress
from annotate.jobs.provenance import labelling_of, record
from annotate.jobs.shards import run_plan
from annotate.methods import Method
from annotate.pending import SHARD_SOLUTIONS
from annotate.rules import IMPORT
from annotate.run import Plan
from annotate.storage import RunFolder, open_store
from schemas import (
    Evidence,
    FindingVerdict,
    FirstErrorVerdict,
    Gathering,
    Json,
    LabelVerdict,
    Outcome,
    Scope,
    Solution,
    SourceKind,
    canonical_json,
    make_gathering,
)
from verifiers.spec import Spec

_VERDICT = {
    LabelVerdict.CORRECT: FindingVerdict.CORRECT,
    LabelVerdict.INCORRECT: FindingVerdict.INCORRECT,
    LabelVerdict.UNKNOWN: FindingVerdict.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """What to import, under which name, and where to."""

    inputs: tuple[str, ...]
    """Paths or URLs of files and folders."""
    source: str
    """Name of who labelled the data (`human`, `my-prm-7b`)."""
    out: str
    """Path or URL of the run folder, new or not."""
    options: ReadOptions
    """How rows are read."""
    threshold: float = 0.5
    """Scores below it refute a step, in [0, 1]."""
    limit: int | None = None
    """Solutions of each input to take in at most."""
    strict: bool = False
    """Whether the first bad row is an error."""
    shard_size: int | None = None
    """Solutions that are committed together, >= 1; None chooses."""
    config: Mapping[str, Json] = field(default_factory=dict)
    """The resolved settings, kept in the run for the record."""


async def import_labels(
    request: ImportRequest, progress: Progress, executor: Executor | None = None
) -> LabelReport:
    """Import labelled data: evidence of `request.source`, and labels that take it at face value.

    Raises:
        WaymarkError: If an input cannot be read or the run cannot be written.
    """
    gathering = import_gathering(request.source)
    arguments = canonical_json({"source": request.source, "threshold": request.threshold})
    method = Method(
        name="import",
        summary="labels as a source states them",
        strategies=(),
        rule=Spec(name="stated", arguments=arguments),
        source=request.source,
    )
    files = input_files(request.inputs, progress)
    refuse_rejected(files, request.options)
    run = RunFolder.create_or_open(open_store(request.out), run_identity(request.options))
    with run.lock():
        labelling = labelling_of(method, (gathering,), named=True)
        note: dict[str, Json] = {"activity": "import", "config": dict(request.config)}
        record(run, (gathering,), (labelling,), note=note)
        ingested = ingest(
            run,
            files,
            options=request.options,
            limit=request.limit,
            strict=request.strict,
            progress=progress,
            reader=Reader(
                gathering_id=gathering.gathering_id,
                evidence_of=lambda row, before: given_evidence(row, before, gathering),
            ),
            shard_size=request.shard_size or SHARD_SOLUTIONS,
        )
        plan = Plan(
            where=run.store.location,
            method=method,
            asks=(),
            reads=(gathering.gathering_id,),
            labelling_id=labelling.labelling_id,
        )
        done = await run_plan(
            run, plan, executor or Inline(), progress, shard_size=request.shard_size
        )
        return LabelReport(ingested=ingested, methods={method.name: done})


def import_gathering(source: str) -> Gathering:
    """Return the provenance of evidence that is read from files under the name `source`."""
    return make_gathering(IMPORT, arguments="{}", sources=(source,))


def given_evidence(row: ParsedRow, occurrence: int, gathering: Gathering) -> Sequence[Evidence]:
    """Return what a row says of its solution.

    Args:
        row: The row.
        occurrence: How many rows with labels said something of the same solution before.
        gathering: Provenance; its one source is the name.

    Labels that the row itself marks as doubtful are kept as UNKNOWN.
    """
    solution = row.solution
    if solution is None:
        return ()
    (source,) = gathering.sources

    def evidence(
        step: int | None,
        *,
        verdict: FindingVerdict | None = None,
        outcome: Outcome | None = None,
        score: float | None = None,
        ordinal: int,
    ) -> Evidence:
        doubted = verdict is not None and row.given.suspect
        return Evidence(
            gathering_id=gathering.gathering_id,
            problem_id=solution.problem_id,
            solution_id=solution.solution_id,
            step_index=step,
            prefix_id=None,
            scope=Scope.SOLUTION if step is None else Scope.STEP,
            source_kind=SourceKind.IMPORTED,
            source=source,
            ordinal=ordinal,
            verdict=FindingVerdict.UNKNOWN if doubted else verdict,
            outcome=outcome,
            score=score,
            reason="the source marks its label as doubtful" if doubted else None,
        )

    verdicts = [
        evidence(index, verdict=verdict, ordinal=2 * occurrence)
        for index, verdict in _step_verdicts(row.given, solution)
    ]
    scores = [
        evidence(index, score=score, ordinal=2 * occurrence + 1)
        for index, score in enumerate(row.given.step_scores)
        if score is not None
    ]
    outcomes = (
        [evidence(None, outcome=row.given.outcome, ordinal=2 * occurrence)]
        if row.given.outcome is not None
        else []
    )
    return (*verdicts, *scores, *outcomes)


def _step_verdicts(given: GivenLabels, solution: Solution) -> list[tuple[int, FindingVerdict]]:
    """Return (step, verdict) as far as the row says: nothing is known of what follows an error."""
    if given.step_verdicts:
        return [
            (index, _VERDICT[verdict])
            for index, verdict in enumerate(given.step_verdicts)
            if verdict in _VERDICT
        ]
    correct = FindingVerdict.CORRECT
    if given.first_error is FirstErrorVerdict.NONE_FOUND:
        return [(index, correct) for index in range(len(solution.steps))]
    if given.first_error is FirstErrorVerdict.FOUND and given.first_error_step is not None:
        at = given.first_error_step
        return [*((index, correct) for index in range(at)), (at, FindingVerdict.INCORRECT)]
    return []
