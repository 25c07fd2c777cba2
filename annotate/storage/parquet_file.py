"""Reading one committed Parquet file back, under the current schema version. Stateless."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from annotate.storage.commits import FileEntry
from annotate.storage.stores import RunStore
from schemas import StoreError, Table, arrow_schema, upcast


def read_table(store: RunStore, table: Table, entry: FileEntry) -> pa.Table:
    """Return the rows of a file, upcast to the current version of `table`.

    Raises:
        StoreError: If the file is missing, damaged, or newer than this Waymark.
    """
    content = store.read(entry.key)
    try:
        data = pq.read_table(io.BytesIO(content))
        current = upcast(table.name, entry.schema_version, data)
        return current.select(arrow_schema(table).names).cast(arrow_schema(table))
    except (pa.ArrowException, KeyError, OSError) as error:
        raise StoreError(
            f"{entry.key!r} in {store.location!r} is damaged ({' '.join(str(error).split())}): "
            f"`waymark check {store.location}` says what to do."
        ) from error
