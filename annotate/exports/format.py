"""What an export format is: a pure function from a labelled solution to one row of a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto, unique

import pyarrow as pa

from annotate.exports.row import ExportRow
from schemas import FirstErrorVerdict, InvalidArgumentError, Json
from verifiers.registry import Registry


@unique
class SkipReason(Enum):
    """Why a solution cannot be written in a format without saying what is not known."""

    NOT_LABELLED = auto()
    """The labelling says nothing of the solution."""
    NO_LABELLED_STEP = auto()
    """It holds observations alone."""
    NO_CONFIDENCE = auto()
    """A least confidence was asked for, and the rule gives none for this solution."""
    BELOW_CONFIDENCE = auto()
    """The decision is less sure than was asked for."""
    UNDECIDED = auto()
    """The first error is not decided, and the format or a least confidence needs one."""
    UNDECIDED_STEP = auto()
    """A step at or before the first error is not decided, and the format has no word for that."""
    NO_DECIDED_STEP = auto()
    """No step is decided: there is nothing to train on."""
    LOCAL_SEMANTICS = auto()
    """Labels judge each step alone, and the format is read as first errors."""
    SEPARATOR_IN_TEXT = auto()
    """The problem or a step holds the text that separates steps: labels would shift."""
    SEVERAL_TURNS = auto()
    """The problem is a conversation, and the format has room for one question."""
    NO_CERTIFICATE = auto()
    """`pairs`: the run holds no right completion behind the chosen step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A solution that a format leaves out."""

    reason: SkipReason
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What a user may allow a format to do."""

    convert_local: bool = False
    """Read LOCAL labels as first errors: the first wrong step is the first error."""
    assume_correct_before_error: bool = False
    """`trl`: call undecided steps right before a located first error, or where none was found."""
    at: float | None = None
    """Least confidence of a decision that is written, in [0, 1]; null writes all."""

    def __post_init__(self) -> None:
        """Check the confidence.

        Raises:
            InvalidArgumentError: If it is not in [0, 1].
        """
        if self.at is not None and not 0 <= self.at <= 1:
            raise InvalidArgumentError(
                f"at={self.at!r}: expected a confidence in [0, 1], as `waymark threshold` gives it."
            )

    def refuse(self, row: ExportRow) -> Skipped | None:
        """Return why a solution is left out in every format; null where it is not."""
        if self.at is None:
            return None
        if row.first_error is FirstErrorVerdict.UNDECIDED:
            return Skipped(reason=SkipReason.UNDECIDED)
        if row.confidence is None:
            return Skipped(reason=SkipReason.NO_CONFIDENCE)
        if row.confidence < self.at:
            return Skipped(reason=SkipReason.BELOW_CONFIDENCE)
        return None


Exported = Mapping[str, Json] | Skipped
"""A row of the file, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One export format."""

    convert: Callable[[ExportRow, ExportOptions], Exported]
    """Pure; the rows it gives hold JSON values."""
    schema: pa.Schema | None = None
    """Of a Parquet file; null for JSON lines."""


FORMATS: Registry[Format] = Registry("export format", group="waymark.exports")
"""Factories without arguments, by name."""
