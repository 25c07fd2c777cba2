"""Words that mean something to arithmetic: operators, units, signs of doubt. Tables only.

Everything is lower case. Languages other than English have no entries, so their words are plain
prose: they end an expression and never change its meaning.
"""

# ruff: noqa: RUF001 - signs that look like others are what this file reads

import re


def _any(alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives.split())})"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPERATOR_WORDS = {"times": "*", "plus": "+", "minus": "-", "mod": "mod", "of": "of"}
"""Words that stand between two operands, with the operator they mean."""

EQUALS_WORDS = frozenset(("equals", "equal"))
"""Words that state an equation between two operands."""

PERCENT_WORDS = frozenset(("percent", "per-cent"))
"""Words after a number that make it hundredths."""

POWER_WORDS = {"squared": 2, "cubed": 3}
"""Words after a number that raise it to a power."""

FUNCTION_WORDS = _words(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp gcd "
    "lcm hcf max min mod det lim sum prod deg arg sqrt root cbrt floor ceil round abs "
    "int choose"
)
"""Names of functions: what they are applied to is not the whole expression."""

SHORT_UNITS = _words(
    "mm cm dm km mg kg ml dl kl cc hz khz mhz ghz oz lb lbs ft yd mi hr hrs min mins "
    "sec secs ms kj kw kwh mol kpa atm mph kph rpm ev nm um kb mb gb tb usd eur gbp "
    "rs pm am mm2 cm2 km2 m2 m3 cm3"
)
"""Abbreviations that are units even where a two-letter word would be a product of variables."""

FAMILY_UNITS = _words(
    "dollar cent penny pennie dime nickel quarter buck usd euro pound pence rupee "
    "second sec minute min hour hr day week month year decade century ms "
    "mm cm dm km meter metre centimeter kilometer millimeter inch inche foot feet ft yard mile "
    "mg kg gram kilogram ton tonne ounce oz lb milligram "
    "ml liter litre milliliter gallon quart pint cup tablespoon teaspoon cc "
    "degree radian revolution turn percent percentage fraction decimal kb mb gb tb byte bit"
)
"""Units that convert into another by a factor that the text need not print."""

MULTIPLIERS = _words(
    "dozen dozens hundred hundreds thousand thousands million millions billion "
    "billions trillion pair pairs score gross half halves third thirds quarter "
    "quarters fourth fourths fifth fifths k m b ten tens couple"
)
"""Words that scale the number before them."""

LEFT_STOPS = _words(
    "of by from than over per less more twice double triple thrice half negative root "
    "squared cubed an one two three four five six seven eight nine ten eleven twelve "
    "twenty thirty fifty hundred thousand million dozen third quarter fourth fifth "
    "point between subtract multiply divide divided multiplied minus plus times in "
    "log ln sin cos tan ratio base mod modulo average mean product difference "
    "quotient"
)
"""Words before a number that make it a part of something larger."""

RIGHT_STOPS = _words(
    "plus minus over percent hundred hundreds thousand thousands million millions "
    "billion dozen score squared cubed mod modulo remainder r divided multiplied "
    "halves thirds half quarters fourths fifths tenths hundredths factorial choose "
    "trillion pairs base power raised below"
)
"""Words after a number that change its value."""

LABELS = _words(
    "day step week month year part case question problem option choice item page "
    "chapter room team group box house number no equation line row column figure stage "
    "round level section phase trial game test quarter term side point person student "
    "player bus train store car hour example exercise method solution scenario approach "
    "grade age version january february march april june july august september october "
    "november december note formula table rule"
)
"""Nouns that a number after them names: `Day 2 - 10 + 5`."""

OF_NOUNS = _words(
    "total amount cost price profit distance value length area volume speed rate "
    "weight height time totals maximum minimum additional extra"
)
"""Nouns after which `of` introduces a whole expression: `a total of 3 + 4`."""

JOINERS = {
    "to": _words("add adds added adding"),
    "and": _words(
        "add adds added adding sum product difference between multiply multiplied "
        "multiplying average mean subtract both ratio quotient"
    ),
    "with": _words("multiply multiplied multiplying add adding added"),
}
"""Words that join an expression to an earlier operand if one of these stands before."""

RIGHT_ANYWHERE = frozenset(("power", "raised"))
"""Words that change the value of a number a few words before them."""

PROSE = _words(
    "and or so then is are was were be but which because since if where with we get "
    "gets that to as in on at for from while when has have had gives equals left more "
    "total each now would he she they it this these those therefore thus hence "
    "altogether also after before by"
)
"""Words that count nothing: they end an expression."""

BARE_LEFT = _words(
    "is are was get gets got gives give have has so then thus hence that equals "
    "therefore since because total obtain find yields where with"
)
"""Words after which a lone number on the left of `=` is the whole left side."""

CONVERSIONS = frozenset(
    int(factor)
    for factor in _words(
        "2 3 4 5 7 8 10 12 14 16 20 24 25 28 30 31 36 48 50 52 60 64 90 100 120 128 144 168 180 "
        "240 360 365 366 500 512 720 1000 1024 1440 1760 2000 3600 5280 10000 86400 100000 "
        "1000000 1000000000"
    )
)
"""Factors between units of one family, and between numbers and their scaled names."""

_SUPPOSES = _any(
    r"suppos\w* assum\w* would should could might may unless hypothe\w* guess\w* imagine pretend "
    r"try trying claim\w* otherwise instead rather "
    r"thought thinks believ\w* said says define\w*"
)
_DENIES = _any(
    r"incorrect\w* wrong\w* mistak\w* error erroneous\w* false\w* not cannot isn don doesn "
    r"contradict\w* impossible misread confus\w* careless\w* invalid inconsistent"
)
_RECKONS_OTHERWISE = _any(
    r"base binary octal hexadecimal modulo mod modular congruent remainder quotient left\sover "
    r"leftover clock a\.m p\.m am pm midnight noon operation operator digit\ssum "
    r"concatenat\w*"
)
DOUBT = re.compile(
    rf"\b(?:{_SUPPOSES}|{_DENIES}|{_RECKONS_OTHERWISE})\b"
    r"|n['’]t\b|[?≠≡]|\\neq?\b|\\not|\\equiv|\\pmod|\\bmod|!=",
    re.IGNORECASE,
)
"""What in a sentence makes a false equation no mistake: supposition, denial, other arithmetics."""

CONDITION = re.compile(r"\b(?:if|whether|when|let(?!['’]s))\b[^,;:.]*$", re.IGNORECASE)
"""Ends a clause in which the equation is a condition."""

SUBSTITUTION = re.compile(r"\b(?:plug|substitut)\w*", re.IGNORECASE)
"""What before an equation says that a value was put into it, to see whether it holds."""

_ROUNDS = _any(
    r"round\w* approx\w* about roughly nearly almost nearest estimat\w* close\sto around ceil\w* "
    r"whole\snumber at\sleast decimal\splace\w* significant"
)
ROUNDING = re.compile(rf"\b{_ROUNDS}\b|\\approx|≈|≅|≃|\\simeq|\\sim\b|~", re.IGNORECASE)
"""What in a sentence says that numbers are not exact."""

_BASES = _any("two three four five six seven eight nine eleven twelve sixteen")
REQUIREMENT = re.compile(
    r"\b(?:need\w*|must|requir\w*|want\w*|satisf\w*|until|while|condition\w*|inequalit\w*)\b",
    re.IGNORECASE,
)
"""What in a sentence makes an inequality a condition."""

OTHER_ARITHMETIC = re.compile(
    rf"\bbase[-\s]?(?:\d|{_BASES}\b|\$|\\|[a-z]\b)"
    r"|\b(?:binary|octal|hexadecimal|modul\w+|clock|digit\ssum)\b|(?<!order of )\boperation"
    r"|\\pmod|\\bmod|[≡⊕⊗∘★]|\\equiv|\\oplus|\\otimes|\\star",
    re.IGNORECASE,
)
"""What in a problem says that its signs or digits mean something of their own."""

SCALES = frozenset((100, 1000, 10**4, 10**6, 10**9))
"""Factors between a number and its name in hundreds, thousands or percent."""

SCALED = re.compile(
    r"\b(?:percent\w*|cents?|(?:hundred|thousand|[mb]illion|lakh|crore)s?)\b|%|\d+k\b",
    re.IGNORECASE,
)
"""What in a sentence says that its numbers may be scaled."""


def singular(word: str) -> str:
    """Return `word` in lower case without a plural `s`."""
    lowered = word.lower()
    return lowered.removesuffix("s") if len(lowered) > len("gas") else lowered
