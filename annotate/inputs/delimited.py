"""Rows of CSV and TSV files: cells by the names in the header. One row in memory at a time."""

import codecs
import csv
import io
from collections.abc import Iterator

from annotate.inputs.fault import Fault
from annotate.inputs.fields import Row
from annotate.inputs.json_lines import too_large
from annotate.inputs.raw import RawRow
from schemas import RejectReason

_DISCARD = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _TooLongError(Exception):
    """A row grew over the bound."""


class _Lines:
    """Lines of a text file, bounded per row. Mutable: counts what the row in hand has used."""

    def __init__(self, stream: io.BufferedIOBase, bound: int) -> None:
        self._stream = stream
        self._bound = bound
        self._used = 0
        self._quotes = 0
        self.number = 0
        self.first = b""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._bound - self._used + 1)
        if not line:
            raise StopIteration
        if self._used == 0:
            self.first = line[:4096]
        self._used += len(line)
        self._quotes += line.count(b'"')
        if self._used > self._bound:
            self._discard(line)
            raise _TooLongError
        self.number += 1
        return line.decode(errors="surrogateescape")

    def begin_row(self) -> None:
        """Start to count anew."""
        self._used = self._quotes = 0

    @property
    def used(self) -> int:
        """Bytes of the row in hand."""
        return self._used

    def _discard(self, line: bytes) -> None:
        """Read on to the end of the row: a line end outside quotes."""
        while line and not (line.endswith(b"\n") and self._quotes % 2 == 0):
            line = self._stream.readline(_DISCARD)
            self._used += len(line)
            self._quotes += line.count(b'"')
            self.number += line.endswith(b"\n")


def delimited(stream: io.BufferedIOBase, max_row_bytes: int) -> Iterator[RawRow]:
    """Yield the rows of a CSV or TSV file with a header, blank lines included.

    Raises:
        csv.Error: If the header cannot be read.
    """
    start = stream.readline(max_row_bytes + 1).removeprefix(b"\xef\xbb\xbf")
    if start.startswith(_UTF16):
        raise csv.Error("it is UTF-16; save it as UTF-8")
    lines = _Lines(stream, max_row_bytes)
    # The module keeps one limit for all readers; rows are bounded by `_Lines`.
    csv.field_size_limit(max(csv.field_size_limit(), max_row_bytes + 1))
    delimiter = _delimiter(start)
    names = next(csv.reader([start.decode(errors="replace")], delimiter=delimiter), [])
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        lines.begin_row()
        line = lines.number + 2
        held: Row | Fault | None
        try:
            cells = next(reader)
            held = _row(names, cells)
        except StopIteration:
            return
        except (_TooLongError, csv.Error) as error:
            held = _unread(error, lines.used, max_row_bytes)
            reader = csv.reader(lines, delimiter=delimiter)
        number += 1
        yield RawRow(number=number, line=line, held=held, raw=lines.first)


def _delimiter(header: bytes) -> str:
    counts = {mark: header.count(mark.encode()) for mark in (",", "\t", ";")}
    return max(counts, key=lambda mark: counts[mark])


def _unread(error: Exception, length: int, bound: int) -> Fault:
    if isinstance(error, _TooLongError):
        return too_large(length, bound)
    return Fault(
        reason=RejectReason.WRONG_TYPE,
        message=f"the row is no CSV: {str(error).partition(' - ')[0]}.",
    )


def _row(names: list[str], cells: list[str]) -> Row | Fault | None:
    if not cells:
        return None
    if len(cells) != len(names):
        return Fault(
            reason=RejectReason.WRONG_TYPE,
            message=f"the row has {len(cells)} cells, the header names {len(names)}: "
            "quote texts that hold the delimiter or a line break.",
        )
    broken = next((n for n, cell in zip(names, cells, strict=True) if _is_broken(cell)), None)
    if broken is not None:
        return Fault(
            reason=RejectReason.INVALID_UTF8,
            message=f"{broken} holds bytes that are not UTF-8.",
            field=broken,
        )
    return dict(zip(names, cells, strict=True))


def _is_broken(cell: str) -> bool:
    if cell.isascii():
        return False
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False
