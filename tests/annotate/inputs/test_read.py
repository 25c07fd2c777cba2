"""Reading: containers that hold the same rows give the same, damage is named, memory is flat."""

import bz2
import csv
import gzip
import io
import json
import lzma
import tracemalloc
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.inputs import ParsedRow, ReadOptions, describe_input, read_file, read_rows
from annotate.segment import parse_segmentation
from schemas import GIVEN_SEPARATOR, InputError, Rejection, RejectReason

DATA = Path(__file__).parents[3].parent / "shared" / "data"
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


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    """Contents, order and row numbers do not depend on how rows are stored."""
    (tmp_path / name).write_bytes(CONTAINERS[name](ROWS))

    assert contents(read(tmp_path / name)) == EXPECTED


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)


@given(
    name=st.sampled_from(["x.jsonl", "x.json", "x.csv", "x.parquet"]),
    rows=st.lists(st.tuples(TEXT, st.lists(TEXT, min_size=1, max_size=4)), min_size=1, max_size=5),
)
def test_any_text_survives_its_container(name: str, rows: list[tuple[str, list[str]]]) -> None:
    """Quotes, line ends and control characters come back as they were."""
    made: Rows = [{"problem": problem, "steps": steps} for problem, steps in rows]
    writer = {".jsonl": lines, ".csv": delimited, ".parquet": parquet}
    suffix = name[1:]
    data = writer[suffix](made) if suffix in writer else json.dumps(made).encode()
    url = f"memory://waymark-inputs/{name}"
    with fsspec.open(url, "wb") as stream:
        stream.write(data)

    assert [row[:2] for row in contents(read(url))] == rows


def test_a_file_system_url_is_read_like_a_path() -> None:
    """Any protocol of fsspec will do, here memory."""
    with fsspec.open("memory://waymark-inputs/rows.jsonl.gz", "wb") as stream:
        stream.write(gzip.compress(lines(ROWS)))
    (file,) = describe_input("memory://waymark-inputs/rows.jsonl.gz")

    assert contents(list(read_file(file))) == EXPECTED
    assert file.name == "rows.jsonl.gz"


def test_the_segmentation_cuts_texts_but_not_given_steps(tmp_path: Path) -> None:
    """Steps given as a list are kept whatever the segmentation."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines([{"problem": "P", "solution": "a\nb\n\nc"}, ROWS[0]]))
    cut, given_ = read(path, segmentation=parse_segmentation("line"))

    assert isinstance(cut, ParsedRow)
    assert isinstance(given_, ParsedRow)
    assert cut.solution is not None
    assert given_.solution is not None
    assert [step.text for step in cut.solution.steps] == ["a\n", "b\n\n", "c"]
    assert len(given_.solution.steps) == 3


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


def test_one_id_with_two_contents_is_a_conflict(tmp_path: Path) -> None:
    """Only within its set and subset; an exact repeat is none, nor are other labels."""
    base: dict[str, object] = {"id": 1, "set": "s", "problem": "P", "steps": ["a"]}
    rows: Rows = [
        base,
        {**base, "first_error": 0},
        {**base, "steps": ["b"]},
        {**base, "set": "t", "steps": ["b"]},
        {**base, "problem": "Q"},
    ]
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(rows))
    items = read(path)
    conflicts = [item for item in items if isinstance(item, Rejection)]

    assert [(c.row, c.reason, c.field) for c in conflicts] == [
        (3, RejectReason.ID_CONFLICT, "id"),
        (5, RejectReason.ID_CONFLICT, "id"),
    ]
    assert "row 1" in conflicts[0].message


def test_solutions_may_share_the_id_of_their_problem(tmp_path: Path) -> None:
    """A problem's id conflicts only where the problem differs."""
    base: dict[str, object] = {"problem_id": 1, "problem": "P", "solution": "a"}
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines([base, {**base, "solution": "b"}, {**base, "problem": "Q"}]))
    first, second, third = read(path)

    assert isinstance(first, ParsedRow)
    assert isinstance(second, ParsedRow)
    assert isinstance(third, Rejection)
    assert third.reason is RejectReason.ID_CONFLICT


@pytest.mark.parametrize("skip", [0, 1, 3, 4, 99])
def test_a_resumed_reading_gives_the_rest_of_a_whole_one(tmp_path: Path, skip: int) -> None:
    """Conflicts with skipped rows, and rows of later files, are as they were."""
    rows: Rows = [*ROWS, {**ROWS[0], "steps": ["other"]}]
    (tmp_path / "a.jsonl").write_bytes(b"\n" + lines(rows))
    (tmp_path / "b.jsonl").write_bytes(lines(ROWS[:2]))
    # The first file's first line is blank, so that its rows are 2 to 5 and the second's 6 and 7.
    rest = [item for item, row in zip(read(tmp_path), range(2, 8), strict=True) if row > skip]

    assert read(tmp_path, skip_rows=skip) == rest


def test_progress_ascends_to_one(tmp_path: Path) -> None:
    """Files count by their size."""
    for name in ("a", "b"):
        rows: Rows = [{"problem": f"{name}{n}?"} for n in range(1000)]
        (tmp_path / f"{name}.jsonl").write_bytes(lines(rows))
    (tmp_path / "c.parquet").write_bytes(parquet([{"problem": f"{n}"} for n in range(600)]))
    told: list[float] = []
    for _ in read_rows(str(tmp_path), on_progress=told.append):
        pass

    assert len(told) > 5
    assert told == sorted(told)
    assert told[0] > 0
    assert told[-1] == pytest.approx(1.0)


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Twelve megabytes of rows and one line of eight pass through a few megabytes."""
    path = tmp_path / "a.jsonl"
    with path.open("wb") as stream:
        for n in range(6000):
            stream.write(lines([{"id": n, "problem": f"{n}?", "solution": "x y z " * 330}]))
        stream.write(b'{"problem": "' + b"x" * 8_000_000 + b'"}\n')
    tracemalloc.start()
    options = ReadOptions(max_row_bytes=1 << 20)
    count = sum(isinstance(item, ParsedRow) for item in read_rows(str(path), options=options))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 6000
    assert peak < 6_000_000


@pytest.mark.skipif(not DATA.exists(), reason="the development data is not beside the project")
@pytest.mark.parametrize(
    ("name", "parsed", "rejected"),
    [
        ("steps/dev.jsonl.gz", 10_844, {RejectReason.ID_CONFLICT: 6}),
        ("steps/dev_gsm8k_model_solutions.jsonl.gz", 2844, {}),
        ("gsm8k/train.jsonl.gz", 7473, {}),
        ("math500/dev_math500.jsonl.gz", 391, {}),
        ("code/HumanEval.jsonl.gz", 164, {}),
        ("logic/ProntoQA_dev.json.gz", 500, {}),
        ("logic/folio-train.jsonl.gz", 0, {RejectReason.MISSING_FIELD: 1004}),
    ],
)
def test_the_development_data_is_read(
    name: str, parsed: int, rejected: dict[RejectReason, int]
) -> None:
    """Every row is taken in or set aside for a reason that is known."""
    items = Counter(
        item.reason if isinstance(item, Rejection) else None for item in read_rows(str(DATA / name))
    )

    assert items.pop(None, 0) == parsed
    assert items == rejected
