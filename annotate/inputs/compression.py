"""Decompressed bytes of a file, told by its first bytes rather than by its name. Flat memory."""

import bz2
import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

import pyarrow as pa

DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError, pa.ArrowException, csv.Error)
"""What reading a truncated or corrupt file raises."""

_BUFFER = 1 << 18


class _ZstdStream(io.RawIOBase):
    """Bytes of a zstd stream. Mutable: a position."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = pa.input_stream(stream, compression="zstd")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # WriteableBuffer is private
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


_OPENERS: Mapping[bytes, Callable[[BinaryIO], io.BufferedIOBase]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream, mode="rb"),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": lambda stream: io.BufferedReader(_ZstdStream(stream), _BUFFER),
}
_LONGEST_MAGIC = 6


def decompressed(stream: BinaryIO) -> io.BufferedIOBase:
    """Return the bytes of `stream` without compression: gzip, bzip2, xz, zstd, or none."""
    start = stream.read(_LONGEST_MAGIC)
    stream.seek(0)
    for magic, opener in _OPENERS.items():
        if start.startswith(magic):
            return opener(stream)
    return io.BufferedReader(stream, _BUFFER)  # type: ignore[type-var]  # fsspec's files are raw enough
