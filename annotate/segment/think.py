"""Parts of a text between thinking tags and outside them. Pure."""

import re
from dataclasses import dataclass

from schemas import StepKind

_TAGS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)
_NOT_BLANK = re.compile(r"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of thought or of response."""

    kind: StepKind
    """THOUGHT or RESPONSE."""
    text: str
    """Exact text; a thought holds its tags and the white space around them."""
    inner: tuple[int, int]
    """Offsets in `text` between which it is not tags."""


def think_parts(text: str) -> tuple[Part, ...]:
    """Return the parts in order, at least one; joined they are `text`.

    An opening tag that never closes makes the rest THOUGHT. A closing tag without an opening makes
    everything before it THOUGHT: chat templates often put the opening into the prompt.
    """
    pair = next((pair for pair in _TAGS if pair[0] in text or pair[1] in text), None)
    if pair is None:
        return (_response(text),)
    opening, closing = pair
    parts = []
    start = 0
    if not _opens_first(text, opening, closing):
        start = _after_space(text, text.index(closing) + len(closing))
        last = text.index(closing)
        parts.append(Part(kind=StepKind.THOUGHT, text=text[:start], inner=(0, last)))
    while (opened := text.find(opening, start)) != -1:
        if text[start:opened].strip():
            parts.append(_response(text[start:opened]))
            start = opened
        closed = text.find(closing, opened)
        last = len(text) if closed == -1 else closed
        end = len(text) if closed == -1 else _after_space(text, closed + len(closing))
        inner = (opened + len(opening) - start, last - start)
        parts.append(Part(kind=StepKind.THOUGHT, text=text[start:end], inner=inner))
        start = end
    if start < len(text):
        parts.append(_response(text[start:]))
    return tuple(parts)


def _opens_first(text: str, opening: str, closing: str) -> bool:
    opened, closed = text.find(opening), text.find(closing)
    return closed == -1 or -1 < opened < closed


def _response(text: str) -> Part:
    return Part(kind=StepKind.RESPONSE, text=text, inner=(0, len(text)))


def _after_space(text: str, offset: int) -> int:
    match = _NOT_BLANK.search(text, offset)
    return len(text) if match is None else match.start()
