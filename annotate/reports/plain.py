"""Records as plain JSON values: enums by name, no NaN. Pure."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from enum import Enum

from schemas import Json


def plain(value: object) -> Json:
    """Return `value` as JSON values: records and mappings as objects, tuples as lists.

    Numbers that are not finite become null: JSON has none.

    Raises:
        TypeError: If it holds anything but records, mappings, sequences, enums and plain values.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    raise TypeError(f"{value!r} has no JSON form: use records, mappings, sequences and numbers.")


def _key(key: object) -> str:
    return key.name if isinstance(key, Enum) else str(key)
