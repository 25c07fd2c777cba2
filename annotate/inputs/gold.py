"""Gold answers: what a row accepts as right, in a field or ending a worked answer. Pure."""

import re

from annotate.inputs.fields import Fields, Found, Value, written, wrong_type

_HASHES = re.compile(r"^[ \t]*####[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_LETTER_A = re.compile(r"^[ \t]*A:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


def read_answers(fields: Fields) -> tuple[str, ...]:
    """Return the accepted answers of a row, in its order; empty where it names none.

    Raises:
        BadRowError: If the field holds an object.
    """
    found = fields.find("answer")
    if found is None:
        return ()
    value = found.value
    values = value if isinstance(value, (list, tuple)) else (value,)
    answers = (_answer(found, item) for item in values if item is not None)
    return tuple(dict.fromkeys(answer for answer in answers if answer))


def worked_answer(text: str) -> str | None:
    """Return the final answer of a worked one (`#### 72`, `A: 26`, the last box), None without."""
    for pattern in (_HASHES, _LETTER_A):
        found = pattern.findall(text)
        if found:
            return str(found[-1])
    return _last_box(text)


def _answer(found: Found, value: Value) -> str:
    if not isinstance(value, (str, int, float)):
        raise wrong_type(found, "text, a number, or a list of them")
    if not isinstance(value, str):
        return written(value)
    hashes = _HASHES.findall(value)
    return str(hashes[-1]) if hashes else value.strip()


def _last_box(text: str) -> str | None:
    boxes = list(_BOXED.finditer(text))
    if not boxes:
        return None
    start = boxes[-1].end()
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0:
            return text[start : brace.start()].strip() or None
    return None
