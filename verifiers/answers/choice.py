r"""Letters of options: `(B)`, `B.`, `Choice_B - 2d`, `\text{(B)}`, `A and C`. Pure."""

import re

_LETTER = r"[A-J]"
_WORD = r"(?:(?:the\s+)?(?:correct\s+)?(?:answer|choices?|options?|letter)(?:\s+is)?[\s_:\\]*)"
_SEPARATOR = r"(?:\s*(?:,|/|&|;|\band\b|,\s*and\b)\s*)"
_ONE = rf"\(?\s*{_LETTER}\s*\)?"
_GOLD = re.compile(rf"\(?\s*({_LETTER})\s*\)?\.?|\(([a-j])\)")
_LETTERS_ALONE = re.compile(
    rf"(?P<word>{_WORD})?(?P<letters>{_ONE}(?:{_SEPARATOR}{_WORD}?{_ONE})*)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_AFTER_LETTER = re.compile(r"\s*(?:$|[.):,;\-(=]|\s(?:is|because|since|with|as)\b)")
_MENTION = re.compile(
    rf"(?:choice|option)[\s_\\]*\(?({_LETTER})(?![a-zA-Z])|\(({_LETTER})\)", re.IGNORECASE
)
_OPTION_LINE = re.compile(
    rf"^[ \t]*(?:(?:choice|option)[\s_]*)?\(?({_LETTER})\s*[).:]\s*(\S.*?)[ \t]*$", re.MULTILINE
)
_OPTION_INLINE = re.compile(rf"\(({_LETTER})\)\s*(.*?)(?=\s*\({_LETTER}\)|\s*$)", re.DOTALL)


def is_choice(text: str) -> bool:
    """Return whether a normalised gold answer is the letter of an option: `B`, `(B)`, `(b)`."""
    return _GOLD.fullmatch(text) is not None


def read_choice(text: str) -> frozenset[str]:
    """Return the letters, in upper case, that a normalised answer names; empty if it names none.

    `A cat` names none: a letter counts at the start only, followed by its delimiter or the end.
    """
    match = _LETTERS_ALONE.match(text.strip())
    if match is None:
        return frozenset()
    if not (match["letters"].rstrip().endswith(")") or _AFTER_LETTER.match(match["rest"])):
        return frozenset()
    letters = re.sub(_WORD, " ", match["letters"], flags=re.IGNORECASE)
    return frozenset(letter.upper() for letter in re.findall(r"\b[A-Ja-j]\b", letters))


def last_choice(text: str) -> str | None:
    """Return the last `(B)` or `choice B` that a text mentions, as written; None if none."""
    mentions = list(_MENTION.finditer(text))
    return mentions[-1].group() if mentions else None


def read_options(question: str) -> dict[str, str]:
    """Return the options that a question lists, by letter; empty unless they run A, B, C..."""
    for pattern in (_OPTION_LINE, _OPTION_INLINE):
        options = {letter.upper(): text.strip() for letter, text in pattern.findall(question)}
        letters = list(options)
        if len(letters) > 1 and letters == [chr(ord("A") + i) for i in range(len(letters))]:
            return options
    return {}
