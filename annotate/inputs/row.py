"""ParsedRow: one solution (or bare problem) of an input row, with the labels that it carries."""

from dataclasses import dataclass

from schemas import (
    FirstErrorVerdict,
    LabelVerdict,
    Outcome,
    Problem,
    Solution,
    Source,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLabels:
    """What a row itself says of its solution."""

    first_error: FirstErrorVerdict | None = None
    """FOUND or NONE_FOUND; null where the row does not say."""
    first_error_step: int | None = None
    """0-based step; set only where `first_error` is FOUND."""
    step_verdicts: tuple[LabelVerdict, ...] = ()
    """[n_steps] CORRECT, INCORRECT, or NOT_CHECKED for a step without label; empty without any."""
    step_scores: tuple[float | None, ...] = ()
    """[n_steps] scores of a reward model, null where a step has none; empty where none has."""
    outcome: Outcome | None = None
    """CORRECT or INCORRECT final answer; null where the row does not say."""
    suspect: bool = False
    """The row marks its own label as doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRow:
    """One solution of one row, or one problem without a solution."""

    problem: Problem
    """What is asked."""
    solution: Solution | None
    """The chain of thought; null for a bare problem."""
    source: Source
    """Where it stands: (input_id, row, part) is unique in an input."""
    given: GivenLabels
    """Labels found in the row."""
