"""Files of exported rows: streamed, and there as a whole or not at all.

A file is written under a temporary dotted name in its folder and renamed when complete: a kill
leaves at most that file. `-` is standard output.
"""

import contextlib
import gzip
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
        ExportError: If the file cannot be written.
    """
    chosen = FORMATS.get(name)()
    allowed = options or ExportOptions()
    made = (row if isinstance(row, Skipped) else _made(chosen, row, allowed) for row in rows)
    return write_exported(made, out, schema=chosen.schema)


def write_exported(
    rows: Iterable[Exported], out: str, *, schema: pa.Schema | None = None
) -> ExportResult:
    """Write rows of a format, and count those that it leaves out.

    Args:
        rows: What the format makes, consumed as it is written.
        out: As `export_rows` takes it.
        schema: Of a Parquet file; null for JSON lines.

    Raises:
        ExportError: If the file cannot be written.
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
    return ExportResult(out=out, written=written, skipped=ordered)


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
