"""RawRow: one row as its container gives it, decoded or at fault."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from annotate.inputs.fault import Fault
from annotate.inputs.fields import Row

EXCERPT_LENGTH = 500
"""Characters of a row that a rejection keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One physical row."""

    number: int
    """1-based line of JSON lines, else 1-based row; blank lines count."""
    line: int | None = None
    """1-based line at which the row begins, where that differs from its number."""
    held: Row | Fault | None
    """The row, why it cannot be one, or null for a blank line."""
    raw: bytes | Row
    """What was read, for an excerpt: at least its beginning."""


def excerpt(raw: bytes | Row) -> str:
    """Return a row's first characters, bytes that are no text escaped."""
    if isinstance(raw, Mapping):
        beginning = {name: _shortened(value) for name, value in list(raw.items())[:50]}
        raw = msgspec.json.encode(beginning, enc_hook=repr)
    return raw[: 4 * EXCERPT_LENGTH].decode(errors="backslashreplace")[:EXCERPT_LENGTH]


def _shortened(value: object) -> object:
    if isinstance(value, str):
        return value[:EXCERPT_LENGTH].encode(errors="backslashreplace").decode()
    if isinstance(value, (int, float, list, dict)) or value is None:
        return repr(value)[:EXCERPT_LENGTH] if isinstance(value, (list, dict)) else value
    return repr(value)[:EXCERPT_LENGTH]
