"""Judges: asking a model for the first wrong step of a solution, and reading its answer."""

from annotate.judges.forms import JUDGES, JudgeForm, parse_first_error, render_judge
from annotate.judges.reading import OUT_OF_RANGE, TRUNCATED, UNPARSABLE, Reading

__all__ = [
    "JUDGES",
    "OUT_OF_RANGE",
    "TRUNCATED",
    "UNPARSABLE",
    "JudgeForm",
    "Reading",
    "parse_first_error",
    "render_judge",
]
