"""Read inputs: from a path or URL to a stream of parsed rows and rejections, in flat memory.

A bad row becomes a Rejection here and nowhere else; a file that cannot be read at all raises
InputError. Rows come in order of file and row; (input_id, row, part) is unique in a file.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from annotate.inputs.build import build_problem, build_solutions
from annotate.inputs.columnar import arrow, parquet
from annotate.inputs.compression import DAMAGED, decompressed
from annotate.inputs.delimited import delimited
from annotate.inputs.draft import Chain, Draft
from annotate.inputs.fault import BadRowError, Fault
from annotate.inputs.fields import Fields
from annotate.inputs.files import Container, InputFile, describe_input, open_bytes
from annotate.inputs.formats import parse_row
from annotate.inputs.identity import IdMemory
from annotate.inputs.json_document import json_document
from annotate.inputs.json_lines import json_lines
from annotate.inputs.options import ReadOptions
from annotate.inputs.raw import RawRow, excerpt
from annotate.inputs.row import GivenLabels, ParsedRow
from schemas import InputError, Problem, Rejection, RejectReason, Solution, Source

_TELL_EVERY = 256
"""Rows between two tellings of progress."""

Reader = Callable[[BinaryIO, int], Iterator[RawRow]]


def _decompressing(reader: Callable[[io.BufferedIOBase, int], Iterator[RawRow]]) -> Reader:
    def rows(stream: BinaryIO, bound: int) -> Iterator[RawRow]:
        with decompressed(stream) as plain:
            yield from reader(plain, bound)

    return rows


_READERS: Mapping[Container, Reader] = {
    Container.JSON_LINES: _decompressing(json_lines),
    Container.JSON: _decompressing(json_document),
    Container.CSV: _decompressing(delimited),
    Container.PARQUET: parquet,
    Container.ARROW: arrow,
}


def read_rows(
    where: str,
    *,
    options: ReadOptions | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[ParsedRow | Rejection]:
    """Yield every solution (or bare problem) of an input, and every row set aside.

    Args:
        where: Path, URL, glob or dataset folder, see `describe_input`.
        options: How to read; the default recognises the format of each row by itself.
        on_progress: Told now and then which share of the input is read, in [0, 1], ascending.

    Raises:
        InputError: If the input cannot be reached, or a file of it cannot be read at all.
    """
    chosen = ReadOptions() if options is None else options
    files = describe_input(where)
    total = sum(file.n_bytes for file in files) or 1
    skipped = done = 0
    for file in files:
        weigh = _weighed(on_progress, done / total, file.n_bytes / total)
        reading = _Reading(file, chosen, skip=max(0, chosen.skip_rows - skipped), tell=weigh)
        yield from reading
        skipped += reading.n_rows
        done += file.n_bytes


def read_file(
    file: InputFile,
    *,
    options: ReadOptions | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[ParsedRow | Rejection]:
    """Yield the rows of one file of an input; `options.skip_rows` and progress count within it.

    Raises:
        InputError: If the file cannot be read at all.
    """
    chosen = ReadOptions() if options is None else options
    yield from _Reading(file, chosen, skip=chosen.skip_rows, tell=on_progress)


def _weighed(
    tell: Callable[[float], None] | None, before: float, weight: float
) -> Callable[[float], None] | None:
    return None if tell is None else lambda share: tell(min(1.0, before + weight * share))


class _Reading:
    """One pass over one file. Mutable: counts rows."""

    def __init__(
        self,
        file: InputFile,
        options: ReadOptions,
        *,
        skip: int,
        tell: Callable[[float], None] | None,
    ) -> None:
        self._file = file
        self._options = options
        self._mapping = options.fields
        self._skip = skip
        self._tell = tell
        self.n_rows = 0

    def __iter__(self) -> Iterator[ParsedRow | Rejection]:
        with open_bytes(self._file) as stream, IdMemory() as ids:
            for raw in self._raw_rows(stream):
                self.n_rows = raw.number
                if self._tell is not None and raw.number % _TELL_EVERY == 0:
                    self._tell(self._share(stream))
                yield from self._parsed(raw, ids)
        if self._tell is not None:
            self._tell(1.0)

    def _share(self, stream: BinaryIO) -> float:
        if self._file.n_rows:
            return self.n_rows / self._file.n_rows
        return stream.tell() / max(1, self._file.n_bytes)

    def _raw_rows(self, stream: BinaryIO) -> Iterator[RawRow]:
        try:
            yield from _READERS[self._file.container](stream, self._options.max_row_bytes)
        except DAMAGED as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            if self.n_rows == 0:
                raise InputError(
                    f"{self._file.uri!r} is no readable {self._file.container.value} file: "
                    f"{words}. "
                    "Check that it is complete and named by its kind."
                ) from error
            fault = Fault(
                reason=RejectReason.UNREADABLE,
                message=f"the file is damaged or ends early after row {self.n_rows}: {words}.",
            )
            yield RawRow(number=self.n_rows + 1, held=fault, raw=b"")

    def _parsed(self, raw: RawRow, ids: IdMemory) -> Iterator[ParsedRow | Rejection]:
        shown = raw.number > self._skip
        if raw.held is None:
            return
        if isinstance(raw.held, Fault):
            if shown:
                yield self._rejection(raw, 0, raw.held)
            return
        try:
            draft = parse_row(Fields(raw.held, self._mapping))
            ids.check(draft, raw.number)
        except BadRowError as error:
            if shown:
                yield self._rejection(raw, 0, error.fault)
            return
        if shown:
            yield from self._solutions(raw, draft)

    def _solutions(self, raw: RawRow, draft: Draft) -> Iterator[ParsedRow | Rejection]:
        problem = build_problem(draft)
        if not draft.chains or self._options.problems_only:
            source = self._source(raw, 0, draft, problem)
            yield ParsedRow(problem=problem, solution=None, source=source, given=GivenLabels())
            return
        built = build_solutions(draft, problem, self._options.segmentation)
        for part, (chain, result) in enumerate(built):
            if isinstance(result, Fault):
                yield self._rejection(raw, part, result)
                continue
            solution, given = result
            source = self._source(raw, part, draft, problem, chain, solution)
            yield ParsedRow(problem=problem, solution=solution, source=source, given=given)

    def _source(
        self,
        raw: RawRow,
        part: int,
        draft: Draft,
        problem: Problem,
        chain: Chain | None = None,
        solution: Solution | None = None,
    ) -> Source:
        return Source(
            input_id=self._file.input_id,
            row=raw.number,
            part=part,
            input_name=self._file.name,
            source_id=draft.row_id if draft.row_id is not None else draft.problem_id,
            problem_id=problem.problem_id,
            solution_id=None if solution is None else solution.solution_id,
            generator=None if chain is None else chain.generator,
            meta=draft.meta,
        )

    def _rejection(self, raw: RawRow, part: int, fault: Fault) -> Rejection:
        return Rejection(
            input_id=self._file.input_id,
            row=raw.number,
            part=part,
            input_name=self._file.name,
            field=fault.field,
            reason=fault.reason,
            message=fault.message if raw.line is None else f"line {raw.line}: {fault.message}",
            excerpt=excerpt(raw.raw),
        )
