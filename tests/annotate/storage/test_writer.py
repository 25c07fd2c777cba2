"""Tests of the writer: one content-named, sorted Parquet file."""

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.storage import open_store, read_table, write_rows
from schemas import SCHEMA_VERSION, TABLES, StoreError, arrow_schema, from_arrow, to_arrow
from tests.annotate.storage.sample_run import sample_rows


@pytest.mark.parametrize("name", TABLES)
def test_row_order_does_not_change_the_file(tmp_path: Path, name: str) -> None:
    """Equal rows in any order, as records or as Arrow, are one file with one name."""
    store = open_store(str(tmp_path))
    rows = sample_rows()[name]
    entries = {
        write_rows(store, TABLES[name], rows),
        write_rows(store, TABLES[name], rows[::-1]),
        write_rows(store, TABLES[name], to_arrow(TABLES[name], rows)),
    }

    assert len(entries) == 1
    assert store.list() == (next(iter(entries)).key,)


@pytest.mark.parametrize("name", TABLES)
def test_the_entry_describes_the_file(tmp_path: Path, name: str) -> None:
    """Hash, length, rows, version and name are those of the bytes in the store."""
    store = open_store(str(tmp_path))
    entry = write_rows(store, TABLES[name], sample_rows()[name])
    content = store.read(entry.key)
    file = pq.ParquetFile(io.BytesIO(content))

    assert hashlib.sha256(content).hexdigest() == entry.sha256
    assert entry.key == f"tables/{name}/{entry.sha256[:24]}.parquet"
    assert len(content) == entry.bytes
    assert file.metadata.num_rows == entry.rows
    assert entry.schema_version == SCHEMA_VERSION
    assert file.schema_arrow.metadata[b"waymark.schema_version"] == str(SCHEMA_VERSION).encode()
    assert file.schema_arrow.equals(arrow_schema(TABLES[name]))


def test_rows_are_sorted_by_the_key(tmp_path: Path) -> None:
    """Files are in order of the primary key, numbers as numbers: 10 comes after 9."""
    store = open_store(str(tmp_path))
    table = TABLES["sources"]
    rows = to_arrow(table, sample_rows()["sources"])
    many = pa.concat_tables(
        [rows.set_column(1, rows.schema.field(1), pa.array([n] * len(rows))) for n in range(12)]
    ).slice(0, 48)
    entry = write_rows(store, table, many.take([number * 29 % 48 for number in range(48)]))
    written = read_table(store, table, entry)

    assert [n for n in range(12) for _ in range(4)] == written.column("row").to_pylist()


def test_an_empty_table_is_a_file(tmp_path: Path) -> None:
    """No rows still give the columns."""
    store = open_store(str(tmp_path))
    entry = write_rows(store, TABLES["labels"], [])

    assert entry.rows == 0
    assert read_table(store, TABLES["labels"], entry).num_rows == 0


def test_other_columns_are_refused(tmp_path: Path) -> None:
    """Arrow data of another shape is never stored under a table's name."""
    with pytest.raises(
        StoreError, match=r"'labels' have the columns x int64, expected labelling_id"
    ):
        write_rows(open_store(str(tmp_path)), TABLES["labels"], pa.table({"x": [1]}))


def test_records_come_back(tmp_path: Path) -> None:
    """What a worker writes, another reads as equal records."""
    store = open_store(str(tmp_path))
    table = TABLES["evidence"]
    rows = sample_rows()["evidence"]
    entry = write_rows(store, table, rows)
    back: list[object] = from_arrow(table.record, read_table(store, table, entry))

    assert sorted(map(repr, rows)) == sorted(map(repr, back))


def test_a_damaged_file_is_named_when_read(tmp_path: Path) -> None:
    """Reading a file that was cut says which, and what to do."""
    store = open_store(str(tmp_path))
    entry = write_rows(store, TABLES["labels"], sample_rows()["labels"])
    store.put_atomic(entry.key, store.read(entry.key)[:-20])

    with pytest.raises(StoreError, match=f"{entry.key}.*is damaged.*waymark check"):
        read_table(store, TABLES["labels"], entry)
