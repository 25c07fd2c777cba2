"""Rows of Parquet and Arrow files, streamed a few hundred at a time."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from annotate.inputs.fault import Fault
from annotate.inputs.fields import Row
from annotate.inputs.json_lines import too_large
from annotate.inputs.raw import RawRow
from schemas import RejectReason

_BATCH_ROWS = 256
_ARROW_FILE = b"ARROW1"


def parquet(stream: BinaryIO, max_row_bytes: int) -> Iterator[RawRow]:
    """Yield the rows of a Parquet file in order.

    Raises:
        OSError, pyarrow.ArrowInvalid: If the file is damaged; the rows before are given.
    """
    file = pq.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 20)
    return _rows(file.iter_batches(batch_size=_BATCH_ROWS), max_row_bytes)


def arrow(stream: BinaryIO, max_row_bytes: int) -> Iterator[RawRow]:
    """Yield the rows of an Arrow IPC stream (as `datasets` saves them) or file in order.

    Raises:
        OSError, pyarrow.ArrowInvalid: If the file is damaged; the rows before are given.
    """
    start = stream.read(len(_ARROW_FILE))
    stream.seek(0)
    if start == _ARROW_FILE:
        file = pa.ipc.open_file(stream)
        batches = (file.get_batch(index) for index in range(file.num_record_batches))
        return _rows(batches, max_row_bytes)
    return _rows(pa.ipc.open_stream(stream), max_row_bytes)


def _rows(batches: Iterator[pa.RecordBatch], max_row_bytes: int) -> Iterator[RawRow]:
    number = 0
    for batch in batches:
        for start in range(0, batch.num_rows, _BATCH_ROWS):
            for held in _decoded(batch.slice(start, _BATCH_ROWS), max_row_bytes):
                number += 1
                yield RawRow(number=number, held=held, raw={} if isinstance(held, Fault) else held)


def _decoded(batch: pa.RecordBatch, max_row_bytes: int) -> Iterator[Row | Fault]:
    """Yield the rows of a small batch; one by one where a row may be too large or no text."""
    if batch.nbytes <= max_row_bytes:
        try:
            yield from batch.to_pylist()
        except UnicodeDecodeError:
            pass
        else:
            return
    for index in range(batch.num_rows):
        yield _decoded_alone(batch.slice(index, 1), max_row_bytes)


def _decoded_alone(batch: pa.RecordBatch, max_row_bytes: int) -> Row | Fault:
    if batch.nbytes > max_row_bytes:
        return too_large(batch.nbytes, max_row_bytes)
    try:
        row: Row = batch.to_pylist()[0]
    except UnicodeDecodeError as error:
        return Fault(
            reason=RejectReason.INVALID_UTF8,
            message=f"a text of the row is not UTF-8: byte {error.start}, {error.reason}.",
        )
    return row
