"""Containers: those that hold the same rows give the same."""

import gzip
import json
from pathlib import Path

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.inputs import ParsedRow, describe_input, read_file
from annotate.segment import parse_segmentation
from tests.annotate.inputs.stored import (
    CONTAINERS,
    EXPECTED,
    ROWS,
    Rows,
    contents,
    delimited,
    lines,
    parquet,
    read,
)


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
