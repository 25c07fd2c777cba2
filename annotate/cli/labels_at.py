"""Labels at a place: a run folder, one of its labellings (`RUN:NAME`), or a file."""

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
from schemas import InvalidArgumentError


def truth_at(place: str, mapping: tuple[str, ...], segment: str) -> Truth:
    """Return the first errors that a run or a file holds, as a truth.

    Args:
        place: A run, `RUN:NAME`, or a file of rows with first errors.
        mapping: Names of fields of the file, each `OURS=THEIRS`.
        segment: How texts in the file are cut.

    Raises:
        InvalidArgumentError: If it states no first error.
        WaymarkError: If it cannot be read, or the run holds several labellings and none is named.
    """
    run, rule = split_rule(place)
    if RunFolder.is_at(run):
        with connect(RunFolder.open(open_store(run))) as con:
            truth = read_truth(con, choose_labelling(con, rule))
    else:
        truth = given_truth(read_rows(place, options=read_options(mapping, segment)))
    if not truth.rows:
        raise InvalidArgumentError(
            f"--truth {place!r}: the truth holds no row with a first error or labels: name their "
            "field, as --map first_error=YOUR_FIELD."
        )
    return truth


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
    if RunFolder.is_at(run):
        with connect(RunFolder.open(open_store(run))) as con:
            return read_label_set(con, choose_labelling(con, own or rule), name=place)
    return given_label_set(place, read_rows(place, options=read_options(mapping, segment)))


def split_rule(place: str) -> tuple[str, str | None]:
    """Return the run and the labelling of `RUN:NAME`; None where none is named."""
    head, colon, tail = place.rpartition(":")
    if colon and tail and "/" not in tail and "\\" not in tail and len(head) > 1:
        return head, tail
    return place, None
