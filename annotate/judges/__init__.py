"""Judges: asking a model for the wrong steps of a solution, and reading its answer."""

from annotate.judges.forms import (
    JUDGES,
    OWN,
    JudgeForm,
    JudgePrompt,
    judge_form,
    parse_first_error,
    render_judge,
)
from annotate.judges.reading import OUT_OF_RANGE, TRUNCATED, UNPARSABLE, Reading

__all__ = [
    "JUDGES",
    "OUT_OF_RANGE",
    "OWN",
    "TRUNCATED",
    "UNPARSABLE",
    "JudgeForm",
    "JudgePrompt",
    "Reading",
    "judge_form",
    "parse_first_error",
    "render_judge",
]
