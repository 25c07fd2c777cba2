"""Words as answers: equal or not, whatever their case, articles and punctuation. Pure."""

import re

_YES = frozenset({"yes", "true", "correct"})
_NO = frozenset({"no", "false", "incorrect"})
_ARTICLE = re.compile(r"^(?:the|an?)\s+")
_MARKS = re.compile(r"[^\w\s]|_")
_WORDS_ONLY = re.compile(r"[^\W\d_]+(?:[\s'\-.,&]+[^\W\d_]+)*")
_WORD = re.compile(r"[^\W\d_]{3}")
_FIRST_WORD = re.compile(r"\s*([a-z]+)(?:\s*$|\s*[,.;:\-])")


def is_phrase(text: str) -> bool:
    """Return whether a normalised answer is words alone (no digits, commands or operators)."""
    return _WORD.search(text) is not None and _WORDS_ONLY.fullmatch(text) is not None


def plain(text: str) -> str:
    """Return a phrase in lower case, without article, marks and extra spaces.

    A phrase of marks alone (`] )`) keeps them.
    """
    words = " ".join(_MARKS.sub(" ", text.casefold()).split())
    if not words:
        return "".join(text.split())
    return _ARTICLE.sub("", words)


def truth(text: str) -> bool | None:
    """Return what a yes/no answer says, by its first word; None where it is none."""
    match = _FIRST_WORD.match(text.casefold())
    if match is None:
        return None
    return True if match[1] in _YES else False if match[1] in _NO else None


def is_truth(text: str) -> bool:
    """Return whether a phrase is a yes or no and nothing else."""
    return plain(text) in _YES | _NO


def same_phrase(gold: str, given: str) -> bool:
    """Return whether two phrases say the same word for word; yes is true, no is false."""
    if is_truth(gold):
        return truth(given) is truth(plain(gold))
    return plain(gold) == plain(given)
