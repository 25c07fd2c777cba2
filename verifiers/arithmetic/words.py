"""Words that mean something to arithmetic: operators, units, and what makes a number no claim. Tables only.

Everything is lower case. Languages other than English have no entries, so their words are plain
prose: they end an expression and never change its meaning.
"""

import re

OPERATOR_WORDS = {"times": "*", "plus": "+", "minus": "-", "mod": "mod", "of": "of"}
"""Words that stand between two operands, with the operator they mean."""

POWER_WORDS = {"squared": 2, "cubed": 3}
"""Words after a number that raise it to a power."""

FUNCTION_WORDS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp gcd lcm hcf max min mod "
    "det lim sum prod deg arg sqrt root cbrt floor ceil round abs int choose".split()
)
"""Names of functions: what they are applied to is not the whole expression."""

SHORT_UNITS = frozenset(
    "mm cm dm km mg kg ml dl kl cc hz khz mhz ghz oz lb lbs ft yd mi hr hrs min mins sec secs ms kj kw kwh "
    "mol kpa atm mph kph rpm ev nm um kb mb gb tb usd eur gbp rs pm am mm2 cm2 km2 m2 m3 cm3".split()
)
"""Abbreviations that are units even where a two-letter word would be a product of variables."""

FAMILIES = (
    frozenset("dollar cent penny pennie dime nickel quarter buck usd euro pound pence rupee $ ¢".split()),
    frozenset("second sec minute min hour hr day week month year decade century ms".split()),
    frozenset("mm cm dm km meter metre centimeter kilometer millimeter inch inche foot feet ft yard mile".split()),
    frozenset("mg kg gram kilogram ton tonne ounce oz lb pound milligram".split()),
    frozenset("ml liter litre milliliter gallon quart pint cup tablespoon teaspoon cc".split()),
    frozenset("degree radian revolution turn".split()),
    frozenset("percent percentage fraction decimal".split()),
    frozenset("kb mb gb tb byte bit".split()),
)
"""Units that convert into one another by a factor that the text need not print."""

FAMILY_UNITS = frozenset().union(*FAMILIES)
"""Every unit that has a conversion."""

MULTIPLIERS = frozenset(
    "dozen dozens hundred hundreds thousand thousands million millions billion billions trillion pair pairs score "
    "gross half halves third thirds quarter quarters fourth fourths fifth fifths k m b ten tens couple".split()
)
"""Words that scale the number before them."""

LEFT_STOPS = frozenset(
    "of by from than over per less more twice double triple thrice half negative root squared cubed an "
    "one two three four five six seven eight nine ten eleven twelve twenty thirty fifty hundred thousand million "
    "dozen third quarter fourth fifth point between subtract multiply divide divided multiplied minus plus times "
    "log ln sin cos tan ratio base mod modulo average mean product difference quotient"
    .split()
)
"""Words before a number that make it a part of something larger."""

RIGHT_STOPS = frozenset(
    "times plus minus over of percent hundred hundreds thousand thousands million millions billion dozen score "
    "squared cubed mod modulo remainder r divided multiplied halves thirds half quarters fourths fifths tenths "
    "hundredths factorial choose trillion pairs base power raised to per below".split()
)
"""Words after a number that change its value."""

BARE_LEFT = frozenset(
    "is are was get gets got gives give have has so then thus hence that equals therefore since because total "
    "obtain find yields where with".split()
)
"""Words after which a lone number on the left of `=` is the whole left side."""

CONVERSIONS = frozenset(
    {2, 3, 4, 5, 7, 8, 10, 12, 14, 16, 20, 24, 25, 28, 30, 31, 36, 48, 50, 52, 60, 64, 90, 100, 120, 128}
    | {144, 168, 180, 240, 360, 365, 366, 500, 512, 720, 1000, 1024, 1440, 1760, 2000, 3600, 5280, 10000}
    | {86400, 100000, 1000000, 1000000000}
)
"""Factors between units of one family, and between numbers and their scaled names."""

DOUBT = re.compile(
    r"\b(?:suppose|supposed|supposing|assum\w*|would|should|could|might|may|incorrect\w*|wrong\w*|mistak\w*|error|"
    r"erroneous\w*|false\w*|not|n't|cannot|isn|doesn|don|instead|contradict\w*|impossible|unless|hypothe\w*|guess\w*|"
    r"imagine|pretend|misread|confus\w*|careless\w*|invalid|inconsistent|rather|try|trying|otherwise|claim\w*|"
    r"base|binary|octal|hexadecimal|modulo|mod|modular|congruent|remainder|quotient|left over|leftover|"
    r"o'clock|clock|a\.m|p\.m|am|pm|midnight|noon|operation|operator|defined|digit sum|concatenat\w*)\b"
    r"|n['’]t\b|[?≠≡]|\\neq?\b|\\not|\\equiv|\\pmod|\\bmod|!=",
    re.IGNORECASE,
)
"""What in a sentence makes a false equation no mistake: supposition, denial, other arithmetics."""

CONDITION = re.compile(r"\b(?:if|whether|when|let|had|for)\b[^,;:.]*$", re.IGNORECASE)
"""Ends a clause in which the equation is a condition."""

ROUNDING = re.compile(
    r"\b(?:round\w*|approx\w*|about|roughly|nearly|almost|nearest|estimat\w*|close to|around|ceil\w*|whole number|"
    r"at least|decimal place\w*|significant)\b|\\approx|≈|≅|≃|\\simeq|\\sim\b|~",
    re.IGNORECASE,
)
"""What in a sentence says that numbers are not exact."""

OTHER_ARITHMETIC = re.compile(
    r"\bbase[- ]?(?:\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|\$|\\|[a-z]\b)"
    r"|\b(?:binary|octal|hexadecimal|modul\w+|clock|digit sum)\b|\\pmod|\\bmod|[≡⊕⊗∘★]|\\equiv|\\oplus|\\otimes|\\star|\\circ(?![}\s]*[$.,])"
    r"|\b(?:operation|operator)s?\b",
    re.IGNORECASE,
)
"""What in a problem says that its signs or digits mean something of their own."""


def singular(word: str) -> str:
    """Return `word` in lower case without a plural `s`."""
    lowered = word.lower()
    return lowered[:-1] if len(lowered) > 3 and lowered.endswith("s") else lowered
