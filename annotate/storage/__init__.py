"""A run on disk or in an object store: stores, commits, Parquet files, views, digest, check."""

from annotate.storage.catalog import QueryResult, connect, query, told
from annotate.storage.check import Fault, FaultKind, check, prune
from annotate.storage.commits import Commit, FileEntry, RunState, fold, read_commits
from annotate.storage.digest import Digest, digest
from annotate.storage.fsspec_store import FsspecStore
from annotate.storage.labelling_choice import (
    choose_compared,
    choose_labelling,
    name_labellings,
    read_labellings,
)
from annotate.storage.local_store import LocalStore
from annotate.storage.parquet_file import read_table
from annotate.storage.queries import run_query
from annotate.storage.run_folder import RunFolder, identity_differences
from annotate.storage.stores import RunStore, open_store
from annotate.storage.writer import write_rows

__all__ = [
    "Commit",
    "Digest",
    "Fault",
    "FaultKind",
    "FileEntry",
    "FsspecStore",
    "LocalStore",
    "QueryResult",
    "RunFolder",
    "RunState",
    "RunStore",
    "check",
    "choose_compared",
    "choose_labelling",
    "connect",
    "digest",
    "fold",
    "identity_differences",
    "name_labellings",
    "open_store",
    "prune",
    "query",
    "read_commits",
    "read_labellings",
    "read_table",
    "run_query",
    "told",
    "write_rows",
]
