"""What the tests of reading share: the same rows in every container."""

import bz2
import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from annotate.inputs import ParsedRow, ReadOptions, read_rows
from schemas import GIVEN_SEPARATOR, Rejection

Rows = list[dict[str, object]]
ROWS: Rows = [
    {"id": "1", "problem": 'P, "x"\nß\u2028 one?', "steps": ["a\n", "", "b é"], "first_error": 0},
    {"id": "2", "problem": "two?", "steps": ["[c]"], "first_error": -1},
    {"id": "3", "problem": "{three}", "steps": ["d", 'e\\"]'], "first_error": 1},
]


def lines(rows: Rows) -> bytes:
    """Return JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def delimited(rows: Rows, delimiter: str = ",") -> bytes:
    """Return CSV with lists as JSON text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["problem"], delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        listed = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
        writer.writerow(listed)
    return text.getvalue().encode()


def parquet(rows: Rows) -> bytes:
    """Return a Parquet file of small row groups."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=2)
    return sink.getvalue()


def arrow(rows: Rows, *, stream: bool) -> bytes:
    """Return an Arrow IPC stream or file."""
    table = pa.Table.from_pylist(rows)
    sink = io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue()


def columns(rows: Rows) -> bytes:
    """Return a JSON object of lists."""
    return json.dumps({name: [row[name] for row in rows] for name in rows[0]}).encode()


CONTAINERS: Mapping[str, Callable[[Rows], bytes]] = {
    "a.jsonl": lines,
    "b.ndjson": lambda rows: b"\xef\xbb\xbf" + lines(rows).replace(b"\n", b"\r\n"),
    "a.jsonl.gz": lambda rows: gzip.compress(lines(rows)),
    "a.jsonl.bz2": lambda rows: bz2.compress(lines(rows)),
    "a.jsonl.xz": lambda rows: lzma.compress(lines(rows)),
    "a.jsonl.zst": lambda rows: pa.compress(lines(rows), codec="zstd", asbytes=True),
    "wrongly_named.jsonl": lambda rows: gzip.compress(lines(rows)),
    "list.json": lambda rows: json.dumps(rows).encode(),
    "pretty.json": lambda rows: json.dumps(rows, indent=2).encode(),
    "list.json.gz": lambda rows: gzip.compress(json.dumps(rows).encode()),
    "held.json": lambda rows: json.dumps({"version": 1, "data": rows}, indent=1).encode(),
    "columns.json": columns,
    "lines.json": lines,
    "a.csv": delimited,
    "a.csv.gz": lambda rows: gzip.compress(delimited(rows)),
    "semicolons.csv": lambda rows: b"\xef\xbb\xbf" + delimited(rows, ";"),
    "a.tsv": lambda rows: delimited(rows, "\t"),
    "a.parquet": parquet,
    "stream.arrow": lambda rows: arrow(rows, stream=True),
    "file.arrow": lambda rows: arrow(rows, stream=False),
}


def read(where: str | Path, **options: object) -> list[ParsedRow | Rejection]:
    """Return everything that an input gives."""
    return list(read_rows(str(where), options=ReadOptions(**options)))  # type: ignore[arg-type]  # fields by name


Content = tuple[str, list[str], str, str | None, int, int | None]


def contents(items: list[ParsedRow | Rejection]) -> list[Content]:
    """Return what rows state, without where they stand."""
    found = []
    for item in items:
        assert isinstance(item, ParsedRow), item
        assert item.solution is not None
        found.append(
            (
                item.problem.question,
                [step.text for step in item.solution.steps],
                item.solution.separator,
                item.source.source_id,
                item.source.row,
                item.given.first_error_step,
            )
        )
    return found


EXPECTED = [
    (row["problem"], row["steps"], GIVEN_SEPARATOR, row["id"], number, first)
    for number, (row, first) in enumerate(zip(ROWS, (0, None, 1), strict=True), start=1)
]
