"""Phrases: a form's wording into text and back. Pure; patterns are compiled once per process."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from annotate.worlds.stories.forms import VERBS, Form, Pattern
from annotate.worlds.stories.quantity import Key, Relation, Term
from annotate.worlds.stories.world import Fact

_NAME = "[A-Z][a-z]+"
_SLOTS = {
    **dict.fromkeys("abc", _NAME),
    **dict.fromkeys("oij", "[a-z]+"),
    "k": r"\d{1,9}",
    "v": "|".join(VERBS),
    "n": f"{_NAME}(?:, {_NAME})* and {_NAME}",
    "e": r"-?\d{1,9}(?: [-+*/] -?\d{1,9})+ = -?\d{1,9}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A form recognised in a text."""

    target: Key
    """The quantity it is about."""
    fact: Fact | None
    """What it says of the target: a number or a relation; None where the form says neither."""
    words: Mapping[str, str]
    """What stands for each placeholder of the wording."""


def write_phrase(wording: str, words: Mapping[str, str | int]) -> str:
    """Return the wording with its placeholders filled and its first letter in upper case."""
    text = wording.format_map(words)
    return text[0].upper() + text[1:]


def write_names(names: tuple[str, ...]) -> str:
    """Return "Ann", "Ann and Tom" or "Ann, Ben and Tom"."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def read_phrase(text: str, forms: tuple[Form, ...]) -> Phrase | None:
    """Return the first of `forms` that is all of `text` (no full stop), or None."""
    for form, pattern in _compile(forms):
        if match := pattern.fullmatch(text):
            return bind(form, match.groupdict())
    return None


def bind(form: Form, words: Mapping[str, str]) -> Phrase:
    """Return what `form` says with these words in its places."""
    terms = tuple(_fill(term, words) for term in form.terms)
    fact: Fact | None = None
    if form.operation is not None:
        fact = Relation(operation=form.operation, terms=terms)
    elif terms and isinstance(terms[0], int):
        fact = terms[0]
    return Phrase(target=_fill_key(form.target, words), fact=fact, words=words)


def _fill(pattern: Pattern, words: Mapping[str, str]) -> Term:
    if isinstance(pattern, tuple):
        return _fill_key(pattern, words)
    return pattern if isinstance(pattern, int) else int(pattern.format_map(words))


def _fill_key(pattern: tuple[str, ...], words: Mapping[str, str]) -> Key:
    parts: list[str] = []
    for part in pattern:
        if part == "{n}":
            parts.extend(sorted(re.findall(_NAME, words["n"])))
        else:
            parts.append(part.format_map(words))
    return tuple(parts)


@cache
def _compile(forms: tuple[Form, ...]) -> tuple[tuple[Form, re.Pattern[str]], ...]:
    return tuple(
        (form, re.compile(_pattern(wording))) for form in forms for wording in form.phrases
    )


def _pattern(wording: str) -> str:
    first = wording[0]
    pattern = "".join(_pieces(wording))
    return f"[{first}{first.upper()}]{pattern[1:]}" if first.isalpha() else pattern


def _pieces(wording: str) -> Iterator[str]:
    seen: set[str] = set()
    for piece in re.split(r"(\{[a-z]\})", wording):
        slot = piece[1:-1] if piece.startswith("{") else ""
        if not slot:
            yield re.escape(piece).replace(r"\ ", " ")
        elif slot in seen:
            yield f"(?P={slot})"
        else:
            seen.add(slot)
            yield f"(?P<{slot}>{_SLOTS[slot]})"
