"""Tests of the digest: equal exactly where the rows are."""

import dataclasses
import uuid
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.storage import Digest, RunFolder, digest, open_store, write_rows
from schemas import TABLES, StoreError, Table
from tests.annotate.storage.sample_run import sample_rows, write_sample


@pytest.fixture(scope="module")
def expected() -> Digest:
    """The digest of the sample run."""
    return digest(write_sample(open_store(f"memory://{uuid.uuid4().hex}")))


def test_a_digest_names_every_table(expected: Digest) -> None:
    """Each table has a hash of its own."""
    assert set(expected.tables) == set(TABLES)
    assert len(set(expected.tables.values())) == len(TABLES)
    assert len(expected.total) == 64


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=6, deadline=None)
def test_order_files_and_commits_do_not_matter(expected: Digest, seed: int) -> None:
    """Any order of rows, any split into files, any order and number of commits: one digest."""
    draw = np.random.default_rng(seed)
    run = RunFolder.create_or_open(open_store(f"memory://{uuid.uuid4().hex}"), {"other": seed})
    pieces = []
    for name, rows in sample_rows().items():
        shuffled = [rows[place] for place in draw.permutation(len(rows))]
        cut = int(draw.integers(len(rows) + 1))
        pieces += [(name, shuffled[:cut]), (name, shuffled[cut:])]
    for place in draw.permutation(len(pieces)):
        name, rows = pieces[place]
        run.commit([write_rows(run.store, TABLES[name], rows)])

    assert digest(run) == expected


def test_what_was_measured_does_not_count(expected: Digest) -> None:
    """Seconds, attempts and money differ between equal runs."""
    rows = sample_rows()
    rows["costs"] = [
        dataclasses.replace(row, seconds=99.0, attempts=2, money=1.0)  # type: ignore[type-var]  # a Cost
        for row in rows["costs"]
    ]

    assert digest(write_sample(open_store(f"memory://{uuid.uuid4().hex}"), rows)) == expected


def _other_rows(table: Table) -> Iterator[tuple[str, list[object]]]:
    """Yield for each column that counts the sample's rows with the first one changed there."""
    hints = get_type_hints(table.record)
    for field in dataclasses.fields(table.record):
        if field.name not in {*table.measured, *table.omitted, "certificate"}:
            rows = sample_rows()[table.name]
            other = _other(getattr(rows[0], field.name), hints[field.name])
            rows[0] = dataclasses.replace(rows[0], **{field.name: other})  # type: ignore[type-var]  # a record
            yield field.name, rows


# One table with enums and nulls, one with columns that do not count, one with nested records.
@pytest.mark.parametrize("name", ["evidence", "costs", "problems"])
def test_any_other_cell_counts(name: str, expected: Digest) -> None:
    """A change of any cell that is not measured changes its table's hash."""
    for column, rows in _other_rows(TABLES[name]):
        run = write_sample(open_store(f"memory://{uuid.uuid4().hex}"), {name: rows})

        assert digest(run).tables[name] != expected.tables[name], column


def test_a_row_more_or_twice_counts(expected: Digest) -> None:
    """A lost row changes the digest, and so does one that is there twice."""
    rows = sample_rows()["labels"]
    for other in (rows[1:], [*rows, rows[0]]):
        run = write_sample(open_store(f"memory://{uuid.uuid4().hex}"), {"labels": other})

        assert digest(run).tables["labels"] != expected.tables["labels"]


def test_a_damaged_run_has_no_digest(tmp_path: Path) -> None:
    """A file that cannot be read is an error, not another digest."""
    run = write_sample(open_store(str(tmp_path)))
    key = run.state().files["labels"][0].key
    run.store.put_atomic(key, run.store.read(key)[:100])

    with pytest.raises(StoreError, match=r"damaged.*waymark check"):
        digest(run)


def _other(value: Any, hint: object) -> object:  # noqa: ANN401  # any field of any record
    """Return another value that a column with this annotation may hold."""
    if value is None:
        kind = get_args(hint)[0]
        return next(iter(kind)) if issubclass(kind, Enum) else kind()
    if isinstance(value, Enum):
        members = list(type(value))
        return members[(members.index(value) + 1) % len(members)]
    if isinstance(value, tuple):
        return value[:-1]
    return value + type(value)("1")
