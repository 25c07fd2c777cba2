"""Final answers: found in a text, compared with the accepted ones."""

from verifiers.answers.checker import Answers
from verifiers.answers.compare import Comparison, equal_answers, gold_type
from verifiers.answers.extract import extract_answer, marked_answer, stated_answer

__all__ = [
    "Answers",
    "Comparison",
    "equal_answers",
    "extract_answer",
    "gold_type",
    "marked_answer",
    "stated_answer",
]
