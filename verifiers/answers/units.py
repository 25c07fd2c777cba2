"""Tables of units, currencies and number words. Data only.

A unit that is not listed is a counted noun (`5 apples`) and does not take part in a comparison.
"""

import re
from fractions import Fraction

CURRENCY = re.compile(
    r"US\$|[$€£¥₹₽₩₪₫₱₺₴]|(?<![a-zA-Z])(?:usd|eur|gbp|inr|rmb|cny)(?![a-zA-Z])", re.IGNORECASE
)
"""Signs and codes of currencies, dropped wherever they stand."""

PERCENT = re.compile(r"%|per ?cent(?:age)?(?: points?)?|pct")
"""Ways of writing per cent, in lower case."""

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred"
WORDS = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), start=3)},
}
"""English number words up to one hundred, one word each."""

SCALES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
}
"""Words after a number that multiply it."""

_FAMILIES: dict[str, dict[str, str]] = {
    "length": {
        "mm millimeter millimeters millimetre millimetres": "0.001",
        "cm centimeter centimeters centimetre centimetres": "0.01",
        "m meter meters metre metres": "1",
        "km kilometer kilometers kilometre kilometres": "1000",
        "in inch inches": "0.0254",
        "ft foot feet": "0.3048",
        "yd yard yards": "0.9144",
        "mi mile miles": "1609.344",
    },
    "mass": {
        "mg milligram milligrams": "0.001",
        "g gram grams": "1",
        "kg kilogram kilograms": "1000",
        "oz ounce ounces": "28.349523125",
        "lb lbs pound pounds": "453.59237",
    },
    "time": {
        "ms millisecond milliseconds": "0.001",
        "s sec secs second seconds": "1",
        "min mins minute minutes": "60",
        "h hr hrs hour hours": "3600",
        "day days": "86400",
        "week weeks": "604800",
    },
    "volume": {
        "ml milliliter milliliters millilitre millilitres": "0.001",
        "l liter liters litre litres": "1",
    },
    "money": {"cent cents": "0.01", "dollar dollars": "1"},
}
UNITS: dict[str, tuple[str, Fraction]] = {
    name: (family, Fraction(size))
    for family, members in _FAMILIES.items()
    for names, size in members.items()
    for name in names.split()
}
"""Unit name in lower case to its dimension and its size in that dimension's base unit."""

_POWERS = {2: ("2", "sq {}", "square {}"), 3: ("3", "cubic {}", "cu {}")}
for _name, (_family, _size) in list(UNITS.items()):
    if _family == "length":
        for _power, (_digit, *_forms) in _POWERS.items():
            for _form in (f"{_name}{_digit}", f"{_name} {_digit}", *_forms):
                UNITS[_form.format(_name)] = (f"length{_power}", _size**_power)
