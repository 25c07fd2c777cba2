"""How far each input was read into a run, and by whom: the fold of the notes of ingest commits.

An import reads an input for the labels in it, also where labelling took its rows in before. So each
reader has a progress of its own; rows count as held as soon as any reader has committed them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotate.inputs import InputFile, describe_input
from annotate.jobs.progress import Progress
from annotate.storage import RunFolder
from schemas import ConfigError, IdentityError, Json, StoreError

ANYONE = ""
"""The reader that only needs the rows to be in the run, whoever read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HowFar:
    """Progress of one reader in one input."""

    uri: str = ""
    """Path or URL that was read."""
    rows: int = 0
    """Last row that was committed, 1-based; 0 before the first."""
    taken: int = 0
    """Solutions and bare problems among them, repeats included."""
    complete: bool = False
    """Whether the input was read to its end."""
    mapping: tuple[str, ...] = ()
    """How its fields were named, as `ours=theirs`, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProgress:
    """Progress of all readers in all inputs of a run."""

    by_input: Mapping[str, Mapping[str, HowFar]]
    """Input id -> reader -> progress."""

    def of(self, input_id: str, reader: str) -> HowFar:
        """Return how far a reader is; for `ANYONE` the furthest of all."""
        readers = self.by_input.get(input_id, {})
        if reader == ANYONE:
            return max(readers.values(), key=lambda far: (far.complete, far.rows), default=HowFar())
        return readers.get(reader, HowFar())

    def rows_held(self, input_id: str) -> int:
        """Return the last row of an input that the run holds, read by whomever."""
        return max((far.rows for far in self.by_input.get(input_id, {}).values()), default=0)

    def refuse_changed(
        self, files: Iterable[InputFile], mapping: tuple[str, ...], *, run: str
    ) -> None:
        """Check that no input has changed, or would be read otherwise, since the run read it.

        Args:
            files: What is to be read.
            mapping: How their fields are named.
            run: Name of the run, for the message.

        Raises:
            StoreError: If a file has changed.
            IdentityError: If it was read under other names.
        """
        known = {
            far.uri: input_id
            for input_id, readers in self.by_input.items()
            for far in readers.values()
        }
        for file in files:
            if known.get(file.uri, file.input_id) != file.input_id:
                raise StoreError(
                    f"{file.uri!r} has changed since {run!r} read it: inputs may be added, never "
                    "changed. Use another --out, or restore the file."
                )
            for far in self.by_input.get(file.input_id, {}).values():
                if far.mapping != mapping:
                    raise IdentityError(
                        f"{file.uri!r} was read into {run!r} with --map {list(far.mapping)!r}, now "
                        f"{list(mapping)!r}: repeat the same --map, or use another --out."
                    )


def input_files(places: Iterable[str], progress: Progress) -> list[InputFile]:
    """Return the files that paths and URLs stand for; equal ones under two names once.

    Raises:
        ConfigError: If a place is a run folder: its tables are no rows to label.
        InputError: If a place holds nothing that can be read.
    """
    places = tuple(places)
    for place in places:
        if "::" not in place and RunFolder.is_at(place):
            raise ConfigError(
                f"{place!r} is a run folder, and no input: `waymark relabel` decides it anew by "
                "another rule, and `waymark export` writes its rows, which can be read here; or "
                "name the file that it was made of."
            )
    files: dict[str, InputFile] = {}
    for place in places:
        for file in describe_input(place):
            first = files.setdefault(file.input_id, file)
            if first.uri != file.uri:
                progress.note(f"{file.uri} holds the same bytes as {first.uri}: read once")
    return list(files.values())


def read_progress(run: RunFolder) -> InputProgress:
    """Return the progress of all readers, from the notes of the run's commits."""
    by_input: dict[str, dict[str, HowFar]] = {}
    for note in run.state().notes:
        if note.get("activity") == "ingest":
            by_input.setdefault(_text(note, "input_id"), {})[_text(note, "reader")] = HowFar(
                uri=_text(note, "uri"),
                rows=int(_text(note, "rows")),
                taken=int(_text(note, "taken")),
                complete=note.get("complete") is True,
                mapping=_texts(note, "map"),
            )
    return InputProgress(by_input=by_input)


def progress_note(file: InputFile, reader: str, far: HowFar) -> dict[str, Json]:
    """Return what a commit says of how far a reader is."""
    return {
        "activity": "ingest",
        "input_id": file.input_id,
        "name": file.name,
        "reader": reader,
        "uri": file.uri,
        "rows": far.rows,
        "taken": far.taken,
        "complete": far.complete,
        "map": list(far.mapping),
    }


def _text(note: Mapping[str, object], name: str) -> str:
    return str(note.get(name, ""))


def _texts(note: Mapping[str, object], name: str) -> tuple[str, ...]:
    held = note.get(name, [])
    return tuple(map(str, held)) if isinstance(held, list) else ()
