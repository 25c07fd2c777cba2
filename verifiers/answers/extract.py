r"""Extraction of the final answer from a solution. Pure; linear in the length of the text.

In order of trust: formats a model was told to use (`\boxed{}`, `#### 72`, `<answer>` tags), the
last wins; phrases (`the answer is 5`), the last that holds an answer of the type asked for; the end
of the last line, where its form fits the type.
"""

import re
from collections.abc import Iterator

from schemas import AnswerType
from verifiers.answers.boxed import last_boxed
from verifiers.answers.choice import last_choice, read_choice
from verifiers.answers.compare import Comparison, equal_answers
from verifiers.answers.cues import HASHES, SPOKEN, TAGS, TRAILING
from verifiers.answers.normalise import normalise
from verifiers.answers.number import GLUED, read_quantity
from verifiers.answers.units import SCALES, UNITS

TAIL = 20_000
"""Characters at the end of a text in which phrases are looked for."""
MAX_CUES = 16
"""Phrases of each kind that are looked at, from the end."""
MAX_LINE = 2_000
"""Characters of a line in which an answer is looked for."""
MAX_WORDS = 8
"""Words of a last line that can be an answer by itself."""

_MATH = re.compile(
    r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|(?<!\\)\$((?:[^$\\]|\\.)+?)\$(?!\d)", re.DOTALL
)
_NUMBER = re.compile(
    r"(?<![\w.\\^_{])(?<!\d:)[-+\u2212]?[$€£¥]?\s?"
    r"(?>(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:\s?/\s?\d+(?![\d/]))?)"
    rf"(?!{GLUED.pattern})(?:\s?(?:%|percent\b)|\s(?:{'|'.join(SCALES)})\b)?"
)
_UNIT = rf"(?:\s?(?:{'|'.join(sorted(filter(str.isalpha, UNITS), key=len, reverse=True))})\b)"
_SEVERAL = re.compile(
    rf"(?P<first>{_NUMBER.pattern}{_UNIT}?)\s+or\s+(?P<other>{_NUMBER.pattern}{_UNIT}?)"
    rf"|{_NUMBER.pattern}{_UNIT}(?:\s+and|,)?\s+{_NUMBER.pattern}{_UNIT}"
)
_DENIED = re.compile(
    rf"(?:\bnot|n['\u2019]t)\s+(?:equal\s+to\s+)?(?:\\[(\[]\s*)?{_NUMBER.pattern}", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"\u3002|\.(?=\s+[^\s\d]|\s*$)|(?<=[^\d])[!?](?=\s|$)")
_REASON = re.compile(r"[\s,]+(?:because|since|as shown|as required|which|where)\b.*", re.DOTALL)
_LITERAL_NEWLINES = re.compile(r"(?:\\n){2,}|(?:\\n)+(?=[^a-zA-Z]|$)")
_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
_SPACE += "\u2028\u2029\u202f\u205f\u3000"  # all that `\s` matches
_BEFORE = _SPACE + '*#:\uff1a"“'
_BEHIND = _SPACE + '*"”'
_ENUMERATION = re.compile(r"^(?:step\s+)?\d+[.:)]\s+(?:\[[^\]\d]*\]\s*)?", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|be|equals?|totals?)\b", re.IGNORECASE)
_RESULT = re.compile(rf"{_VERB.pattern}|=|\brounds?(?:\s+(?:up|down))?\s+to\b", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\s*(?:(?:about|approximately|exactly|only|just|therefore|a total of|equal to|now)\s+)?"
)
_OPERATOR = re.compile(r"\s*(?:[-+*/\u00d7^=]|\\[a-z])\s*[\d(\\$]")
_ANNOTATION = re.compile(r"<<[^<>=\n]*=[^<>\n]*>>")
_TRUTH = re.compile(r"(?:yes|no|true|false)\b", re.IGNORECASE)
_NEGATED = re.compile(r"not\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|none|neither|nor)\b", re.IGNORECASE)
_LAST_SIDE = re.compile(r"(?<![<>!:=])=(?!=)")


def extract_answer(text: str, *, answer_type: AnswerType = AnswerType.AUTO) -> str | None:
    """Return the final answer of a solution as written, or None where there is none.

    Args:
        text: A whole solution or completion, any length.
        answer_type: What the accepted answer is, see `gold_type`; AUTO takes any form.
    """
    marked = marked_answer(text)
    if marked is not None:
        return marked
    tail = text[-TAIL:]
    if "\\n" in tail:
        tail = _LITERAL_NEWLINES.sub("\n", tail)
    tail = _ANNOTATION.sub("", tail)
    for region in _spoken(tail):
        answer = _narrow(region, answer_type)
        if answer is not None:
            return answer
    return _from_last_line(tail, answer_type)


def stated_answer(text: str) -> str:
    """Return the answer that a gold text states: marked or after a phrase, else the whole text."""
    marked = marked_answer(text)
    return marked if marked is not None else next(_spoken(text[-TAIL:]), text)


def marked_answer(text: str) -> str | None:
    r"""Return the last answer that is marked as one (`\boxed{}`, `####`, tags), or None."""
    offset = max(0, len(text) - TAIL)
    tail = text[offset:]
    matches = list(HASHES.finditer(tail)) if "####" in tail else []
    if "</" in tail:
        matches += TAGS.finditer(tail)
    found = [(offset + m.start(), m[1].strip()) for m in matches if m[1].strip()]
    boxed = last_boxed(text) if "\\" in text else None
    if boxed is not None:
        found.append(boxed)
    if not found:
        return None
    answer = max(found)[1]
    inner = last_boxed(answer)
    return answer if inner is None else inner[1]


def _spoken(tail: str) -> Iterator[str]:
    """Yield the regions that phrases announce, the last one first; empty ones are left out."""
    lower = tail.casefold()
    ends: set[int] = set()
    for words, pattern, leads in SPOKEN:
        # A list and no generator: graders of rollouts spend most of their time here.
        at = [lower.find(word) for word in words if word in lower]
        if at:
            # Folding may lengthen a text; where it did not, positions are the same.
            start = min(at) if leads and len(lower) == len(tail) else 0
            ends.update([match.end() for match in pattern.finditer(tail, start)])
    for end in sorted(ends, reverse=True)[:MAX_CUES]:
        region = _region(tail[end : end + MAX_LINE])
        if region:
            yield region
    if "answer" in lower or "solution" in lower:
        for match in list(TRAILING.finditer(tail))[: -MAX_CUES - 1 : -1]:
            line = tail[max(0, match.start() - MAX_LINE) : match.start()].rpartition("\n")[2]
            if line.strip():
                yield line.rpartition(". ")[2].strip()


def _region(rest: str) -> str:
    """Return the answer that follows a cue: a formula, or the line's first sentence."""
    rest = _bare(rest)
    formula = _MATH.match(rest)
    if formula is not None:
        line = rest[formula.end() :].partition("\n")[0]
        return formula.group() + _first_sentence(line) if formula[4] else formula.group()
    return _first_sentence(rest.partition("\n")[0])


def _first_sentence(line: str) -> str:
    end = 0
    while (match := _SENTENCE_END.search(line, end)) is not None:
        if line.count("$", 0, match.start()) % 2 == 0 or match.end() == len(line):
            line = line[: match.start()]
            break
        end = match.end()
    return _bare(_REASON.sub("", line))


def _bare(text: str) -> str:
    """Return a text without markup and white space around it."""
    return text.lstrip(_BEFORE).rstrip(_BEHIND)


def _narrow(region: str, answer_type: AnswerType) -> str | None:
    """Return the answer of the given type inside a region, or None where it holds none."""
    if answer_type is AnswerType.CHOICE:
        if _NEGATED.match(region):
            return None
        named = read_choice(normalise(region[:MAX_LINE]))
        return region if named else last_choice(region) or region
    if answer_type is AnswerType.NUMBER:
        return _number_in(region)
    if answer_type is AnswerType.EXPRESSION:
        return _formula_in(region) or _short(region) or region
    return region


def _number_in(region: str) -> str | None:
    """Return the number that an announced answer is: the whole, a formula, or the first one."""
    if read_quantity(normalise(region[:MAX_LINE])) is not None:
        return region
    region = _DENIED.sub("", region)
    return _formula_in(region) or _first_number(region.lstrip()) or _stated_number(region)


def _stated_number(line: str) -> str | None:
    """Return the number that a sentence arrives at: after its last `=` or `is`, else its last."""
    line = _DENIED.sub("", line[-MAX_LINE:])
    if _SEVERAL.fullmatch(line.rstrip(" .")):
        return _first_number(line)
    side = _LAST_SIDE.split(line)[-1].strip()
    if read_quantity(normalise(side)) is not None:
        return side
    stated = (_first_number(rest) for rest in _after(_RESULT, line))
    return next((number for number in stated if number), None) or _last_number(line)


def _first_number(text: str) -> str | None:
    """Return the number that a text starts with, unless it is the operand of something."""
    several = _SEVERAL.match(text)
    if several is not None and not _same_twice(several):
        return several.group()
    number = _NUMBER.match(text)
    if number is None or _OPERATOR.match(text, number.end()):
        return None
    return number.group().strip()


def _same_twice(several: re.Match[str]) -> bool:
    """Return whether alternatives are one number in two forms: `1/2 or 0.5`."""
    if several["first"] is None:
        return False
    return equal_answers(several["first"], several["other"]) is Comparison.EQUAL


def _last_number(text: str) -> str | None:
    numbers = _NUMBER.findall(text)
    return numbers[-1].strip() if numbers else None


def _after(pattern: re.Pattern[str], region: str) -> list[str]:
    """Return what follows each match in a sentence that may state a result, the last one first."""
    ends = [_BETWEEN.match(region, m.end()) for m in pattern.finditer(region)]
    return [region[match.end() :] for match in reversed(ends) if match is not None]


def _formula_in(region: str) -> str | None:
    formulas = list(_MATH.finditer(region))
    if not formulas:
        return None
    return next(part for part in formulas[-1].groups() if part).strip()


def _from_last_line(tail: str, answer_type: AnswerType) -> str | None:
    line = _bare(tail.rstrip().rpartition("\n")[2][-MAX_LINE:])
    line = _ENUMERATION.sub("", line)
    match answer_type:
        case AnswerType.NUMBER:
            return _formula_in(_DENIED.sub("", line)) or _stated_number(line)
        case AnswerType.CHOICE:
            return _choice_in(line)
        case AnswerType.EXPRESSION | AnswerType.AUTO:
            return _formula_in(line) or _short(line)
        case AnswerType.TEXT:
            return line if _TRUTH.match(line) else _short(line)
        case AnswerType.NONE | AnswerType.TESTS:
            return None


def _choice_in(line: str) -> str | None:
    if read_choice(normalise(line)):
        return line
    return None if _NEGATION.search(line) else last_choice(line)


def _short(line: str) -> str | None:
    """Return what of a last line can be an answer by itself: a few words at most."""
    candidates = [*_after(_VERB, line)[:1], line, _LAST_SIDE.split(line)[-1]]
    short = (c.strip().rstrip(".") for c in candidates if len(c.split()) <= MAX_WORDS)
    return next((c for c in short if c), None)
