"""How far each input was read into a run, and by whom: the fold of the notes of ingest commits.

An import reads an input for the labels in it, also where labelling took its rows in before. So each
reader has a progress of its own; rows count as held as soon as any reader has committed them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotate.inputs import InputFile
from annotate.storage import RunFolder
from schemas import Json, StoreError

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

    def refuse_changed(self, files: Iterable[InputFile], *, run: str) -> None:
        """Check that no input has changed since the run read it.

        Raises:
            StoreError: If one has; the line names it.
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
    }


def _text(note: Mapping[str, object], name: str) -> str:
    return str(note.get(name, ""))
