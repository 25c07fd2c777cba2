"""Tests of the Arrow codec: records survive the way to Parquet and back, in every table."""

import dataclasses
import io
import types
import typing
from enum import Enum
from typing import get_args, get_origin

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import TABLES, Solution, StoreError, Table, arrow_schema, from_arrow, to_arrow

PRIMITIVES: dict[object, st.SearchStrategy[object]] = {
    str: st.text(max_size=20),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
}


def values(hint: object) -> st.SearchStrategy[object]:
    """Return a strategy for what a field with this annotation may hold."""
    if hint in PRIMITIVES:
        return PRIMITIVES[hint]
    if get_origin(hint) in {types.UnionType, typing.Union}:
        return st.one_of(*(values(arm) for arm in get_args(hint)))
    if hint is type(None):
        return st.none()
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=3).map(tuple)
    assert isinstance(hint, type)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    hints = typing.get_type_hints(hint)
    return st.builds(hint, **{field.name: values(hints[field.name]) for field in fields(hint)})


def fields(record: type) -> tuple[dataclasses.Field[object], ...]:
    """Return the fields of a record's class."""
    return dataclasses.fields(record)


def given_back(table: Table, rows: list[object]) -> dict[str, list[object]]:
    """Return the fields that the table does not keep, as the caller must supply them."""
    return {name: [getattr(row, name) for row in rows] for name in table.omitted}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_records_come_back_through_parquet(table: Table, data: st.DataObject) -> None:
    """Any rows of any table are equal after Arrow, and after a Parquet file."""
    rows = data.draw(st.lists(values(table.record), max_size=4))
    arrow = to_arrow(table, rows)
    file = io.BytesIO()
    pq.write_table(arrow, file, compression="zstd", row_group_size=2)
    read = pq.read_table(file)
    kept = given_back(table, rows)

    assert arrow.schema.equals(arrow_schema(table))
    assert rows == from_arrow(table.record, arrow, **kept)
    assert rows == from_arrow(table.record, read, **kept)
    assert read.schema.equals(arrow_schema(table))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_rows_still_have_their_columns(table: Table) -> None:
    """An empty table has the schema of a full one and gives no records."""
    arrow = to_arrow(table, [])

    assert arrow.schema.equals(arrow_schema(table))
    assert from_arrow(table.record, arrow, **{name: [] for name in table.omitted}) == []


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_null_is_allowed_exactly_where_the_record_allows_none(table: Table) -> None:
    """A column is nullable where its annotation has `None` in it, and nowhere else."""
    hints = typing.get_type_hints(table.record)
    expected = {
        field.name: type(None) in get_args(hints[field.name])
        for field in fields(table.record)
        if field.name not in table.omitted
    }

    assert {field.name: field.nullable for field in arrow_schema(table)} == expected


def test_the_key_is_made_of_columns() -> None:
    """Every key, omitted and measured name is a field of its record."""
    for table in TABLES.values():
        names = {field.name for field in fields(table.record)}

        assert {*table.key, *table.omitted, *table.measured} <= names
        assert not {*table.key} & {*table.omitted, *table.measured}


def test_an_unknown_member_is_told() -> None:
    """A verdict from a later version is an error that names it, not a guess."""
    table = TABLES["labels"]
    arrow = pa.Table.from_pylist(
        [
            {
                "labelling_id": "l",
                "solution_id": "s",
                "step_index": 0,
                "verdict": "PERHAPS",
                "semantics": "LOCAL",
                "basis": "OBSERVED",
                "weight": 1.0,
            }
        ],
        schema=arrow_schema(table),
    )

    with pytest.raises(StoreError, match=r"'PERHAPS' is no member of LabelVerdict \(CORRECT"):
        from_arrow(table.record, arrow)


def test_a_missing_column_is_told() -> None:
    """A field that the table does not hold must be given, or it is named."""
    arrow = to_arrow(TABLES["solutions"], [])

    with pytest.raises(StoreError, match="Solution: column 'steps' is missing"):
        from_arrow(Solution, arrow)
