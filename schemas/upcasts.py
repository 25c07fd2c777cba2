"""Schema versions: each version's tables become the next one's by a pure function.

A file says in its commit under which version it was written. Older ones are upcast when read;
a newer one is refused.
"""

from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import StoreError

SCHEMA_VERSION = 4
"""Version under which tables are written."""

Upcast = Callable[[pa.Table], pa.Table]


def _checker_version_apart(data: pa.Table) -> pa.Table:
    """Version 1 wrote `answers 1` for the checker `answers` of version `1`."""
    parts = pc.split_pattern(data["checker"], " ", max_splits=1, reverse=True)
    name, version = (pc.list_element(parts, index) for index in (0, 1))
    at = data.schema.get_field_index("checker")
    return data.set_column(at, "checker", name).add_column(at + 1, "checker_version", version)


def _from_files_only(data: pa.Table) -> pa.Table:
    """Version 2 had no samples: every source was a row of a file."""
    return data.append_column("gathering_id", pa.nulls(len(data), pa.string()))


def _visibility_not_said(data: pa.Table) -> pa.Table:
    """Version 3 did not say what could have been seen, nor which errors were taken back."""
    none = pa.array([[]] * len(data), data.schema.field("posterior").type)
    return data.append_column("uncorrected", none).append_column(
        "visibility", pa.nulls(len(data), data.schema.field("verdict").type)
    )


# Rollouts were declared in version 2 and never written: nothing to upcast there.
UPCASTS: Mapping[tuple[str, int], Upcast] = {
    ("grades", 1): _checker_version_apart,
    ("sources", 2): _from_files_only,
    ("first_errors", 3): _visibility_not_said,
}
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
