"""The SQL of the reports: one file per query, and the one place where a query is run."""

from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TypeVar

import duckdb

from schemas import QueryError, from_arrow

R = TypeVar("R")

_BATCH = 4096  # rows turned into records at a time


def run_query(
    con: duckdb.DuckDBPyConnection,
    name: str,
    record: type[R],
    **parameters: str | int | Sequence[str] | None,
) -> Iterator[R]:
    """Yield the rows of the query in `<name>.sql` as records.

    Args:
        con: Connection with the views of a run.
        name: Name of the file, without its ending.
        record: Dataclass whose fields are columns of the query.
        parameters: Values of the query's `$` parameters.

    Raises:
        QueryError: If a file of the run cannot be read.
    """
    text = resources.files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    try:
        table = con.sql(text, params=parameters).to_arrow_table()
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
        raise  # a bug in the query, not damage
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        raise QueryError(
            f"the run cannot be read ({said!r}): `waymark check` names the damaged files."
        ) from error
    for batch in table.to_batches(_BATCH):
        yield from from_arrow(record, batch)
