"""Rendering: an exact number as text for a certificate. Pure."""

from fractions import Fraction

from verifiers.arithmetic.surds import Number, approximate

MAX_DECIMALS = 12
"""Decimals written before a value is shown as a fraction."""
MAX_SHOWN = 40
"""Characters of an exact value; a longer one is shown as a floating-point number."""


def shown(value: Number) -> str:
    """Return `value` as an integer, a finite decimal or a fraction; irrational ones with `≈`."""
    if not isinstance(value, Fraction):
        return f"≈{_decimal(approximate(value), 10)}"
    scaled = value * 10**MAX_DECIMALS
    text = _decimal(value, MAX_DECIMALS) if scaled.denominator == 1 else str(value)
    return text if len(text) <= MAX_SHOWN else _magnitude(value)


def _decimal(value: Fraction, places: int) -> str:
    digits = f"{abs(round(value * 10**places)):0{places + 1}d}"
    sign = "-" if value < 0 else ""
    text = f"{sign}{digits[:-places]}.{digits[-places:]}"
    return text.rstrip("0").rstrip(".")


def _magnitude(value: Fraction) -> str:
    digits = len(str(abs(value.numerator))) - len(str(value.denominator))
    return f"about {'-' if value < 0 else ''}10^{digits}"
