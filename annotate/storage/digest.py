"""The digest of a run: one hash per logical table, equal exactly where the rows are equal.

It does not depend on how rows are ordered, split into files or committed, on the executor, or on
the columns marked `measured`. Each row is hashed by itself, and the sorted row hashes together:
that sorts three times faster than rows by key (2 M labels: 3.7 s, not 11 s), needs no unique key,
and a repeated row still counts. DuckDB sorts with bounded memory and spills beyond it.
"""

import hashlib
from dataclasses import dataclass

import duckdb

from annotate.storage.catalog import bound_memory, connect, told
from annotate.storage.run_folder import RunFolder
from schemas import TABLES, Table, canonical_json, column_names

_BATCH = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What two equal runs agree in."""

    tables: dict[str, str]
    """SHA-256 of each table's rows, hexadecimal, by name."""
    total: str
    """SHA-256 over all of them."""


def digest(run: RunFolder) -> Digest:
    """Return the digest of a run as it is now.

    Raises:
        StoreError: If a file is missing or damaged.
    """
    con = connect(run)
    bound_memory(con)
    try:
        tables = {name: _table_digest(con, table) for name, table in TABLES.items()}
    except duckdb.Error as error:
        raise told(error) from error
    finally:
        con.close()
    return Digest(tables=tables, total=hashlib.sha256(canonical_json(tables).encode()).hexdigest())


def _table_digest(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    kept = [name for name in column_names(table) if name not in table.measured]
    fields = ", ".join(f"'{name}': \"{name}\"" for name in kept)
    con.execute(
        f"SELECT sha256(to_json({{{fields}}})::VARCHAR) AS h FROM stored.{table.name} ORDER BY h"  # noqa: S608  # names of our own tables and columns
    )
    total = hashlib.sha256()
    while rows := con.fetchmany(_BATCH):
        total.update("".join(h for (h,) in rows).encode())
    return total.hexdigest()
