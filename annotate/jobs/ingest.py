"""Ingest: input rows into a run, each once, with every row accounted for.

Rows are committed in segments together with how far each input was read, so a kill costs at most
the segment in hand, and a rerun goes on behind the last one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from annotate.cases import SHARD_SOLUTIONS
from annotate.inputs import InputFile, ParsedRow, ReadOptions, read_file
from annotate.jobs.progress import Progress
from annotate.jobs.seen_ids import SeenIds, seen_ids
from annotate.storage import RunFolder, connect, write_rows
from schemas import (
    TABLES,
    Evidence,
    InputError,
    Json,
    Problem,
    Rejection,
    RejectReason,
    Solution,
    Source,
    StoreError,
)

SHARDS_PER_SEGMENT = 4
"""Rows that are committed together, in shards: reading is some ten times faster than checking."""

SEGMENT_CHARACTERS = 32_000_000
"""Text that is committed together at most."""

EvidenceOf = Callable[[ParsedRow, int], Sequence[Evidence]]
"""What a row itself says: (row, 0-based occurrence of its solution) -> evidence."""


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

    def add(self, item: ParsedRow | Rejection, *, keep: bool) -> None:
        """Take a row in; `keep` holds on to it until its evidence can be numbered."""
        if isinstance(item, Rejection):
            self.rejected.append(item)
            return
        self.sources.append(item.source)
        self.problems[item.problem.problem_id] = item.problem
        if item.solution is not None:
            self.solutions[item.solution.solution_id] = item.solution
            self.characters += sum(len(step.text) for step in item.solution.steps)
            if keep:
                self.occurrences.append(item)

    @property
    def is_full(self) -> bool:
        """Whether it should be committed before more is taken in."""
        rows = len(self.sources) + len(self.rejected)
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
        evidence_of: EvidenceOf | None,
        shard_size: int,
    ) -> None:
        """Prepare to ingest; see `ingest`."""
        self._run = run
        self._seen = seen
        self._options = options
        self._strict = strict
        self._progress = progress
        self._evidence_of = evidence_of
        self._segment_rows = SHARDS_PER_SEGMENT * shard_size
        self._rows = 0
        self._new = 0
        self._rejected: Counter[RejectReason] = Counter()

    def file(self, file: InputFile, *, after: int, limit: int | None) -> None:
        """Take in one file.

        Args:
            file: The file.
            after: Rows of it that the run holds already.
            limit: Solutions and problems to take in at most, repeats included; None: all.
        """
        segment = _Segment(most_rows=self._segment_rows)
        last = after
        taken = 0
        stopped = False
        for item in read_file(file, options=replace(self._options, skip_rows=after)):
            row = item.row if isinstance(item, Rejection) else item.source.row
            if row != last:
                # A row may hold several solutions; segments and limits end between rows.
                if limit is not None and taken >= limit:
                    stopped = True
                    break
                if segment.is_full:
                    self._commit(file, segment, last, complete=False)
                    segment = _Segment(most_rows=self._segment_rows)
                last = row
            segment.add(item, keep=self._evidence_of is not None)
            if isinstance(item, Rejection):
                self._reject(item)
            else:
                taken += 1
            self._progress.advance(1)
        self._commit(file, segment, last, complete=not stopped)

    def report(self) -> IngestReport:
        """Return what was done so far."""
        return IngestReport(rows=self._rows, new_solutions=self._new, rejected=dict(self._rejected))

    def _reject(self, rejection: Rejection) -> None:
        line = describe_rejection(rejection)
        if self._strict:
            raise InputError(f"{line} (--strict stops at the first bad row)")
        self._rejected[rejection.reason] += 1
        self._progress.note(f"rejected {line}")

    def _commit(self, file: InputFile, segment: _Segment, last: int, *, complete: bool) -> None:
        known = self._seen.counts([*segment.problems, *segment.solutions])
        solutions = [s for key, s in segment.solutions.items() if key not in known]
        rows: dict[str, Sequence[object]] = {
            "problems": [p for key, p in segment.problems.items() if key not in known],
            "solutions": solutions,
            "steps": [step for solution in solutions for step in solution.steps],
            "sources": segment.sources,
            "rejected": segment.rejected,
            "evidence": list(self._evidence(segment, known)),
        }
        files = [
            write_rows(self._run.store, TABLES[name], records)
            for name, records in rows.items()
            if records
        ]
        progress: Json = {
            "name": file.name,
            "uri": file.uri,
            "rows": last,
            "complete": complete,
        }
        self._run.commit(files, note={"activity": "ingest", "inputs": {file.input_id: progress}})
        self._seen.add(segment.problems)
        self._seen.add(s.solution_id for s in segment.sources if s.solution_id is not None)
        self._rows += len(segment.sources)
        self._new += len(solutions)

    def _evidence(self, segment: _Segment, known: Mapping[str, int]) -> Iterator[Evidence]:
        if self._evidence_of is None:
            return
        met: Counter[str] = Counter()
        for row in segment.occurrences:
            key = row.source.solution_id or ""
            yield from self._evidence_of(row, known.get(key, 0) + met[key])
            met[key] += 1


def ingest(
    run: RunFolder,
    files: Sequence[InputFile],
    *,
    options: ReadOptions,
    limit: int | None,
    strict: bool,
    progress: Progress,
    evidence_of: EvidenceOf | None = None,
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
        evidence_of: What rows say of themselves; None ignores the labels in them.
        shard_size: A quarter of the rows that are committed together, >= 1.

    Raises:
        InputError: If an input cannot be read, or a row is bad and `strict` is set.
        StoreError: If an input has changed since the run read it, or the run cannot be written.
    """
    read = inputs_read(run)
    for file in files:
        _refuse_changed(run, file, read)
    progress.start("reading", total=None, unit="rows")
    with _remembered(run) as seen:
        job = Ingest(
            run,
            seen,
            options=options,
            strict=strict,
            progress=progress,
            evidence_of=evidence_of,
            shard_size=shard_size,
        )
        for file in files:
            held = read.get(file.input_id, {})
            if held.get("complete"):
                continue
            after = int(str(held.get("rows", 0)))
            left = None if limit is None else limit - _held(run, file.input_id)
            if left is None or left > 0:
                job.file(file, after=after, limit=left)
        return job.report()


def inputs_read(run: RunFolder) -> dict[str, Mapping[str, object]]:
    """Return how far each input was read: input id -> name, uri, rows, complete."""
    read: dict[str, Mapping[str, object]] = {}
    for note in run.state().notes:
        inputs = note.get("inputs")
        if isinstance(inputs, Mapping):
            read.update(inputs)
    return read


def describe_rejection(rejection: Rejection) -> str:
    """Return one line: file, line, field, what was found."""
    place = f"{rejection.input_name}:{rejection.row}"
    field_name = f" {rejection.field}" if rejection.field else ""
    return f"{place}:{field_name} {rejection.reason.name}: {rejection.message}"


def _refuse_changed(
    run: RunFolder, file: InputFile, read: Mapping[str, Mapping[str, object]]
) -> None:
    for input_id, held in read.items():
        if held.get("uri") == file.uri and input_id != file.input_id:
            raise StoreError(
                f"{file.uri!r} has changed since {run.store.location!r} read it: inputs may be "
                "added to a run, never changed. Use another --out, or restore the file."
            )


@contextmanager
def _remembered(run: RunFolder) -> Iterator[SeenIds]:
    """Yield the ids that the run holds, problems once and solutions once for each occurrence."""
    with seen_ids() as seen, connect(run) as con:
        for query in (
            "SELECT problem_id FROM stored.problems",
            "SELECT solution_id FROM stored.sources WHERE solution_id IS NOT NULL",
        ):
            rows = con.execute(query)
            while batch := rows.fetchmany(10_000):
                seen.add(row[0] for row in batch)
        yield seen


def _held(run: RunFolder, input_id: str) -> int:
    with connect(run) as con:
        row = con.execute(
            "SELECT count(*) FROM stored.sources WHERE input_id = $1", [input_id]
        ).fetchone()
    return int(row[0]) if row else 0
