"""Ingest: input rows into a run, each once, with every row accounted for.

Rows are committed in segments together with how far each input was read, so a kill costs at most
the segment in hand, and a rerun goes on behind the last one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from annotate.inputs import InputFile, ParsedRow, ReadOptions, read_file
from annotate.jobs.input_progress import ANYONE, HowFar, progress_note, read_progress
from annotate.jobs.progress import Progress
from annotate.jobs.seen_ids import SeenIds, seen_ids
from annotate.pending import SHARD_SOLUTIONS
from annotate.storage import RunFolder, connect, write_rows
from schemas import (
    TABLES,
    Evidence,
    InputError,
    Problem,
    Rejection,
    RejectReason,
    Solution,
    Source,
)

SHARDS_PER_SEGMENT = 4
"""Rows that are committed together, in shards: reading is some ten times faster than checking."""

_BATCH = 10_000
_LABELLED = "labelled "  # before a solution's id: one more occurrence of it with evidence

SEGMENT_CHARACTERS = 32_000_000
"""Text that is committed together at most."""

EvidenceOf = Callable[[ParsedRow, int], Sequence[Evidence]]
"""What a row itself says: (row, 0-based number of such rows before it) -> evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads, for the evidence that rows carry."""

    gathering_id: str
    """Provenance of the evidence; names the reader in the run's history."""
    evidence_of: EvidenceOf
    """What rows say; nothing where they carry no label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What ingesting did, in this call."""

    rows: int = 0
    """Solutions and bare problems that were read, repeats included."""
    new_solutions: int = 0
    """Solutions that the run did not hold yet."""
    rejected: Mapping[RejectReason, int] = field(default_factory=dict)
    """Rows that were set aside, by reason."""


@dataclass(frozen=False, slots=True, kw_only=True)
class _Segment:
    """Rows that wait for one commit. Mutable: it fills up."""

    most_rows: int
    problems: dict[str, Problem] = field(default_factory=dict)
    solutions: dict[str, Solution] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    occurrences: list[ParsedRow] = field(default_factory=list)
    characters: int = 0

    def add(self, item: ParsedRow | Rejection, *, held: bool, keep: bool) -> None:
        """Take a row in.

        Args:
            item: The row.
            held: Whether the run holds it already, and only its evidence is wanted.
            keep: Whether its evidence is wanted.
        """
        if isinstance(item, Rejection):
            if not held:
                self.rejected.append(item)
            return
        if not held:
            self.sources.append(item.source)
            self.problems.setdefault(item.problem.problem_id, item.problem)
        if item.solution is not None:
            self.characters += sum(len(step.text) for step in item.solution.steps)
            if not held:
                self.solutions[item.solution.solution_id] = item.solution
            if keep:
                self.occurrences.append(item)

    @property
    def is_full(self) -> bool:
        """Whether it should be committed before more is taken in."""
        rows = max(len(self.sources), len(self.occurrences)) + len(self.rejected)
        return rows >= self.most_rows or self.characters >= SEGMENT_CHARACTERS


class Ingest:
    """Takes inputs into one run. Not frozen: it knows which ids the run holds."""

    def __init__(
        self,
        run: RunFolder,
        seen: SeenIds,
        *,
        options: ReadOptions,
        strict: bool,
        progress: Progress,
        reader: Reader | None,
        shard_size: int,
    ) -> None:
        """Prepare to ingest; see `ingest`."""
        self._run = run
        self._seen = seen
        self._options = options
        self._mapping = mapping_of(options)
        self._strict = strict
        self._progress = progress
        self._reader = reader
        self._segment_rows = SHARDS_PER_SEGMENT * shard_size
        self._rows = 0
        self._new = 0
        self._rejected: Counter[RejectReason] = Counter()

    def file(self, file: InputFile, far: HowFar, *, held: int, limit: int | None) -> None:
        """Take in one file.

        Args:
            file: The file.
            far: Where to go on.
            held: Last row that the run holds: of rows up to it only the evidence is new.
            limit: Solutions and problems to take in at most, those before included; None: all.
        """
        segment = _Segment(most_rows=self._segment_rows)
        last, taken = far.rows, far.taken
        complete = True
        for item in read_file(file, options=replace(self._options, skip_rows=far.rows)):
            row = item.row if isinstance(item, Rejection) else item.source.row
            if row != last:
                # A row may hold several solutions; segments and limits end between rows.
                if limit is not None and taken >= limit:
                    complete = False
                    break
                if segment.is_full:
                    self._commit(
                        file, segment, HowFar(rows=last, taken=taken, mapping=self._mapping)
                    )
                    segment = _Segment(most_rows=self._segment_rows)
                last = row
            segment.add(item, held=row <= held, keep=self._reader is not None)
            if isinstance(item, Rejection):
                self._reject(item)
            else:
                taken += 1
            self._progress.advance(1)
        self._rows += taken - far.taken
        self._commit(
            file, segment, HowFar(rows=last, taken=taken, complete=complete, mapping=self._mapping)
        )

    def report(self) -> IngestReport:
        """Return what was done so far."""
        return IngestReport(rows=self._rows, new_solutions=self._new, rejected=dict(self._rejected))

    def _reject(self, rejection: Rejection) -> None:
        line = describe_rejection(rejection)
        if self._strict:
            raise InputError(f"{line} (--strict stops at the first bad row)")
        self._rejected[rejection.reason] += 1
        self._progress.note(f"rejected {line}")

    def _commit(self, file: InputFile, segment: _Segment, far: HowFar) -> None:
        known = self._seen.counts([*segment.problems, *segment.solutions])
        solutions = [s for key, s in segment.solutions.items() if key not in known]
        evidence, numbered = self._evidence(segment)
        rows: dict[str, Sequence[object]] = {
            "problems": [p for key, p in segment.problems.items() if key not in known],
            "solutions": solutions,
            "steps": [step for solution in solutions for step in solution.steps],
            "sources": segment.sources,
            "rejected": segment.rejected,
            "evidence": evidence,
        }
        files = [
            write_rows(self._run.store, TABLES[name], records)
            for name, records in rows.items()
            if records
        ]
        name = ANYONE if self._reader is None else self._reader.gathering_id
        self._run.commit(files, note=progress_note(file, name, far))
        self._seen.add(segment.problems)
        self._seen.add(segment.solutions)
        self._seen.add(numbered)
        self._new += len(solutions)

    def _evidence(self, segment: _Segment) -> tuple[list[Evidence], list[str]]:
        """Return what the segment's rows say, and a key to remember for each row that says it."""
        evidence: list[Evidence] = []
        numbered: list[str] = []
        if self._reader is None:
            return evidence, numbered
        keys = [_LABELLED + (row.source.solution_id or "") for row in segment.occurrences]
        before = Counter(self._seen.counts(keys))
        for key, row in zip(keys, segment.occurrences, strict=True):
            said = self._reader.evidence_of(row, before[key])
            if said:
                evidence += said
                numbered.append(key)
                before[key] += 1
        return evidence, numbered


def ingest(
    run: RunFolder,
    files: Sequence[InputFile],
    *,
    options: ReadOptions,
    limit: int | None,
    strict: bool,
    progress: Progress,
    reader: Reader | None = None,
    shard_size: int = SHARD_SOLUTIONS,
) -> IngestReport:
    """Take inputs into a run, those parts that it does not hold yet.

    Args:
        run: The run, locked by the caller.
        files: Files, see `annotate.inputs.describe_input`.
        options: How rows are read.
        limit: Solutions and problems of each input to take in at most, over all calls.
        strict: Whether the first bad row is an error.
        progress: Told of each row.
        reader: Who wants the evidence that rows carry; None ignores the labels in them.
        shard_size: A quarter of the rows that are committed together, >= 1.

    Raises:
        InputError: If an input cannot be read, or a row is bad and `strict` is set.
        StoreError: If an input has changed since the run read it, or the run cannot be written.
    """
    read = read_progress(run)
    read.refuse_changed(files, mapping_of(options), run=run.store.location)
    progress.start("reading", total=None, unit="rows")
    with _remembered(run, reader) as seen:
        job = Ingest(
            run,
            seen,
            options=options,
            strict=strict,
            progress=progress,
            reader=reader,
            shard_size=shard_size,
        )
        for file in files:
            far = read.of(file.input_id, ANYONE if reader is None else reader.gathering_id)
            if not far.complete and (limit is None or far.taken < limit):
                job.file(file, far, held=read.rows_held(file.input_id), limit=limit)
        return job.report()


def mapping_of(options: ReadOptions) -> tuple[str, ...]:
    """Return how fields are named, as `ours=theirs`."""
    return tuple(f"{ours}={theirs}" for ours, theirs in options.mapping)


def describe_rejection(rejection: Rejection) -> str:
    """Return one line: file, line, field, what was found."""
    place = f"{rejection.input_name}:{rejection.row}"
    field_name = f" {rejection.field}" if rejection.field else ""
    return f"{place}:{field_name} {rejection.reason.name}: {rejection.message}"


@contextmanager
def _remembered(run: RunFolder, reader: Reader | None) -> Iterator[SeenIds]:
    """Yield the ids that the run holds, and a key for each occurrence that the reader labelled."""
    labelled = f"""
        SELECT DISTINCT '{_LABELLED}' || solution_id, ordinal // 2 FROM stored.evidence
        WHERE gathering_id = $gathering_id AND solution_id IS NOT NULL
    """  # noqa: S608  # a constant of this file
    queries: dict[str, dict[str, str] | None] = {
        "SELECT problem_id FROM stored.problems": None,
        "SELECT solution_id FROM stored.solutions": None,
    }
    if reader is not None:
        queries[labelled] = {"gathering_id": reader.gathering_id}
    with seen_ids() as seen, connect(run) as con:
        for sql, parameters in queries.items():
            rows = con.execute(sql, parameters)
            while batch := rows.fetchmany(_BATCH):
                seen.add(row[0] for row in batch)
        yield seen
