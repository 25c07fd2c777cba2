"""Records to Arrow and back: a table's schema follows from its record's annotations. Pure.

Enums are stored by member name, tuples as lists, nested records as structs. A field is nullable
exactly where its annotation allows None.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TypeVar, get_args, get_origin

import pyarrow as pa

from schemas.errors import StoreError
from schemas.tables import Table

R = TypeVar("R")
Convert = Callable[[object], object]

_PRIMITIVES: dict[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
}


@functools.cache
def arrow_schema(table: Table) -> pa.Schema:
    """Return the schema of the Parquet files of `table`."""
    hints = typing.get_type_hints(table.record)
    return pa.schema([_field(name, hints[name]) for name in column_names(table)])


@functools.cache
def column_names(table: Table) -> tuple[str, ...]:
    """Return the columns of `table` in order: the record's fields that it keeps."""
    return tuple(f.name for f in dataclasses.fields(table.record) if f.name not in table.omitted)


def to_arrow(table: Table, records: Iterable[object]) -> pa.Table:
    """Return the records as an Arrow table of `arrow_schema(table)`, in the order given."""
    rows = records if isinstance(records, Sequence) else list(records)
    schema = arrow_schema(table)
    hints = typing.get_type_hints(table.record)
    columns = []
    for field in schema:
        encode = _encoder(hints[field.name])
        values = [getattr(row, field.name) for row in rows]
        if encode is not None:
            values = [encode(value) for value in values]
        columns.append(pa.array(values, type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def from_arrow(
    record: type[R], data: pa.Table | pa.RecordBatch, **given: Sequence[object]
) -> list[R]:
    """Return the rows of `data` as records.

    Args:
        record: Dataclass to build.
        data: Holds a column for each field of `record` that `given` lacks; others are ignored.
        given: [n_rows] Values, already decoded, of fields that the table does not keep.

    Raises:
        StoreError: If a column is missing or an enum's member is unknown.
    """
    hints = typing.get_type_hints(record)
    names = [f.name for f in dataclasses.fields(record)]  # type: ignore[arg-type]  # R is a dataclass
    columns: list[Sequence[object]] = []
    for name in names:
        if name in given:
            columns.append(given[name])
            continue
        if name not in data.schema.names:
            raise StoreError(
                f"{record.__name__}: column {name!r} is missing from the stored table."
            )
        values = data.column(name).to_pylist()
        decode = _decoder(hints[name])
        columns.append(values if decode is None else [decode(value) for value in values])
    return [record(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def _field(name: str, hint: object) -> pa.Field:
    inner, nullable = _strip_none(hint)
    return pa.field(name, _type(inner), nullable=nullable)


def _type(hint: object) -> pa.DataType:
    if hint in _PRIMITIVES:
        return _PRIMITIVES[hint]
    if get_origin(hint) is tuple:
        inner, nullable = _strip_none(get_args(hint)[0])
        return pa.list_(pa.field("item", _type(inner), nullable=nullable))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return pa.string()
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return pa.struct([_field(f.name, hints[f.name]) for f in dataclasses.fields(hint)])
    raise TypeError(
        f"{hint!r} has no Arrow type: use str, int, float, bool, an enum, a record or a tuple."
    )


def _strip_none(hint: object) -> tuple[object, bool]:
    if get_origin(hint) in {types.UnionType, typing.Union}:
        rest = [arm for arm in get_args(hint) if arm is not type(None)]
        if len(rest) == 1:
            return rest[0], True
        raise TypeError(f"{hint!r} is a union of several types: a column holds one.")
    return hint, False


@functools.cache
def _encoder(hint: object) -> Convert | None:
    """Return what turns a value into what Arrow takes; None where that is the value itself."""
    inner, _ = _strip_none(hint)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return lambda value: None if value is None else value.name  # type: ignore[attr-defined]  # an Enum
    if get_origin(inner) is tuple:
        item = _encoder(get_args(inner)[0])
        if item is None:
            return None
        return lambda value: [item(v) for v in value]  # type: ignore[attr-defined]  # a tuple
    if isinstance(inner, type) and dataclasses.is_dataclass(inner):
        hints = typing.get_type_hints(inner)
        parts = [(f.name, _encoder(hints[f.name])) for f in dataclasses.fields(inner)]

        def encode(value: object) -> object:
            if value is None:
                return None
            pairs = ((name, getattr(value, name), convert) for name, convert in parts)
            return {name: v if convert is None else convert(v) for name, v, convert in pairs}

        return encode
    return None


@functools.cache
def _decoder(hint: object) -> Convert | None:
    """Return the inverse of `_encoder`; None where that is the value itself."""
    inner, _ = _strip_none(hint)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return functools.partial(_member, inner, {m.name: m for m in inner})
    if get_origin(inner) is tuple:
        item = _decoder(get_args(inner)[0])
        if item is None:
            return lambda value: None if value is None else tuple(value)  # type: ignore[arg-type]  # a list
        return lambda value: None if value is None else tuple(item(v) for v in value)  # type: ignore[attr-defined]
    if isinstance(inner, type) and dataclasses.is_dataclass(inner):
        hints = typing.get_type_hints(inner)
        parts = [(f.name, _decoder(hints[f.name])) for f in dataclasses.fields(inner)]

        def decode(value: object) -> object:
            if value is None:
                return None
            pairs = ((name, value[name], convert) for name, convert in parts)  # type: ignore[index]  # a dict
            return inner(**{n: v if convert is None else convert(v) for n, v, convert in pairs})

        return decode
    return None


def _member(kind: type[Enum], members: dict[str, Enum], name: object) -> Enum | None:
    if name is None:
        return None
    if name not in members:
        raise StoreError(
            f"{name!r} is no member of {kind.__name__} ({', '.join(members)}): "
            "the run was written by a newer Waymark, or is damaged."
        )
    return members[str(name)]
