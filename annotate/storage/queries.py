"""Queries of the project itself: SQL in files, rows as records."""

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TypeVar

import duckdb

from annotate.storage.catalog import told
from schemas import from_arrow

R = TypeVar("R")

_BATCH = 4096  # rows turned into records at a time


def run_query(
    package: str,
    con: duckdb.DuckDBPyConnection,
    name: str,
    record: type[R],
    **parameters: str | int | Sequence[str] | None,
) -> Iterator[R]:
    """Yield the rows of the query in `<name>.sql` as records.

    The rows are held in Arrow's form and become records a batch at a time, so that other queries
    may run on the connection meanwhile.

    Args:
        package: Package that holds the file.
        con: Connection with the views of a run.
        name: Name of the file, without its ending.
        record: Dataclass whose fields are columns of the query.
        parameters: Values of the query's `$` parameters.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    text = resources.files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    try:
        table = con.sql(text, params=parameters).to_arrow_table()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        raise  # a bug in the query, not damage
    except duckdb.Error as error:
        raise told(error) from error
    for batch in table.to_batches(_BATCH):
        yield from from_arrow(record, batch)
