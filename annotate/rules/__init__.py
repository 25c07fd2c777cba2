"""How evidence becomes labels: one way of deciding per file, pure."""

from annotate.rules.base import (
    IMPORT,
    RULES,
    Case,
    Decision,
    Rule,
    StepDecision,
    first_error_of,
)
from annotate.rules.formal import Formal
from annotate.rules.outcome import OutcomeRule
from annotate.rules.stated import Stated

__all__ = [
    "IMPORT",
    "RULES",
    "Case",
    "Decision",
    "Formal",
    "OutcomeRule",
    "Rule",
    "Stated",
    "StepDecision",
    "first_error_of",
]
