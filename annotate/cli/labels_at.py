"""Labels at a place: a run folder, one of its labellings (`RUN:RULE`), or a file."""

from annotate.cli.options import read_options
from annotate.inputs import read_rows
from annotate.reports import (
    LabelSet,
    Truth,
    given_label_set,
    given_truth,
    read_label_set,
    read_truth,
)
from annotate.storage import RunFolder, choose_labelling, connect, open_store
from schemas import StoreError


def truth_at(place: str, mapping: tuple[str, ...], segment: str) -> Truth:
    """Return the first errors that a run or a file holds, as a truth.

    Args:
        place: A run, `RUN:RULE`, or a file of rows with first errors.
        mapping: Names of fields of the file, each `OURS=THEIRS`.
        segment: How texts in the file are cut.

    Raises:
        WaymarkError: If it cannot be read, or the run holds several labellings and none is named.
    """
    run, rule = split_rule(place)
    if is_run(run):
        with connect(RunFolder.open(open_store(run))) as con:
            return read_truth(con, choose_labelling(con, rule))
    return given_truth(read_rows(place, options=read_options(mapping, segment)))


def label_set_at(place: str, rule: str | None, mapping: tuple[str, ...], segment: str) -> LabelSet:
    """Return the first errors that a run or a file holds, to be scored.

    Args:
        place: As `truth_at` takes it.
        rule: The rule of a run that names none itself.
        mapping: As `truth_at` takes it.
        segment: As `truth_at` takes it.

    Raises:
        WaymarkError: If it cannot be read, or the run holds several labellings and none is named.
    """
    run, own = split_rule(place)
    if is_run(run):
        with connect(RunFolder.open(open_store(run))) as con:
            return read_label_set(con, choose_labelling(con, own or rule), name=place)
    return given_label_set(place, read_rows(place, options=read_options(mapping, segment)))


def is_run(place: str) -> bool:
    """Return whether a run folder is at `place`."""
    try:
        return open_store(place).size("run.json") is not None
    except StoreError:  # a file: it has no inside
        return False


def split_rule(place: str) -> tuple[str, str | None]:
    """Return the run and the rule of `RUN:RULE`; the rule is None where none is named."""
    head, colon, tail = place.rpartition(":")
    if colon and tail and "/" not in tail and "\\" not in tail and len(head) > 1:
        return head, tail
    return place, None
