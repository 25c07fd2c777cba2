"""Writing rows: records or Arrow to one sorted, content-named Parquet file in a store.

Stateless, so it may run in any worker process. A file that is written again has the same name and
bytes; one that is never committed does no harm. A crash loses at most the file being written.
The file is built in memory: its rows are there already, and compressed they are far smaller.
"""

import hashlib
import io
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from annotate.storage.commits import FileEntry
from annotate.storage.stores import RunStore
from schemas import SCHEMA_VERSION, StoreError, Table, arrow_schema, to_arrow

TABLES_PREFIX = "tables/"
"""Prefix of the keys of Parquet files."""

VERSION_KEY = b"waymark.schema_version"
"""Name of the schema version in a file's Parquet metadata."""

ROW_GROUP = 16_384
"""Rows per row group: what a point lookup has to read."""

_NAME_DIGITS = 24
# 96 bits of the content's hash: enough for 10^9 files of a run, and the full hash is in the commit.


def write_rows(store: RunStore, table: Table, rows: Iterable[object] | pa.Table) -> FileEntry:
    """Store rows of one table as a Parquet file, sorted by the table's key, nulls last.

    Args:
        store: Where to.
        table: The table they belong to.
        rows: Records of `table.record`, or Arrow data of `arrow_schema(table)`, in any order.

    Returns:
        What a commit needs to add the file; until then no reader sees it.

    Raises:
        StoreError: If the data has other columns, the disk is full or the store refuses.
    """
    given = rows if isinstance(rows, pa.Table) else to_arrow(table, rows)
    content = encode_rows(table, given)
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{TABLES_PREFIX}{table.name}/{sha256[:_NAME_DIGITS]}.parquet"
    store.put_atomic(key, content)
    return FileEntry(
        table=table.name,
        key=key,
        sha256=sha256,
        rows=given.num_rows,
        bytes=len(content),
        schema_version=SCHEMA_VERSION,
    )


def encode_rows(table: Table, given: pa.Table) -> bytes:
    """Return the bytes of a Parquet file of `table`: equal tables give equal bytes.

    Raises:
        StoreError: If the data does not have the table's columns and types.
    """
    schema = arrow_schema(table)
    if not given.schema.equals(schema):
        raise StoreError(
            f"the rows for {table.name!r} have the columns {_columns(given.schema)}, expected "
            f"{_columns(schema)}: build them with schemas.to_arrow."
        )
    data = given.sort_by([(name, "ascending") for name in table.key])
    data = data.replace_schema_metadata({VERSION_KEY: str(SCHEMA_VERSION)})
    file = io.BytesIO()
    pq.write_table(
        data,
        file,
        compression="zstd",
        compression_level=3,
        row_group_size=ROW_GROUP,
        sorting_columns=pq.SortingColumn.from_ordering(
            schema, [(name, "ascending") for name in table.key], null_placement="at_end"
        ),
    )
    return file.getvalue()


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)
