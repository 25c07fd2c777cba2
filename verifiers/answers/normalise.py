r"""One spelling for the many ways of writing the same answer. Pure; linear in the length.

Only notation changes here (`\dfrac12` and `\frac{1}{2}`, `x²` and `x^{2}`, math delimiters, fonts,
spaces); values are read by the other modules.
"""

import re

_CHARACTERS = str.maketrans(
    {
        "\u2212": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2044": "/",
        "\u2215": "/",
        "\uff0c": ",",
        "\uff0e": ".",
        "\uff05": "%",
        "\uff08": "(",
        "\uff09": ")",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u3002": ".",
        "\u03c0": r"\pi ",
        "\u221e": r"\infty ",
        "\u2264": r"\leq ",
        "\u2265": r"\geq ",
        "\u2260": r"\neq ",
        "\u00d7": r"\times ",
        "\u00b7": r"\cdot ",
        "\u22c5": r"\cdot ",
        "\u00f7": r"\div ",
        "\u00b1": r"\pm ",
        "\u222a": r"\cup ",
        "\u2229": r"\cap ",
        "\u2208": r"\in ",
        "\u221a": r"\sqrt ",
        "\u00b0": r"^\circ ",
        "\u03b8": r"\theta ",
        "\u00bd": r" 1/2",
        "\u00bc": r" 1/4",
        "\u00be": r" 3/4",
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    }
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

_COMMANDS = (
    "frac|dfrac|tfrac|cfrac|sqrt|left|right|pi|text|mbox|cdot|times|circ|boxed|infty|cup|cap|leq"
    "|geq|neq|le|ge|lt|gt|pm|in|theta|begin|end|mathrm|mathbf|textbf|log|sin|cos|tan"
)

# In order: a later row reads what an earlier one wrote.
_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"(?<!\\)\\\\(?=(?:{_COMMANDS})(?![a-zA-Z]))", r"\\"),  # doubled by an escaping too many
        (r"(?<!\\)\\[,;:]?\\?!\s*", ""),
        (r",\\!\s*", ","),
        (r"(?<=\d)\\[,;: ]\s*(?=\d)", " "),
        (r"(?<!\\)\\(?:[,;: ]|quad|qquad|displaystyle|textstyle|limits|nolimits)(?![a-zA-Z])", " "),
        (r"\s*\{\s*,\s*\}\s*", ","),
        (r"\\\$", ""),
        (r"(?<!\\)\\[()\[\]]", " "),
        (r"\$", " "),
        (r"\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|biggl?|biggr?)(?![a-zA-Z])\s*\.?", ""),
        (r"\\[dtc]frac(?![a-zA-Z])", r"\\frac"),
        (r"\\frac\s*(\d)\s*(\d)(?!\d)", r"\\frac{\1}{\2}"),
        (r"\\frac\s*(\d)\s*\{", r"\\frac{\1}{"),
        (r"\\frac\s*(\{[^{}]*\})\s*(\d)", r"\\frac\1{\2}"),
        (r"\\frac\s*(\{[^{}]*\})\s+\{", r"\\frac\1{"),
        (r"\\sqrt\s*(\d|[a-zA-Z](?![a-zA-Z]))", r"\\sqrt{\1}"),
        (r"\\sqrt\s*\(([^()]*)\)", r"\\sqrt{\1}"),
        (r"(?<!\\)\bsqrt\s*\(([^()]*)\)", r"\\sqrt{\1}"),
        (r"\^\s*\{?\s*(?:\\circ|\\degree)\s*\}?|\\degree(?![a-zA-Z])", " "),
        (r"\\%", "%"),
        (r"\\_", "_"),
        (r"<=|\\leqslant(?![a-zA-Z])|\\le(?![a-zA-Z])", r"\\leq "),
        (r">=|\\geqslant(?![a-zA-Z])|\\ge(?![a-zA-Z])", r"\\geq "),
        (r"!=|\\ne(?![a-zA-Z])", r"\\neq "),
        (r"\\lt(?![a-zA-Z])", "<"),
        (r"\\gt(?![a-zA-Z])", ">"),
        (r"(?<![a-zA-Z\\])(?:infinity|oo)(?![a-zA-Z])", r"\\infty "),
        (r"(?<![a-zA-Z\\])pi(?![a-zA-Z])", r"\\pi "),
        (r"(?<=[\w)}\]])\*\*(?=[\d(\-])", "^"),
        (r"\*\*|__|`", ""),
        (r"\^\{(\w)\}", r"^\1"),
        (r"_\{(\w+)\}", r"_\1"),
        (r"\s+", " "),
    )
)
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_WRAPPED = re.compile(
    r"\\(?:text(?:bf|it|rm|normal|sf|tt)?|mbox|math(?:rm|bf|it|sf|tt|bb|cal)|operatorname\*?"
    r"|boxed|fbox|bm|boldsymbol|mathop|underline)\s*\{([^{}]*)\}"
)
_ENDS = " \t\n\r.,;:'\""
_LEADING_POINT = re.compile(r"(?<![\d.\w])\.(?=\d)")
_NESTED_WRAPS = 4


def normalise(text: str) -> str:
    r"""Return `text` in one notation: `$\dfrac12$.` becomes `\frac{1}{2}`.

    Args:
        text: An answer, with or without math delimiters. Callers bound its length.
    """
    if text.isascii() and text.isdigit():  # most answers
        return text
    text = text.translate(_CHARACTERS)
    text = _SUPERSCRIPT.sub(lambda m: "^{" + m.group().translate(_SUPERSCRIPTS) + "}", text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    for _ in range(_NESTED_WRAPS):
        text, changes = _WRAPPED.subn(r" \1 ", text)
        if not changes:
            break
    return _LEADING_POINT.sub("0.", re.sub(r"\s+", " ", text)).strip(_ENDS)


def squeeze(text: str) -> str:
    """Return a normalised text without white space: equal strings are equal answers."""
    return re.sub(r"\s+", "", text)


def depth(text: str) -> int:
    """Return how deep brackets of any kind nest."""
    level = deepest = 0
    for character in text:
        if character in "([{":
            level += 1
            deepest = max(deepest, level)
        elif character in ")]}":
            level -= 1
    return deepest
