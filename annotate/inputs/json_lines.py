"""Rows of JSON lines: bytes to objects, one line in memory at a time."""

import io
import json
from collections.abc import Iterator

import msgspec

from annotate.inputs.fault import Fault
from annotate.inputs.fields import Row
from annotate.inputs.raw import RawRow
from schemas import RejectReason

_BOM = b"\xef\xbb\xbf"
_DISCARD = 1 << 20


def decode_row(raw: bytes) -> Row | Fault:
    """Return one JSON object, or why the bytes are none."""
    try:
        value = msgspec.json.decode(raw)
    except UnicodeDecodeError:
        value = _not_text(raw)
    except RecursionError:
        value = Fault(reason=RejectReason.INVALID_JSON, message="the JSON is nested too deeply.")
    except msgspec.DecodeError as error:
        value = _second_try(raw, error)
    if isinstance(value, (dict, Fault)):
        return value
    return Fault(
        reason=RejectReason.NOT_AN_OBJECT,
        message=f"the row is JSON {_NAMES.get(type(value), 'null')}, expected an object {{..}}.",
    )


_NAMES = {list: "list", str: "text", int: "number", float: "number", bool: "truth value"}


def _second_try(raw: bytes, error: msgspec.DecodeError) -> object:
    """Return what Python's own decoder makes of what msgspec refuses: NaN, and lone surrogates."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _not_text(raw)
    try:
        value = json.loads(text, parse_constant=lambda _: None)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as surrogate:
        return Fault(
            reason=RejectReason.INVALID_UTF8,
            message=f"a text holds half of a character, {surrogate.object[surrogate.start]!r}: "
            "an escape of a lone surrogate.",
        )
    except (ValueError, RecursionError):
        return Fault(reason=RejectReason.INVALID_JSON, message=f"not JSON: {error}")
    return value


def _not_text(raw: bytes) -> Fault:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return Fault(
            reason=RejectReason.INVALID_UTF8,
            message=f"byte {error.start} of the row, {raw[error.start]:#04x}, is not UTF-8.",
        )
    return Fault(reason=RejectReason.INVALID_JSON, message="not JSON.")


def json_lines(stream: io.BufferedIOBase, max_row_bytes: int) -> Iterator[RawRow]:
    """Yield the lines of a file, blank ones included. Holds one line of at most the bound."""
    number = 0
    while line := stream.readline(max_row_bytes + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > max_row_bytes and not line.endswith(b"\n"):
            length = len(line) + _discard_line(stream)
            yield RawRow(number=number, held=too_large(length, max_row_bytes), raw=line[:4096])
            continue
        line = line.strip()
        yield RawRow(number=number, held=decode_row(line) if line else None, raw=line)


def too_large(length: int, bound: int) -> Fault:
    """Return the fault of a row over the bound, in bytes."""
    return Fault(
        reason=RejectReason.TOO_LARGE,
        message=f"the row has {length:,} bytes, more than {bound:,}.",
    )


def _discard_line(stream: io.BufferedIOBase) -> int:
    discarded = 0
    while rest := stream.readline(_DISCARD):
        ended = rest.endswith(b"\n")
        discarded += len(rest) - ended
        if ended:
            break
    return discarded
