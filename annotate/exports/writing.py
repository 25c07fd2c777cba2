"""Files of exported rows: streamed, and there as a whole or not at all.

A file is written under a temporary dotted name in its folder and renamed when complete: a kill
leaves at most that file. `-` is standard output.
"""

import contextlib
import gzip
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from annotate.exports.format import (
    FORMATS,
    Exported,
    ExportOptions,
    Format,
    Skipped,
    SkipReason,
)
from annotate.exports.row import ExportRow
from schemas import ExportError, Json

STDOUT = "-"
"""Stands for standard output."""

_ROW_GROUP = 2048
"""Rows held until they are written: a row group of a Parquet file."""

_ASSUME = (
    "With --assume-correct-before-error undecided steps before a located first error, or where "
    "none was found, are written as right."
)
_READ = "docs/formats.md says what each format needs; jsonl leaves nothing out."
_REMEDIES = {
    SkipReason.NO_CONFIDENCE: "The rule gives no confidence: leave --at out, or name a --rule that "
    "gives one, as posterior does (`waymark relabel` adds its labels).",
    SkipReason.BELOW_CONFIDENCE: "Lower --at: `waymark threshold` finds a confidence that enough "
    "decisions reach.",
    SkipReason.UNDECIDED: "No first error is decided: name another --rule, or gather more; "
    "`waymark relabel` tells why.",
    SkipReason.NOT_LABELLED: "The labelling says nothing of these solutions: name another --rule.",
    SkipReason.LOCAL_SEMANTICS: "With --convert-local the first wrong step is the first error.",
}
"""What to do where all rows are left out, by the most frequent reason."""

_OTHER_COMPRESSIONS = (".zst", ".bz2", ".xz")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What an export wrote."""

    out: str
    """The file, `-` for standard output."""
    written: int
    """Rows in the file."""
    skipped: Mapping[SkipReason, int]
    """Solutions left out, by reason."""


def export_rows(
    rows: Iterable[ExportRow | Skipped],
    name: str,
    out: str,
    *,
    options: ExportOptions | None = None,
) -> ExportResult:
    """Write rows in the format called `name`.

    Args:
        rows: From `read_rows`; consumed as they are written.
        name: Registered name of a format.
        out: Local file to make or replace (one that ends in `.gz` is compressed), or `-`.
        options: What the user allows the format to do; nothing if null.

    Raises:
        RegistryError: If there is no such format.
        ExportError: If the file cannot be written, or all solutions are left out.
    """
    chosen = FORMATS.get(name)()
    allowed = options or ExportOptions()
    would_help = False

    def made() -> Iterator[Exported]:
        nonlocal would_help
        for row in rows:
            done = row if isinstance(row, Skipped) else _made(chosen, row, allowed)
            if isinstance(done, Skipped) and isinstance(row, ExportRow) and not would_help:
                would_help = done.reason is SkipReason.UNDECIDED_STEP and not isinstance(
                    _made(chosen, row, replace(allowed, assume_correct_before_error=True)), Skipped
                )
            yield done

    def advice() -> str:
        return _ASSUME if would_help else ""

    return write_exported(made(), out, schema=chosen.schema, advice=advice)


def write_exported(
    rows: Iterable[Exported],
    out: str,
    *,
    schema: pa.Schema | None = None,
    advice: Callable[[], str] = lambda: "",
) -> ExportResult:
    """Write rows of a format, and count those that it leaves out.

    Args:
        rows: What the format makes, consumed as it is written.
        out: As `export_rows` takes it.
        schema: Of a Parquet file; null for JSON lines.
        advice: Called where all rows are left out: what would help, if that is known.

    Raises:
        ExportError: If the file cannot be written, or all rows are left out.
    """
    skipped: Counter[SkipReason] = Counter()
    written = 0

    def kept() -> Iterator[Mapping[str, Json]]:
        nonlocal written
        for made in rows:
            if isinstance(made, Skipped):
                skipped[made.reason] += 1
            else:
                written += 1
                yield made

    with _sink(out) as file:
        if schema is None:
            _write_lines(kept(), file, compressed=out.endswith(".gz"))
        else:
            _write_parquet(kept(), file, schema)
        ordered = {reason: skipped[reason] for reason in SkipReason if skipped[reason]}
        if ordered and not written:  # in the block: what the file held before is left as it was
            raise ExportError(_nothing_written(ordered, advice()))
    return ExportResult(out=out, written=written, skipped=ordered)


def _nothing_written(skipped: Mapping[SkipReason, int], advice: str) -> str:
    """Return why a file would be empty, and what to do."""
    told = ", ".join(f"{count:,} {reason.name}" for reason, count in skipped.items())
    # Solutions that other labellings drew are no fault of this one's: any other reason goes first.
    most = max(skipped, key=lambda reason: (reason is not SkipReason.NOT_LABELLED, skipped[reason]))
    return f"no row to write; left out: {told}. {advice or _REMEDIES.get(most, _READ)}"


def _made(chosen: Format, row: ExportRow, allowed: ExportOptions) -> Exported:
    return allowed.refuse(row) or chosen.convert(row, allowed)


def _write_lines(rows: Iterable[Mapping[str, Json]], file: BinaryIO, *, compressed: bool) -> None:
    encoder = msgspec.json.Encoder()
    # No time stamp: equal exports are equal files.
    target = gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") if compressed else None
    with target or contextlib.nullcontext(file) as lines:
        for row in rows:
            lines.write(encoder.encode(row) + b"\n")


def _write_parquet(rows: Iterator[Mapping[str, Json]], file: BinaryIO, schema: pa.Schema) -> None:
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _ROW_GROUP)):
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema))


@contextlib.contextmanager
def _sink(out: str) -> Iterator[BinaryIO]:
    """Open what `out` names; a file takes its name only when the block ends without an error."""
    if out == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    if path.suffix in _OTHER_COMPRESSIONS or "://" in out:
        raise ExportError(
            f"out={out!r} cannot be written: give a local file (.gz compresses JSON lines), or - "
            "for standard output."
        )
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise ExportError(
            f"out={out!r} cannot be written ({error.strerror or error}): free space or name "
            "another file; what was there before is unchanged."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
