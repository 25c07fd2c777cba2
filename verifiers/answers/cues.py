r"""How solutions announce their final answer: a table of cues in several languages. Data only.

A cue ends where the answer begins. MARKED cues are formats that a model was told to use; SPOKEN ones
are phrases; TRAILING ones follow the answer (`so 5 is the answer`).
"""

import re

_IS = r"(?:\s*(?:is|are|was|=|equals|becomes|(?:should|must|would|will)\s+be)\b|\s*[:=\uff1a])"
_EMPHASIS = r"[*_#\s\"'“]*"

_ENGLISH = (
    rf"(?:final|correct|right|our|the|my)?\s*\b(?:answer|result)\b(?:\s+(?:to|for|of)\b[^.\n:]{{0,80}}?)?"
    rf"{_EMPHASIS}{_IS}(?:\s*(?:therefore|thus|then|simply|just|actually|indeed|clearly|equal to))?"
    r"(?:\s*[:\uff1a])?"
)
_CORRECT_OPTION = (
    r"\b(?:correct|right|best|final)\s+(?:answer\s+)?(?:choice|option|solution)\s*(?:is|:)\s*:?"
    r"|\bsolution\s+is\s*:?"
)
_HEADING = r"(?:^|\n)\s*(?:#+|\*\*)\s*(?:final\s+)?(?:answer|solution)\s*:?\s*(?:\*\*)?\s*:?[ \t]*\n"
_LINE_START = r"(?:^|\n)[ \t]*(?:\*\*)?(?:A|Ans|Solution|Result)\.?\s*(?:\*\*)?:(?:\*\*)?"
_BEFORE_MATH = r"\banswer\s+(?=\$|\\\(|\\\[)"
_OTHER_LANGUAGES = "|".join(
    (
        r"\br[ée]ponse(?:\s+finale)?\s*(?:est|:)\s*:?",
        r"\brespuesta(?:\s+final)?\s*(?:es|:)\s*:?",
        r"\bresposta(?:\s+final)?\s*(?:é|:)\s*:?",
        r"\brisposta(?:\s+finale)?\s*(?:è|:)\s*:?",
        r"\bantwort\s*(?:ist|lautet|:)\s*:?",
        r"\bantwoord\s*(?:is|:)\s*:?",
        r"\bodpowied[źz]\s*(?:to|:)\s*:?",
        r"\bответ\s*(?::|—|-|равен)\s*:?",
        r"答案(?:是|为|為|应为)?\s*[::]?",
        r"答え(?:は|が)?\s*[::]?",
        r"(?:정답|답)(?:은|는)?\s*[::]?",
        r"(?:الإجابة|الجواب)(?:\s+(?:هي|هو))?\s*:?",
    )
)

SPOKEN = re.compile(
    "|".join(
        (_HEADING, _ENGLISH, _CORRECT_OPTION, _LINE_START, _BEFORE_MATH, _OTHER_LANGUAGES)
    ),
    re.IGNORECASE,
)
"""Phrases before an answer."""

TRAILING = re.compile(
    r"([^\n]{1,200}?)\s+(?:is|are)\s+(?:the|our|my)\s+(?:final\s+|correct\s+|desired\s+)?"
    r"(?:answer|solution)\b",
    re.IGNORECASE,
)
"""Phrases after an answer; group 1 holds it."""

HASHES = re.compile(r"(?:^|\n)[ \t]*####[ \t]*([^\n]*)")
"""GSM8K's marker; group 1 holds the answer."""

TAGS = re.compile(r"<answer>(.*?)</answer>", re.IGNORECASE | re.DOTALL)
"""Tags that reasoning models are trained with; group 1 holds the answer."""

BOXES = ("\\boxed", "\\fbox")
"""Commands that frame an answer."""
