"""Schema versions: each version's tables become the next one's by a pure function.

A file says in its commit under which version it was written. Older ones are upcast when read;
a newer one is refused.
"""

from collections.abc import Callable, Mapping

import pyarrow as pa

from schemas.errors import StoreError

SCHEMA_VERSION = 1
"""Version under which tables are written."""

Upcast = Callable[[pa.Table], pa.Table]

UPCASTS: Mapping[tuple[str, int], Upcast] = {}
"""(table, version) -> what turns that version into the next. Absent: nothing changed."""


def upcast(table: str, version: int, data: pa.Table) -> pa.Table:
    """Return `data`, written under `version`, as the current version of `table`.

    Raises:
        StoreError: If `version` is newer than this Waymark.
    """
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{table} was written under schema version {version}, newer than {SCHEMA_VERSION}: "
            "upgrade Waymark to read this run."
        )
    for step in range(version, SCHEMA_VERSION):
        change = UPCASTS.get((table, step))
        data = data if change is None else change(data)
    return data
