"""`waymark query`: SQL over the views of a run."""

import csv
import json
import math
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import click
import duckdb
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from annotate.cli.console import out
from annotate.cli.shell import run_shell
from annotate.storage import RunFolder, connect, open_store, told
from schemas import QueryError

_BATCH = 10_000
_MOST_SHOWN = 200
_WIDEST = 200  # characters of a cell of a table: longer texts are for --format json


@click.command(name="query")
@click.argument("run")
@click.argument("sql", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="json is one array of objects, csv has a header line; both give all rows.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(*, run: str, sql: str | None, form: str, as_json: bool) -> None:
    """Run SQL over the views of RUN; without SQL, open a shell.

    Views: problems, solutions, steps, sources, rollouts, grades, evidence, labels, first_errors,
    rejected, costs; also policies, gatherings, labellings, calibrations.
    """
    with connect(RunFolder.open(open_store(run))) as con:
        writers = {"table": show_rows, "json": _write_json, "csv": _write_csv}
        write = writers["json" if as_json else form]
        if sql is None:
            run_shell(run, lambda text: write(con, text))
        else:
            write(con, sql)


def show_rows(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Print the rows of a query as a table: the first ones, and how many there are."""
    columns, rows = _rows(con, sql)
    count = 0
    shown: list[tuple[Text, ...]] = []
    for row in rows:
        count += 1
        if count <= _MOST_SHOWN:
            shown.append(tuple(map(_cell, row)))
    if not columns:
        return
    table = Table()
    for number, name in enumerate(columns):
        # Ids of one problem's solutions begin alike: other columns give way to them.
        is_id = name.endswith("_id")
        widest = max((len(cells[number]) for cells in shown), default=0)
        width = max(len(name), widest) if is_id else None
        table.add_column(escape(name), width=width, overflow="fold" if is_id else "ellipsis")
    for cells in shown:
        table.add_row(*cells)
    console = out()
    console.print(table)
    if count > _MOST_SHOWN:
        console.print(f"{_MOST_SHOWN} of {count:,} rows; --format csv or json gives all.")


def _write_json(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    columns, rows = _rows(con, sql)
    twice = [name for name in columns if columns.count(name) > 1]
    if twice:
        raise QueryError(
            f"two columns are called {twice[0]!r}, and a JSON object can hold one: name them apart "
            "with AS."
        )
    sys.stdout.write("[")
    for number, row in enumerate(rows):
        text = json.dumps(
            dict(zip(columns, map(_json_value, row), strict=True)), ensure_ascii=False
        )
        sys.stdout.write(("\n" if number == 0 else ",\n") + text)
    sys.stdout.write("\n]\n")


def _write_csv(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    columns, rows = _rows(con, sql)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_value(value) for value in row])


def _rows(
    con: duckdb.DuckDBPyConnection, sql: str
) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:  # Any: what DuckDB gives
    """Return the columns and the rows as they come.

    Raises:
        WaymarkError: If the query is not valid or a file of the run is damaged.
    """
    try:
        con.execute(sql)
        first = con.fetchmany(_BATCH) if con.description else []
    except duckdb.Error as error:
        raise told(error) from error

    def rest() -> Iterator[tuple[Any, ...]]:
        batch = first
        while batch:
            yield from batch
            try:
                batch = con.fetchmany(_BATCH)
            except duckdb.Error as error:
                raise told(error) from error

    return tuple(column[0] for column in con.description or ()), rest()


def _json_value(value: object) -> object:
    """Return a value as JSON has it; what JSON lacks becomes text, and what is no number null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item) for item in value]
    return str(value)


def _csv_value(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return json.dumps(_json_value(value), ensure_ascii=False)


def _cell(value: object) -> Text:
    if value is None:
        return Text("null", style="dim")
    text = f"{value:.6g}" if isinstance(value, float) else str(_csv_value(value))
    return Text(text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…")
