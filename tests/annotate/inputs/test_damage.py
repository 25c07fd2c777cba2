"""Damage: bytes that are no row, rows over the bound and files that end early are named."""

import bz2
import gzip
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.inputs import ParsedRow
from schemas import InputError, Rejection, RejectReason
from tests.annotate.inputs.stored import (
    CONTAINERS,
    EXPECTED,
    ROWS,
    Rows,
    arrow,
    contents,
    lines,
    parquet,
    read,
)

BAD_LINES = [
    (b'{"problem": "\xff"}', RejectReason.INVALID_UTF8, "byte 13"),
    (b'{"problem": "\\ud800"}', RejectReason.INVALID_UTF8, "surrogate"),
    (b'{"problem": "P"', RejectReason.INVALID_JSON, "not JSON"),
    (b"{'problem': 'P'}", RejectReason.INVALID_JSON, "not JSON"),
    (b"[1, 2]", RejectReason.NOT_AN_OBJECT, "list"),
    (b"null", RejectReason.NOT_AN_OBJECT, "null"),
    (b'"text"', RejectReason.NOT_AN_OBJECT, "text"),
    (b"[" * 100_000, RejectReason.INVALID_JSON, "nested"),
    (b'{"problem": "P", "n": 1' + b"0" * 5000 + b"}", RejectReason.INVALID_JSON, "not JSON"),
    (b'{"problem": "' + b"x" * 2_000_000 + b'"}', RejectReason.TOO_LARGE, "2,000,015"),
]


@pytest.mark.parametrize(("bad", "reason", "words"), BAD_LINES)
def test_a_bad_line_is_named_and_the_next_one_read(
    tmp_path: Path, bad: bytes, reason: RejectReason, words: str
) -> None:
    """Bytes that are no row become a rejection with their line and a short excerpt."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" + bad + b"\n\n" + lines(ROWS[:1]))
    rejected, parsed = read(path, max_row_bytes=1 << 20)

    assert isinstance(rejected, Rejection)
    assert (rejected.reason, rejected.row, rejected.input_name) == (reason, 2, "a.jsonl")
    assert words in rejected.message
    assert len(rejected.excerpt) <= 500
    assert isinstance(parsed, ParsedRow)
    assert parsed.source.row == 4


def test_not_a_number_is_read_as_absent(tmp_path: Path) -> None:
    """Python writes NaN into JSON; the row is fine without that value."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"problem": "P", "steps": ["a", "b"], "scores": [NaN, 0.5], "level": NaN}\n')
    (row,) = read(path)

    assert isinstance(row, ParsedRow)
    assert row.given.step_scores == (None, 0.5)


def test_a_step_of_a_megabyte_is_a_step(tmp_path: Path) -> None:
    """Large is not too large."""
    step = "x" * 1_000_000
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines([{"problem": "P", "steps": [step, "b"]}]))

    assert contents(read(path))[0][1] == [step, "b"]


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.parquet", "stream.arrow"])
def test_a_row_over_the_bound_is_set_aside_in_any_container(tmp_path: Path, name: str) -> None:
    """The rows around it are read."""
    rows: Rows = [*ROWS[:1], {**ROWS[1], "problem": "x\n" * 400_000}, *ROWS[2:]]
    writers = {**CONTAINERS, "a.json": CONTAINERS["pretty.json"]}
    (tmp_path / name).write_bytes(writers[name](rows))
    first, large, last = read(tmp_path / name, max_row_bytes=100_000)

    assert isinstance(large, Rejection)
    assert (large.reason, large.row) == (RejectReason.TOO_LARGE, 2)
    assert contents([first, last]) == [EXPECTED[0], EXPECTED[2]]


def test_bad_rows_of_a_csv_file_are_named_by_row_and_line(tmp_path: Path) -> None:
    """Too few cells, and bytes that are no text, beside a row of two lines."""
    path = tmp_path / "a.csv"
    path.write_bytes(b'problem,solution\n"two\nlines",x\nonly one\n\xff,y\nP,z\n')
    first, short, broken, last = read(path)

    assert isinstance(short, Rejection)
    assert isinstance(broken, Rejection)
    assert (short.row, broken.row) == (2, 3)
    assert "line 4" in short.message
    assert (broken.reason, broken.field) == (RejectReason.INVALID_UTF8, "problem")
    assert [r.source.row for r in (first, last) if isinstance(r, ParsedRow)] == [1, 4]


def test_text_that_is_not_utf8_in_a_table_is_named(tmp_path: Path) -> None:
    """The other rows of its batch are read."""
    texts = pa.array([b"one", b"\xff\xfe", b"three"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"problem": texts}), tmp_path / "a.parquet")
    first, broken, last = read(tmp_path / "a.parquet")

    assert isinstance(broken, Rejection)
    assert (broken.reason, broken.row) == (RejectReason.INVALID_UTF8, 2)
    assert isinstance(first, ParsedRow)
    assert isinstance(last, ParsedRow)


def long_lines() -> bytes:
    """Return JSON lines that compress badly enough to be cut in the middle."""
    return lines([{"problem": f"{n**40}?", "solution": f"{n**60}"} for n in range(2000)])


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("a.jsonl.gz", gzip.compress(long_lines())),
        ("a.jsonl.bz2", bz2.compress(long_lines(), 1)),
        ("a.jsonl.xz", lzma.compress(long_lines())),
        ("a.jsonl.zst", pa.compress(long_lines(), codec="zstd", asbytes=True)),
        ("a.json", b"[" + long_lines().strip().replace(b"\n", b",") + b"]"),
        ("a.arrow", arrow([{"problem": f"{n}?"} for n in range(2000)], stream=True)),
    ],
    ids=["gz", "bz2", "xz", "zst", "json", "arrow"],
)
def test_a_truncated_file_gives_what_can_be_read(tmp_path: Path, name: str, whole: bytes) -> None:
    """One rejection at the end says where it stops."""
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    *items, last = read(tmp_path / name)

    assert len(items) > 100
    assert all(isinstance(item, ParsedRow) for item in items)
    assert isinstance(last, Rejection)
    assert (last.reason, last.row) == (RejectReason.UNREADABLE, len(items) + 1)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", parquet(ROWS)[:-20]),
        ("b.parquet", b"no parquet"),
        ("a.jsonl.gz", gzip.compress(lines(ROWS))[:15]),
        ("a.arrow", b"no arrow"),
    ],
    ids=["truncated parquet", "no parquet", "gz header", "no arrow"],
)
def test_a_file_of_which_nothing_can_be_read_is_an_error(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """One line names the file and says what to check."""
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=name) as error:
        read(tmp_path / name)

    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    """Nothing is nothing, not an error."""
    (tmp_path / name).write_bytes(b"")

    assert read(tmp_path / name) == []
