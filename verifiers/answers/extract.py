r"""Extraction of the final answer from a solution. Pure; linear in the length of the text.

In order of trust: formats a model was told to use (`\boxed{}`, `#### 72`, `<answer>` tags), the last
wins; phrases (`the answer is 5`), the last that holds an answer of the type asked for; the end of
the last line, where its form fits the type.
"""

import re
from collections.abc import Iterator

from schemas import AnswerType
from verifiers.answers.choice import last_choice, read_choice
from verifiers.answers.compare import is_quantity
from verifiers.answers.cues import BOXES, HASHES, SPOKEN, TAGS, TRAILING
from verifiers.answers.normalise import normalise

TAIL = 20_000
"""Characters at the end of a text in which phrases are looked for."""
MAX_WORDS = 8
"""Words of a last line that can be an answer by itself."""
MAX_LINE = 2_000
"""Characters at the end of a last line in which numbers and formulas are looked for."""

_MATH = re.compile(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|(?<!\\)\$((?:[^$\\]|\\.)+?)\$", re.DOTALL
)
_NUMBER = re.compile(
    r"(?<![\w.\\^_{])[-+\u2212]?[$€£¥]?\s?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
    r"(?:\s?/\s?\d+(?![\d/]))?(?:\s?(?:%|percent\b))?"
)
_SENTENCE_END = re.compile(r"\.(?=\s+[^\s\d]|\s*$)|(?<=[^\d])[!?](?=\s|$)")
_REASON = re.compile(r"[\s,]+(?:because|since|as shown|as required|which|where)\b.*", re.DOTALL)
_LITERAL_NEWLINES = re.compile(r"(?:\\n)+(?=[^a-zA-Z]|$)|(?:\\n){2,}")
_MARKUP = re.compile(r"^[\s*#>:\uff1a\"“_]+|[\s*\"”_]+$")
_JOINER = re.compile(r"[\s$.,;]*(?:and|or|,|;)?[\s$]*(?:[a-zA-Z](?:_\w)?\s*=)?[\s$]*", re.ASCII)
_TRUTH = re.compile(r"\b(?:yes|no|true|false)\b", re.IGNORECASE)


def extract_answer(text: str, *, answer_type: AnswerType = AnswerType.AUTO) -> str | None:
    """Return the final answer of a solution as written, or None where there is none.

    Args:
        text: A whole solution or completion, any length.
        answer_type: What the accepted answer is; AUTO takes a phrase or last line of any form.
    """
    marked = marked_answer(text)
    if marked is not None:
        return marked
    tail = _LITERAL_NEWLINES.sub("\n", text[-TAIL:])
    for region in _spoken(tail):
        answer = _narrow(region, answer_type)
        if answer is not None:
            return answer
    return _from_last_line(tail, answer_type)


def marked_answer(text: str) -> str | None:
    r"""Return the last answer that is marked as one (`\boxed{}`, `####`, tags), or None."""
    tail = text[-TAIL:]
    found = [(m.start(), m[1].strip()) for m in (*HASHES.finditer(tail), *TAGS.finditer(tail))]
    found = [(len(text) - len(tail) + position, answer) for position, answer in found if answer]
    boxed = _last_boxed(text)
    if boxed is not None:
        found.append(boxed)
    if not found:
        return None
    _, answer = max(found)
    inner = _last_boxed(answer)
    return answer if inner is None else inner[1]


def spoken_answer(text: str) -> str | None:
    """Return what follows the last phrase such as `the answer is`, or None."""
    return next((r for r in _spoken(_LITERAL_NEWLINES.sub("\n", text[-TAIL:])) if r), None)


def _last_boxed(text: str) -> tuple[int, str] | None:
    """Return the last framed answer with its position; frames of one list are joined."""
    ends = len(text)
    answers: list[str] = []
    start = following = -1
    while (position := max(text.rfind(box, 0, ends) for box in BOXES)) >= 0:
        ends = position
        content = _group(text, text.find("x", position + 1) if False else _after_box(text, position))
        if content is None or not content[0].strip():
            continue
        answer, end = content
        if answers and _JOINER.fullmatch(text, end, following) is None:
            break
        if answers and "," not in text[end:following] and not re.search(
            r"\b(?:and|or)\b", text[end:following]
        ):
            break
        answers.insert(0, answer.strip())
        start, following = (position if start < 0 else start), position
        if len(answers) == _MAX_BOXES:
            break
    return (start, ", ".join(answers)) if answers else None
