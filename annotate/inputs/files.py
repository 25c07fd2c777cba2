"""Files of an input: what a path, URL, glob or dataset folder stands for, in sorted order.

Reads each file once to hash it. Anything that cannot be reached or told apart is an InputError.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum, unique
from pathlib import PurePosixPath
from typing import BinaryIO

import fsspec
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from schemas import ID_LENGTH, InputError

_CHUNK = 1 << 20
_COMPRESSIONS = frozenset({".gz", ".bz2", ".xz", ".zst"})
_BOOKKEEPING = frozenset({"dataset_info.json", "dataset_infos.json", "state.json", "config.json"})
"""Files that dataset folders keep beside their data."""


@unique
class Container(Enum):
    """How rows stand in a file."""

    JSON_LINES = "JSON lines"
    """One JSON object per line."""
    JSON = "JSON"
    """A list of objects, an object of lists, or an object that holds such a list."""
    CSV = "CSV"
    """A header and rows of cells."""
    PARQUET = "Parquet"
    """Row groups of columns."""
    ARROW = "Arrow"
    """Record batches, as a stream or a file."""


_SUFFIXES: Mapping[str, Container] = {
    ".jsonl": Container.JSON_LINES,
    ".ndjson": Container.JSON_LINES,
    ".json": Container.JSON,
    ".csv": Container.CSV,
    ".tsv": Container.CSV,
    ".parquet": Container.PARQUET,
    ".pq": Container.PARQUET,
    ".arrow": Container.ARROW,
    ".feather": Container.ARROW,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file to read."""

    uri: str
    """Path or URL that opens it."""
    name: str
    """File name, without its folder."""
    input_id: str
    """SHA-256 of its bytes as stored, cut to the length of an id."""
    n_bytes: int
    """Size as stored."""
    container: Container
    """How rows stand in it."""
    n_rows: int | None = None
    """Number of rows, where the file says it before it is read."""


def describe_input(where: str) -> tuple[InputFile, ...]:
    """Return the files that `where` stands for, at least one, hashed.

    Args:
        where: Path, URL of any fsspec protocol, glob, or folder: one that `datasets` saved, a
            downloaded snapshot, or any folder of data files.

    Raises:
        InputError: If nothing is there, it cannot be reached, or no file in it is of a known kind.
    """
    with _told(where):
        fs, path = fsspec.core.url_to_fs(where)
        paths = tuple(_expand(fs, path))
        if not paths:
            raise InputError(
                f"{where!r} holds no data file: expected {', '.join(_SUFFIXES)}, "
                "the text ones also as .gz, .bz2, .xz or .zst."
            )
        chained = where.partition("::")[2]
        files: dict[str, InputFile] = {}
        for found in paths:
            file = _describe(fs, found, chained)
            # Two names for the same bytes are one input: rows are known by their file's hash.
            files.setdefault(file.input_id, file)
        return tuple(files.values())


@contextmanager
def open_bytes(file: InputFile) -> Iterator[BinaryIO]:
    """Open a file's bytes as stored.

    Raises:
        InputError: If it cannot be opened any more.
    """
    with ExitStack() as opened:
        with _told(file.uri):
            stream = opened.enter_context(fsspec.open(file.uri, "rb"))
        yield stream


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turn whatever a file system raises into one line for the user."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{where!r} does not exist: check the path.") from error
    except PermissionError as error:
        raise InputError(f"{where!r} may not be read: check its permissions.") from error
    except pa.ArrowException as error:
        raise InputError(
            f"{where!r} is no readable Parquet file: {_first_line(error)}. "
            "Check that it is complete."
        ) from error
    except ImportError as error:
        raise InputError(f"{where!r} needs a file system that is not installed: {error}") from error
    except (AttributeError, NameError, TypeError):
        raise
    except Exception as error:  # each file system raises its own client's errors
        raise InputError(f"{where!r} cannot be reached: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _expand(fs: fsspec.AbstractFileSystem, path: str) -> list[str]:
    if fs.isfile(path):
        _container(path)
        return [path]
    if fs.isdir(path):
        return _expand_folder(fs, path.rstrip("/"))
    found = sorted(str(p) for p in fs.glob(path)) if any(mark in path for mark in "*?[") else []
    if not found:
        raise FileNotFoundError(path)
    return [file for item in found for file in _expand(fs, item)]


def _expand_folder(fs: fsspec.AbstractFileSystem, folder: str) -> list[str]:
    if fs.exists(f"{folder}/dataset_dict.json"):
        splits = msgspec.json.decode(fs.cat_file(f"{folder}/dataset_dict.json"))["splits"]
        return [file for name in splits for file in _expand_folder(fs, f"{folder}/{name}")]
    if fs.exists(f"{folder}/state.json"):
        files = msgspec.json.decode(fs.cat_file(f"{folder}/state.json"))["_data_files"]
        return [f"{folder}/{entry['filename']}" for entry in files]
    return sorted(str(p) for p in fs.find(folder) if _is_data(str(p), folder))


def _is_data(path: str, folder: str) -> bool:
    parts = PurePosixPath(path[len(folder) :]).parts
    hidden = any(part.startswith((".", "_")) for part in parts)
    name = parts[-1]
    kept_apart = name in _BOOKKEEPING or name.startswith("cache-")
    return _suffix(name) in _SUFFIXES and not hidden and not kept_apart


def _suffix(path: str) -> str:
    pure = PurePosixPath(path.lower())
    return PurePosixPath(pure.stem).suffix if pure.suffix in _COMPRESSIONS else pure.suffix


def _container(path: str) -> Container:
    suffix = _suffix(path)
    if suffix not in _SUFFIXES:
        raise InputError(
            f"{path!r} is of no known kind: expected {', '.join(_SUFFIXES)}, the text ones also "
            "as .gz, .bz2, .xz or .zst. Rename or convert it."
        )
    return _SUFFIXES[suffix]


def _describe(fs: fsspec.AbstractFileSystem, path: str, chained: str) -> InputFile:
    container = _container(path)
    digest = hashlib.sha256()
    size = 0
    with fs.open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    local = "file" in fs.protocol and not chained
    url = path if local else fs.unstrip_protocol(path)
    return InputFile(
        uri=f"{url}::{chained}" if chained else url,
        name=PurePosixPath(path).name,
        input_id=digest.hexdigest()[:ID_LENGTH],
        n_bytes=size,
        container=container,
        n_rows=_n_rows(fs, path) if container is Container.PARQUET else None,
    )


def _n_rows(fs: fsspec.AbstractFileSystem, path: str) -> int:
    with fs.open(path, "rb") as stream:
        return int(pq.read_metadata(stream).num_rows)
