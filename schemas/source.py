"""Source and Rejection: every input row, taken in or set aside with its reason."""

from dataclasses import dataclass

from schemas.enums import RejectReason


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValue:
    """A name with a value, both text."""

    name: str
    """Field name as the source writes it."""
    value: str
    """Text of the value; JSON for anything that is not a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One occurrence of a solution in an input: equal solutions share an id and keep these."""

    input_id: str
    """Content hash of the input file; for a sample, the gathering."""
    row: int
    """1-based line of a text file, or row of a table; for a sample, its prefix and number hashed.
    """
    part: int
    """0-based position among the solutions of that row."""
    input_name: str
    """File name, without its folder; for a sample, the policy."""
    source_id: str | None
    """The id in the input row, null where it has none; for a sample, the rollout."""
    problem_id: str
    """The problem that the row states."""
    solution_id: str | None
    """The solution that the row gives; null for a bare problem."""
    generator: str | None
    """Who wrote the solution, as the source says."""
    meta: tuple[NamedValue, ...]
    """Other short fields of the row, for grouping (`set`, `subset`, `level`), by name."""
    gathering_id: str | None = None
    """The gathering that sampled the solution; null where it came in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One input row that was set aside."""

    input_id: str
    """Content hash of the input file."""
    row: int
    """1-based line of a text file, or row of a table."""
    part: int
    """0-based position among the solutions of that row."""
    input_name: str
    """File name, without its folder."""
    field: str | None
    """The field at fault, null where it is the whole row."""
    reason: RejectReason
    """Why, by kind."""
    message: str
    """Why, in words: what was found and what was expected."""
    excerpt: str
    """The row's first characters, at most 500, with bytes that are no text escaped."""
