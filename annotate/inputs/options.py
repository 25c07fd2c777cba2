"""ReadOptions: how inputs are read. Pure; pickles to workers."""

from dataclasses import dataclass

from annotate.segment import AUTO, Segmentation
from schemas import ConfigError

MIB = 1 << 20

SOLUTION = "solution"
LEFT_OUT = ""
"""What a name is mapped to whose field is not to be read."""
MAPPABLE = (
    "problem",
    SOLUTION,
    "steps",
    "answer",
    "tests",
    "id",
    "problem_id",
    "generator",
    "domain",
    "language",
    "first_error",
    "labels",
    "scores",
    "correct",
)
"""Names on the left of `--map`: what a row can be told to hold under another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How inputs are read: mapping and segmentation belong to a run's identity."""

    mapping: tuple[tuple[str, str], ...] = ()
    """(our name, dotted path in the row) pairs, as `parse_mapping` gives them; no path for a
    solution that is left out."""
    segmentation: Segmentation = AUTO
    """How solutions that arrive as one text are cut."""
    max_row_bytes: int = 8 * MIB
    """Rows longer than this, in bytes of JSON or text, are rejected as TOO_LARGE."""
    skip_rows: int = 0
    """First rows, counted over all files in order, that are read for their ids only, not given."""

    @property
    def problems_only(self) -> bool:
        """Whether the solutions that rows hold are left out (`--map solution=`)."""
        return (SOLUTION, LEFT_OUT) in self.mapping

    @property
    def fields(self) -> dict[str, str]:
        """Dotted path in the row by our name."""
        return {ours: theirs for ours, theirs in self.mapping if theirs != LEFT_OUT}


def parse_mapping(pairs: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the mapping that a user wrote as `problem=question`, sorted by our name.

    `solution=` leaves solutions out, so that a method samples its own.

    Raises:
        ConfigError: If a pair has no `=`, a name is unknown, or one is mapped twice.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not equals or (not theirs and ours != SOLUTION):
            raise ConfigError(
                f"--map {pair!r}: write OURS=THEIRS, as problem=question, or solution= to leave "
                "the rows' solutions out."
            )
        if ours not in MAPPABLE:
            raise ConfigError(
                f"--map {pair!r}: {ours!r} is not a name of ours, use one of {', '.join(MAPPABLE)}."
            )
        if ours in mapping:
            raise ConfigError(f"--map {pair!r}: {ours!r} is mapped twice, keep one.")
        mapping[ours] = theirs
    return tuple(sorted(mapping.items()))
