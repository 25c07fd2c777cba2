"""Files of an input: what a path, folder, glob or URL stands for, and what is said of none."""

import hashlib
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotate.inputs import Container, ParsedRow, describe_input, read_rows
from schemas import ID_LENGTH, InputError

ROW = b'{"problem": "P"}\n'


def arrow_stream(path: Path, *problems: str) -> None:
    """Write a stream as the `datasets` library saves it."""
    table = pa.table({"problem": list(problems)})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


def saved_dataset(folder: Path, *shards: str) -> None:
    """Write a data set folder as `save_to_disk` does, one row per shard."""
    folder.mkdir(parents=True)
    names = [f"data-{n:05}-of-{len(shards):05}.arrow" for n in range(len(shards))]
    for name, problem in zip(names, shards, strict=True):
        arrow_stream(folder / name, problem)
    arrow_stream(folder / "cache-1234.arrow", "left over")
    (folder / "dataset_info.json").write_text("{}")
    state = {"_data_files": [{"filename": name} for name in names]}
    (folder / "state.json").write_text(json.dumps(state))


def problems(where: Path | str) -> list[str]:
    """Return the questions that an input holds, in order."""
    items = list(read_rows(str(where)))
    return [item.problem.question for item in items if isinstance(item, ParsedRow)]


def test_a_file_is_known_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    """The id does not depend on the name or folder."""
    (tmp_path / "a.jsonl").write_bytes(ROW)
    (file,) = describe_input(str(tmp_path / "a.jsonl"))

    assert file.input_id == hashlib.sha256(ROW).hexdigest()[:ID_LENGTH]
    assert (file.name, file.n_bytes, file.container) == ("a.jsonl", len(ROW), Container.JSON_LINES)


def test_a_saved_dataset_is_read_in_the_order_of_its_state(tmp_path: Path) -> None:
    """Left-over caches and descriptions are no data."""
    saved_dataset(tmp_path / "d", "one", "two", "three")

    assert problems(tmp_path / "d") == ["one", "two", "three"]


def test_a_saved_dict_of_datasets_is_read_split_by_split(tmp_path: Path) -> None:
    """In the order that the folder names them."""
    saved_dataset(tmp_path / "d" / "train", "one")
    saved_dataset(tmp_path / "d" / "test", "two")
    (tmp_path / "d" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')

    assert problems(tmp_path / "d") == ["one", "two"]


def test_a_downloaded_snapshot_is_read_in_sorted_order(tmp_path: Path) -> None:
    """Parquet under data/, beside files that are no data."""
    (tmp_path / "data").mkdir()
    (tmp_path / ".cache").mkdir()
    for number, problem in enumerate(("one", "two")):
        name = f"train-{number:05}-of-00002.parquet"
        pq.write_table(pa.table({"problem": [problem]}), tmp_path / "data" / name)
    (tmp_path / "README.md").write_text("# data")
    (tmp_path / ".cache" / "x.jsonl").write_bytes(ROW)

    assert problems(tmp_path) == ["one", "two"]


def test_a_glob_stands_for_its_files(tmp_path: Path) -> None:
    """In sorted order, and a file of the same bytes once."""
    for name, problem in (("b", "two"), ("a", "one"), ("c", "one")):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"problem": problem}))
    (tmp_path / "other.csv").write_text("problem\nthree\n")

    assert problems(tmp_path / "*.jsonl") == ["one", "two"]


def test_a_file_inside_an_archive_is_read(tmp_path: Path) -> None:
    """A chained URL opens again by the name it is described under."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/rows.jsonl", ROW)

    assert problems(f"zip://in/rows.jsonl::{tmp_path / 'a.zip'}") == ["P"]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("missing.jsonl", "does not exist"),
        ("no/such/*.jsonl", "does not exist"),
        ("empty", "holds no data file"),
        ("notes.txt", "no known kind"),
        ("notes.gz", "no known kind"),
        ("bad", "cannot be reached"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, where: str, words: str) -> None:
    """The message names the input and what is expected of it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "state.json").write_text("no json")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "notes.gz").write_text("x")
    with pytest.raises(InputError, match=words) as error:
        describe_input(str(tmp_path / where))

    assert where in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("where", ["nosuch://bucket/a.jsonl", "http://127.0.0.1:9/a.jsonl"])
def test_a_protocol_that_is_unknown_or_out_of_reach_is_told(where: str) -> None:
    """Nothing of the file system's own errors shows but their first line."""
    with pytest.raises(InputError, match=r"a\.jsonl") as error:
        describe_input(where)

    assert "\n" not in str(error.value)
