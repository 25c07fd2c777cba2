"""Reading: ids, resuming, progress, flat memory, and the development data."""

import json
import tracemalloc
from collections import Counter
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.inputs import ParsedRow, ReadOptions, read_rows
from annotate.inputs.fields import SYNONYMS
from schemas import Rejection, RejectReason
from tests.annotate.inputs.stored import ROWS, Rows, lines, parquet, read

NAMES = st.sampled_from(
    [*sorted({name for names in SYNONYMS.values() for name in names}), "text", "role", "content",
     "problem", "steps", "labels", "modified_process", "conversations", "is_correct", "options"]
)  # fmt: skip
DATA = Path(__file__).parents[3].parent / "shared" / "data"


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
        for n in range(600):
            stream.write(lines([{"id": n, "problem": f"{n}?", "solution": "x y z " * 3300}]))
        stream.write(b'{"problem": "' + b"x" * 8_000_000 + b'"}\n')
    tracemalloc.start()
    options = ReadOptions(max_row_bytes=1 << 20)
    count = sum(isinstance(item, ParsedRow) for item in read_rows(str(path), options=options))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 600
    assert peak < 6_000_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats() | st.text(max_size=5)
    | st.sampled_from(["P", "a<extra_0>b", "Step 1: a ки", "[1]", "#### 3", "1e999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(rows=st.lists(st.dictionaries(NAMES, JSON, max_size=6), min_size=1, max_size=5))
def test_no_row_of_json_is_ever_an_error(rows: Rows) -> None:
    """Whatever fields of known names hold, a row is taken in or set aside, and accounted for."""
    url = "memory://waymark-inputs/any.jsonl"
    with fsspec.open(url, "wb") as stream:
        stream.write("".join(json.dumps(row) + "\n" for row in rows).encode())
    items = read(url)

    keys = [
        (i.row, i.part) if isinstance(i, Rejection) else (i.source.row, i.source.part)
        for i in items
    ]
    assert len(keys) == len(set(keys))
    assert {row for row, _ in keys} == set(range(1, len(rows) + 1))


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
