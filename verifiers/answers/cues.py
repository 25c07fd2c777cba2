r"""How solutions announce their final answer: a table of cues in several languages. Data only.

A cue ends where the answer begins. Each row of `SPOKEN` names words of which one must occur, in
lower case, before its pattern is tried: most texts skip most rows. Where a match begins with one of
them, it is sought from the first on.
"""

import re

_IS = r"(?:\s*(?:is|are|was|=|equals|becomes|(?:should|must|would|will)\s+be)\b|\s*[:=\uff1a])"
_EMPHASIS = r"[*_#\s\"'“]*"

_ANSWER = (
    rf"\b(?:answer|result)\b(?:\s+(?:to|for|of)\b[^.\n:]{{0,80}}?)?{_EMPHASIS}{_IS}"
    r"(?:\s*(?:therefore|thus|then|simply|just|actually|indeed|clearly|equal to))?(?:\s*[:\uff1a])?"
    r"|\banswer\s+(?=\$|\\\(|\\\[)"
)
_OPTION = (
    r"\b(?:correct|right|best|final|appropriate)\s+(?:answer\s+)?(?:choice|option|solution)\s*:"
    r"|\b(?:choice|option|solution)\s+is\s*:?"
)
_HEADING = (
    r"^[ \t]*(?:#+|\*\*)[ \t]*(?:final\s+)?(?:answer|solution)\s*:?[ \t]*(?:\*\*)?[ \t]*:?[ \t]*\n"
)
_LINE_START = r"^[ \t]*(?:\*\*)?(?:a|ans|solution|result)\.?[ \t]*(?:\*\*)?:(?:\*\*)?"

_ROWS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("answer", "result"), _ANSWER),
    (("choice", "option", "solution"), _OPTION),
    (("#", "**"), _HEADING),
    (("a:", "a.:", "ans", "solution", "result", "a**:"), _LINE_START),
    (("ponse",), r"\br[ée]ponse(?:\s+finale)?\s*(?:est|:)\s*:?"),
    (("respuesta",), r"\brespuesta(?:\s+final)?\s*(?:es|:)\s*:?"),
    (("resposta",), r"\bresposta(?:\s+final)?\s*(?:é|:)\s*:?"),
    (("risposta",), r"\brisposta(?:\s+finale)?\s*(?:è|:)\s*:?"),
    (("antwort",), r"\bantwort\s*(?:ist|lautet|:)\s*:?"),
    (("antwoord",), r"\bantwoord\s*(?:is|:)\s*:?"),
    (("odpowied",), r"\bodpowied[źz]\s*(?:to|:)\s*:?"),
    (("ответ",), r"\bответ\s*(?::|—|-|равен)\s*:?"),  # noqa: RUF001  # Russian is meant
    (("答案",), r"答案(?:是|为|為|应为)?\s*[:\uff1a]?"),
    (("答え",), r"答え(?:は|が)?\s*[:\uff1a]?"),
    (("답",), r"(?:정답|답)(?:은|는)?\s*[:\uff1a]?"),
    (("الإجابة", "الجواب"), r"(?:الإجابة|الجواب)(?:\s+(?:هي|هو))?\s*:?"),
)

SPOKEN = tuple(
    (words, re.compile(pattern, re.IGNORECASE | re.MULTILINE), pattern is _ANSWER)
    for words, pattern in _ROWS
)
"""Phrases before an answer, with the words that a text must hold for a row to apply, and whether a
match begins with one of them."""

TRAILING = re.compile(
    r"\s(?:is|are)\s+(?:the|our|my)\s+(?:final\s+|correct\s+|desired\s+)?(?:answer|solution)\b",
    re.IGNORECASE,
)
"""Phrases after an answer."""

HASHES = re.compile(r"^[ \t]*####[ \t]*([^\n]*)", re.MULTILINE)
"""GSM8K's marker; group 1 holds the answer."""

TAGS = re.compile(r"<answer>(.*?)</answer>", re.IGNORECASE | re.DOTALL)
"""Tags that reasoning models are trained with; group 1 holds the answer."""
