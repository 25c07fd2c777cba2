"""The catalog: a DuckDB connection whose views read exactly the committed files of a run.

A connection shows the run as it was when it was opened. Files of an older schema version are upcast
into a temporary folder that lives as long as the connection. Nothing can be written through the
views (COPY TO a path is the caller's own act). A damaged file fails the queries that read it, and
no others.
"""

import contextlib
import functools
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from annotate.storage.commits import FileEntry
from annotate.storage.fsspec_store import FsspecStore
from annotate.storage.parquet_file import read_table
from annotate.storage.run_folder import RunFolder
from annotate.storage.stores import RunStore
from annotate.storage.writer import TABLES_PREFIX
from schemas import (
    SCHEMA_VERSION,
    TABLES,
    QueryError,
    StoreError,
    Table,
    WaymarkError,
    arrow_schema,
    column_names,
)

_VIEWS = Path(__file__).with_name("views.sql")

_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# Otherwise a query with an unknown function would try to download an extension.

_MEMORY = "1GB"
_SCRATCH = "waymark-query-"

_DAMAGE = re.compile(r"tables/\w+/\w+\.parquet|[Dd]ecompress|[Cc]orrupt|Parquet|Thrift|TProtocol")
# What DuckDB says of a Parquet file that was cut or overwritten; it does not always name the file.


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """What a query gives."""

    columns: tuple[str, ...]
    """[n_columns] Names; empty where the statement gives no rows."""
    rows: list[tuple[object, ...]]
    """[n_rows][n_columns] Values as Python has them."""


def connect(
    run: RunFolder, *, without: Collection[str] = (), stored_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """Return a connection with the views of `views.sql` over `stored.<table>`, the plain rows.

    Args:
        run: The run to read, as it is now.
        without: Keys of files to leave out, because they are damaged.
        stored_only: Whether `stored` is enough: the other views take longer to define.

    Raises:
        StoreError: If the history is damaged, or the run is newer than this Waymark.
    """
    state = run.state()
    there = set(run.store.list(TABLES_PREFIX))
    con = duckdb.connect(config=_OFFLINE)
    if isinstance(run.store, FsspecStore):
        con.register_filesystem(run.store.fs)
    _sweep()
    folder = tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-")
    weakref.finalize(con, shutil.rmtree, folder, ignore_errors=True)
    con.execute("SET enable_progress_bar = false")
    # The default for what does not fit in memory is a folder in the user's working directory.
    con.execute(f"SET temp_directory = {_quoted(folder)}")
    con.execute("CREATE SCHEMA stored")
    for name, table in TABLES.items():
        kept = [entry for entry in state.files[name] if entry.key not in without]
        missing = [entry.key for entry in kept if entry.key not in there]
        uris = [
            _readable(run.store, table, entry, Path(folder)) for entry in kept if entry.key in there
        ]
        _define(con, table, uris, missing, Path(folder))
    if not stored_only:
        con.execute(_VIEWS.read_text(encoding="utf-8"))
    return con


def query(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object] | None = None
) -> QueryResult:
    """Run SQL over the views of a run.

    Args:
        con: From `connect`.
        sql: One or more statements; the last one's rows are returned.
        parameters: Values of `$name` in it.

    Raises:
        QueryError: If it is not valid SQL, names what is not there, or fails.
        StoreError: If it meets a damaged file.
    """
    try:
        rows = con.execute(sql, parameters).fetchall()
        return QueryResult(columns=tuple(c[0] for c in con.description or ()), rows=rows)
    except duckdb.Error as error:
        raise told(error) from error


def told(error: duckdb.Error) -> WaymarkError:
    """Return what DuckDB says as one line for a user, without the excerpt of the query."""
    message = " ".join(str(error).partition("\n\nLINE ")[0].split())
    first = str(error).partition("\n")[0]
    if isinstance(error, duckdb.CatalogException):
        return QueryError(f"{message} The views are {', '.join(TABLES)}.")
    if _DAMAGE.search(message):
        return StoreError(
            f"a file of the run is damaged ({first}): `waymark check RUN` names it and says what "
            "to do; what does not need it can still be queried."
        )
    return QueryError(message)


@functools.cache
def _sweep() -> None:
    """Remove the temporary folders of processes that were killed; once per process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
        pid = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if pid.isdigit():
            try:
                os.kill(int(pid), 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)
            except PermissionError:
                continue


def bound_memory(con: duckdb.DuckDBPyConnection) -> None:
    """Make work that reads whole tables spill to disk instead of growing with the run."""
    con.execute(f"SET memory_limit = {_quoted(_MEMORY)}")


def _readable(store: RunStore, table: Table, entry: FileEntry, folder: Path) -> str:
    """Return where DuckDB finds the file under the current schema version."""
    if entry.schema_version == SCHEMA_VERSION:
        return store.uri(entry.key)
    path = folder / f"{entry.sha256}.parquet"
    with contextlib.suppress(StoreError):
        # A damaged file is left where it is: DuckDB says so when it is read.
        pq.write_table(read_table(store, table, entry), path)
        return str(path)
    return store.uri(entry.key)


def _define(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    uris: Sequence[str],
    missing: Sequence[str],
    folder: Path,
) -> None:
    """Make the view `stored.<table>`, so that damage shows only to who reads the table.

    DuckDB takes the columns from the first file and wants it there and sound. Where it is not, or
    there is none, an empty file stands in front; where files are missing, a row that fails.
    """
    view = f"CREATE VIEW stored.{table.name} AS "
    if uris and not missing:
        with contextlib.suppress(duckdb.Error):
            con.execute(view + _select(table, uris))
            return
    empty = folder / f"{table.name}.parquet"
    pq.write_table(arrow_schema(table).empty_table(), empty)
    select = _select(table, [str(empty), *uris])
    con.execute(view + select + (_failing(con, select, missing) if missing else ""))


def _select(table: Table, uris: Sequence[str]) -> str:
    quoted = ", ".join(map(_quoted, uris))
    columns = ", ".join(f'"{name}"' for name in column_names(table))
    return f"SELECT {columns} FROM read_parquet([{quoted}])"  # noqa: S608  # our own names; the URIs are quoted


def _failing(con: duckdb.DuckDBPyConnection, select: str, missing: Sequence[str]) -> str:
    """Return the rest of a query whose one more row fails, whichever column or count is asked for.

    Every column fails, and not the row alone: else a condition that null does not meet would leave
    the row out, and the files' rows with it, in silence.
    """
    message = f"{missing[0]!r} is missing, one of {len(missing)} files"
    fails = f"error({_quoted(message)})"
    described = con.execute(f"DESCRIBE {select}").fetchall()
    columns = ", ".join(f"{fails}::{row[1]}" for row in described)
    return f" UNION ALL SELECT {columns} WHERE {fails}::BOOLEAN"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
