"""Rows of a JSON document. A top-level list is streamed; an object that holds one is read whole."""

import io
import re
from collections.abc import Iterator, Mapping

import msgspec

from annotate.inputs.json_lines import decode_row, json_lines, too_large
from annotate.inputs.raw import RawRow

_CHUNK = 1 << 18
_LARGEST_OBJECT = 1 << 30
_STRUCTURE = re.compile(rb'["\[\]{},]')
_STRING_END = re.compile(rb'["\\]')
_NESTING = {b"[": 1, b"{": 1, b"]": -1, b"}": -1, b",": 0}
_ENDS = (b",", b"]")
_HOLDERS = ("data", "rows", "examples", "instances", "items", "train", "validation", "test")


def json_document(stream: io.BufferedIOBase, max_row_bytes: int) -> Iterator[RawRow]:
    """Yield the rows of a JSON file: a list of objects, an object with one, or lines after all.

    Raises:
        OSError: If an object is too large to be read whole.
        EOFError: If a list ends early; the elements before it are given.
    """
    head = _next_line(stream, max_row_bytes).removeprefix(b"\xef\xbb\xbf")
    head = head if head.strip() else _next_line(stream, max_row_bytes)
    if head.lstrip().startswith(b"["):
        return _elements(head.lstrip()[1:], stream, max_row_bytes)
    following = _next_line(stream, max_row_bytes) if head.endswith(b"\n") else b""
    if following.strip() and isinstance(decode_row(head), Mapping):
        return json_lines(io.BufferedReader(_Rejoined(head + following, stream)), max_row_bytes)
    rest = stream.read(_LARGEST_OBJECT)
    if len(rest) == _LARGEST_OBJECT:
        raise OSError("an object over 1 GiB cannot be streamed: convert it to JSON lines")
    return _object_rows(head + following + rest)


def _next_line(stream: io.BufferedIOBase, bound: int) -> bytes:
    """Return the next line that is not blank, cut at the bound; empty at the end."""
    while line := stream.readline(bound + 1):
        if line.strip():
            break
    return line


class _Rejoined(io.RawIOBase):
    """A stream with what was read of it put back in front. Mutable: a position."""

    def __init__(self, head: bytes, stream: io.BufferedIOBase) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # WriteableBuffer is private
        chunk = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _elements(head: bytes, stream: io.BufferedIOBase, max_row_bytes: int) -> Iterator[RawRow]:
    """Yield the elements of a list whose opening bracket is read."""
    elements = _Elements(max_row_bytes)
    number = 0
    chunk = head
    while chunk and not elements.closed:
        for raw, length in elements.feed(chunk):
            if not raw.strip():
                continue
            number += 1
            large = length > max_row_bytes
            held = too_large(length, max_row_bytes) if large else decode_row(raw.strip())
            yield RawRow(number=number, held=held, raw=raw.strip())
        chunk = stream.read(_CHUNK)
    if not elements.closed:
        raise EOFError("the list ends without its closing bracket")


class _Elements:
    """Splits the inside of a JSON list into its elements. Mutable: remembers where it stands.

    Keeps of an element at most the bound and one chunk.
    """

    def __init__(self, bound: int) -> None:
        self.closed = False
        self._bound = bound
        self._depth = 0
        self._in_text = False
        self._skip = 0
        self._kept = bytearray()
        self._length = 0

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the elements that end in `chunk`, with their full length in bytes."""
        start, position = 0, self._skip
        while match := (_STRING_END if self._in_text else _STRUCTURE).search(chunk, position):
            mark, position = match[0], match.end()
            if mark == b"\\":
                position += 1
            elif mark == b'"':
                self._in_text = not self._in_text
            elif self._depth == 0 and mark in _ENDS:
                self._keep(chunk[start : position - 1])
                yield bytes(self._kept), self._length
                self._kept.clear()
                start, self._length = position, 0
                self.closed = mark == b"]"
                if self.closed:
                    return
            else:
                self._depth = max(0, self._depth + _NESTING[mark])
        self._skip = max(0, position - len(chunk))
        self._keep(chunk[start:])

    def _keep(self, part: bytes) -> None:
        self._length += len(part)
        if len(self._kept) <= self._bound:
            self._kept += part


def _object_rows(document: bytes) -> Iterator[RawRow]:
    """Yield the rows of an object: its list of objects, its columns, or itself as the one row."""
    value = decode_row(document) if document.strip() else None
    if not isinstance(value, Mapping):
        yield RawRow(number=1, held=value, raw=document[:4096])
        return
    rows = _held_rows(value)
    for number, row in enumerate(rows, start=1):
        held = row if isinstance(row, Mapping) else decode_row(msgspec.json.encode(row))
        yield RawRow(number=number, held=held, raw=row if isinstance(row, Mapping) else b"")


def _held_rows(value: Mapping[str, object]) -> list[object]:
    lists = {name: item for name, item in value.items() if isinstance(item, list) and item}
    of_objects = [name for name, item in lists.items() if isinstance(item[0], Mapping)]
    named = [name for name in _HOLDERS if name in of_objects]
    alone = len(of_objects) == 1 and not any(isinstance(v, str) for v in value.values())
    if named or alone:
        return lists[(named or of_objects)[0]]
    lengths = {len(item) for item in lists.values()}
    if len(lists) == len(value) > 1 and len(lengths) == 1:
        return [dict(zip(lists, cells, strict=True)) for cells in zip(*lists.values(), strict=True)]
    return [value]
