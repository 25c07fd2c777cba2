"""The check of a run: what is wrong with it, file by file and row by row, and what to do.

Reads every file once whole, then the tables through DuckDB with bounded memory. Changes nothing;
`prune` removes what no reader sees.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto, unique

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from annotate.storage.catalog import bound_memory, connect
from annotate.storage.commits import FileEntry, RunState, fold
from annotate.storage.parquet_file import read_table
from annotate.storage.references import BrokenRows, dangling, duplicates
from annotate.storage.run_folder import RunFolder
from annotate.storage.writer import TABLES_PREFIX
from schemas import SCHEMA_VERSION, TABLES, StoreError, arrow_schema

_RESTORE = (
    "restore it from a backup, or make the run again in an empty folder; the rest is readable"
)
_UPGRADE = "upgrade Waymark"
_REPORT = "make the run again in an empty folder, and report this: Waymark should not write it"
_PRUNE = "harmless; `waymark check --prune` removes it"


@unique
class FaultKind(Enum):
    """What may be wrong with a run, worst first."""

    HISTORY = auto()
    """A commit is missing or damaged: nothing can be read."""
    MISSING = auto()
    """A committed file is not there."""
    UNREADABLE = auto()
    """A committed file is not whole Parquet."""
    CHANGED = auto()
    """A file is whole Parquet but not the bytes that were committed."""
    ROWS = auto()
    """A file does not hold as many rows as its commit says."""
    SCHEMA = auto()
    """A file's columns are not those of its table."""
    NEWER = auto()
    """A file was written by a newer Waymark."""
    DUPLICATE = auto()
    """Several rows have one primary key."""
    DANGLING = auto()
    """Rows refer to what is not there."""
    ORPHAN = auto()
    """A file that no commit names: left by a kill before its commit, or replaced since."""
    LEFTOVER = auto()
    """A half-written file, left by a kill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    kind: FaultKind
    """What sort of thing."""
    file: str | None
    """Key of the file at fault; null where it is about rows."""
    message: str
    """What was found, in one line."""
    remedy: str
    """What to do, in one line."""

    @property
    def is_harmless(self) -> bool:
        """Whether readers see nothing of it."""
        return self.kind in {FaultKind.ORPHAN, FaultKind.LEFTOVER}


def check(run: RunFolder) -> list[Fault]:
    """Return all that is wrong with a run, worst first; empty where it is sound.

    Rows are not checked where the history is damaged or a file is newer than this Waymark. Where
    files are damaged the rows of the others are, and what refers to a lost row says so.
    """
    try:
        state = fold(run.commits())
    except StoreError as error:
        return [_fault(FaultKind.HISTORY, None, str(error), _RESTORE), *_unseen(run, None)]
    faults = [fault for entry in state.entries for fault in _file_faults(run, entry)]
    if not any(fault.kind is FaultKind.NEWER for fault in faults):
        damaged = {fault.file for fault in faults if fault.file is not None}
        faults += _row_faults(run, damaged)
    faults += _unseen(run, state)
    return sorted(faults, key=lambda fault: fault.kind.value)


def prune(run: RunFolder) -> tuple[str, ...]:
    """Remove orphans and leftovers; return their names.

    On a store without a lock (any but a local folder), make sure that nobody is writing: files
    that a living writer is about to commit look like orphans.

    Raises:
        StoreError: If another process is writing to the run, or its history is damaged.
    """
    with run.lock():
        unseen = _unseen(run, fold(run.commits()))
        for fault in unseen:
            name = str(fault.file)
            if fault.kind is FaultKind.LEFTOVER:
                run.store.remove_leftover(name)
            else:
                run.store.delete(name)
    return tuple(str(fault.file) for fault in unseen)


def _file_faults(run: RunFolder, entry: FileEntry) -> Iterator[Fault]:
    """Yield what is wrong with one committed file by itself."""
    if entry.schema_version > SCHEMA_VERSION:
        message = f"schema version {entry.schema_version}, newer than {SCHEMA_VERSION}"
        yield _fault(FaultKind.NEWER, entry.key, message, _UPGRADE)
        return
    if run.store.size(entry.key) is None:
        yield _fault(FaultKind.MISSING, entry.key, "committed, but not there", _RESTORE)
        return
    content = run.store.read(entry.key)
    same = hashlib.sha256(content).hexdigest() == entry.sha256
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if not same:
            file.read()
    except (pa.ArrowException, OSError) as error:
        words = " ".join(str(error).split())
        message = f"no whole Parquet file ({words}); {len(content)} of {entry.bytes} bytes"
        yield _fault(FaultKind.UNREADABLE, entry.key, message, _RESTORE)
        return
    if not same:
        message = "its bytes are not those that were committed (SHA-256 differs)"
        yield _fault(FaultKind.CHANGED, entry.key, message, _RESTORE)
    if file.metadata.num_rows != entry.rows:
        message = f"{file.metadata.num_rows} rows, committed as {entry.rows}"
        yield _fault(FaultKind.ROWS, entry.key, message, _RESTORE)
    if not _has_columns(run, entry, file.schema_arrow):
        message = f"its columns are not those of the table {entry.table!r}"
        yield _fault(FaultKind.SCHEMA, entry.key, message, _RESTORE)


def _has_columns(run: RunFolder, entry: FileEntry, found: pa.Schema) -> bool:
    """Return whether a readable file has its table's columns, after upcasting if it is older."""
    table = TABLES[entry.table]
    if entry.schema_version == SCHEMA_VERSION:
        return bool(found.equals(arrow_schema(table)))
    try:
        read_table(run.store, table, entry)
    except StoreError:
        return False
    return True


def _row_faults(run: RunFolder, damaged: set[str]) -> Iterator[Fault]:
    """Yield what is wrong with the rows of the sound files."""
    con = connect(run, without=damaged)
    bound_memory(con)
    try:
        for rows in duplicates(con):
            message = (
                f"{rows.table}: {rows.count} keys occur more than once, such as {rows.example}"
            )
            yield _fault(FaultKind.DUPLICATE, None, message, _REPORT)
        for rows in dangling(con):
            yield _dangling_fault(rows, damaged)
    except duckdb.Error as error:
        message = f"the rows cannot be checked: {str(error).splitlines()[0]}"
        yield _fault(FaultKind.UNREADABLE, None, message, _RESTORE)
    finally:
        con.close()


def _dangling_fault(rows: BrokenRows, damaged: set[str]) -> Fault:
    message = f"{rows.table}: {rows.count} rows refer to no row of {rows.target}, {rows.example}"
    lost = [key for key in sorted(damaged) if key.split("/")[1] in rows.target]
    remedy = f"mend {lost[0]!r} first: it holds rows of {rows.target}" if lost else _REPORT
    return _fault(FaultKind.DANGLING, None, message, remedy)


def _unseen(run: RunFolder, state: RunState | None) -> list[Fault]:
    """Return the files that no reader sees; orphans only where the history can be read."""
    faults = []
    if state is not None:
        held = {entry.key for entry in state.entries}
        orphans = [key for key in run.store.list(TABLES_PREFIX) if key not in held]
        faults += [_fault(FaultKind.ORPHAN, key, "no commit names it", _PRUNE) for key in orphans]
    faults += [
        _fault(FaultKind.LEFTOVER, name, "half-written", _PRUNE) for name in run.store.leftovers()
    ]
    return faults


def _fault(kind: FaultKind, file: str | None, message: str, remedy: str) -> Fault:
    return Fault(kind=kind, file=file, message=message, remedy=remedy)
