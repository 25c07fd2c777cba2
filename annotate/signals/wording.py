"""Wording: whether a step takes back what stood before. Data, and one look at it. Pure."""

import re
from typing import Final

WITHDRAWALS: Final = (
    r"\bwait\b",
    r"\bactually\b",
    r"\boops\b",
    r"\bhmm\b",
    r"\bmistake",
    r"\b(?:is|was|am|looks?) (?:wrong|incorrect|not right)\b",
    r"\b(?:let me|let's) (?:re|correct|fix|check|try again)",
    r"\b(?:scratch that|on second thought)",
    r"\b(?:moment mal|fehler|stimmt nicht|nochmal)\b",
    r"\b(?:attendez|erreur|en fait)\b",
    r"\b(?:espera|error|en realidad)\b",
    r"等等|不对|错了|重新",
    r"待って|間違",
)
"""How steps begin to doubt what stands: English, German, French, Spanish, Chinese, Japanese. What
such words are worth is learned; that they are there is all that is said here."""

_WITHDRAWAL: Final = re.compile("|".join(WITHDRAWALS), re.IGNORECASE)


def withdraws(text: str) -> bool:
    """Return whether a step speaks as one does that takes something back."""
    return _WITHDRAWAL.search(text) is not None
