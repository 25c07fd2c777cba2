r"""Framed answers: the content of the last `\boxed{}`, with balanced braces. Pure."""

import re

MAX_CONTENT = 4_000
"""Characters inside a frame; a frame that does not close within them is passed over."""
MAX_FRAMES = 64
"""Frames that are looked at, from the end."""

_FRAMES = ("\\boxed", "\\fbox")
_OPENING = re.compile(r"\s*\{")
_UNBRACED = re.compile(r"\s*([^\s{}\\$])")
_JOINER = re.compile(
    r"[\s$.]*(?:\\(?:text|mbox)\s*\{\s*(?:and|or)\s*\}|,\s*(?:and|or)\b|\band\b|\bor\b|,|;)"
    r"[\s$]*(?:[a-zA-Z](?:_\w)?\s*=)?[\s$]*"
)


def last_boxed(text: str) -> tuple[int, str] | None:
    r"""Return the position and content of the last frame, or None where there is none.

    Frames that form one list (`\boxed{1} and \boxed{2}`) give one answer, joined by commas.
    """
    position = len(text)
    answers: list[str] = []
    first = next_start = position
    for _ in range(MAX_FRAMES):
        position = max(text.rfind(frame, 0, position) for frame in _FRAMES)
        if position < 0:
            break
        content = _content(text, position)
        if content is None:
            continue
        answer, end = content
        if answers and not _joins(text[end:next_start]):
            break
        answers.insert(0, answer)
        first = next_start = position
    return (first, ", ".join(answers)) if answers else None


def _joins(between: str) -> bool:
    return len(between) < 40 and _JOINER.fullmatch(between) is not None  # noqa: PLR2004  # a few words


def _content(text: str, position: int) -> tuple[str, int] | None:
    """Return what the frame at `position` holds and where it ends; None if empty or unclosed."""
    start = next(position + len(f) for f in _FRAMES if text.startswith(f, position))
    opening = _OPENING.match(text, start)
    if opening is None:
        single = _UNBRACED.match(text, start)
        return None if single is None else (single[1], single.end())
    level = 1
    for index in range(opening.end(), min(len(text), opening.end() + MAX_CONTENT)):
        character = text[index]
        if character in "{}" and text[index - 1] != "\\":
            level += 1 if character == "{" else -1
            if level == 0:
                answer = text[opening.end() : index].strip()
                return (answer, index + 1) if answer else None
    return None
