"""Exact numbers beyond the rationals: sums of rational multiples of square roots and powers of pi.

Square roots of different square-free integers and powers of pi are linearly independent over the
rationals, so two such sums are equal only where their terms are. Pure; bounded by `MAX_BITS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

MAX_BITS = 4096
"""Size of a numerator or denominator; a larger one is beyond the limit."""
MAX_RADICAND = 10**6
"""Radicand that is factored; a larger one must be a perfect square."""
MAX_TERMS = 16
"""Terms of a sum."""

PI = Fraction(314159265358979323846264338327950288419716939937510, 10**50)
"""Pi to 50 decimals, for comparison with printed decimals."""
_SCALE = 10**60


class BeyondLimitError(Exception):
    """A number is larger than a deterministic limit."""


class NoValueError(Exception):
    """The expression has no value, or none that this module can write exactly."""


@dataclass(frozen=True, slots=True)
class Surd:
    """A sum of terms, at least one of them irrational."""

    terms: Mapping[tuple[int, int], Fraction]
    """(square-free radicand >= 1, power of pi) to its coefficient, none of them zero."""

    def __hash__(self) -> int:
        """Hash the terms, in whatever order they stand."""
        return hash(frozenset(self.terms.items()))


Number = Fraction | Surd
"""An exact real number."""

PI_SYMBOL = Surd({(1, 1): Fraction(1)})
"""Pi itself."""


def limited(value: Fraction) -> Fraction:
    """Return `value`.

    Raises:
        BeyondLimitError: If it needs more than `MAX_BITS`.
    """
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise BeyondLimitError
    return value


def add(left: Number, right: Number) -> Number:
    """Return the sum."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return limited(left + right)
    total = dict(_terms(left))
    for key, coefficient in _terms(right).items():
        total[key] = limited(total.get(key, Fraction(0)) + coefficient)
    return _surd(total)


def multiply(left: Number, right: Number) -> Number:
    """Return the product."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return limited(left * right)
    total: dict[tuple[int, int], Fraction] = {}
    for (radicand, power), coefficient in _terms(left).items():
        for (other, other_power), factor in _terms(right).items():
            common = math.gcd(radicand, other)
            key = (radicand * other // common**2, power + other_power)
            total[key] = limited(total.get(key, Fraction(0)) + coefficient * factor * common)
    return _surd(total)


def invert(value: Number) -> Number:
    """Return 1 / value.

    Raises:
        NoValueError: If it is zero, or a sum of several terms.
    """
    if isinstance(value, Fraction):
        if value == 0:
            raise NoValueError
        return 1 / value
    if len(value.terms) > 1:
        return _rationalise(value)
    (((radicand, power), coefficient),) = value.terms.items()
    return _surd({(radicand, -power): 1 / (coefficient * radicand)})


def raised(base: Number, exponent: Number) -> Number:
    """Return base ** exponent.

    Raises:
        NoValueError: If it is not a sum of the kind that this module writes.
        BeyondLimitError: If it is too large.
    """
    if not isinstance(exponent, Fraction):
        raise NoValueError
    if exponent.denominator != 1:
        return raised(root(base, exponent.denominator), Fraction(exponent.numerator))
    count = exponent.numerator
    if base == 0 and count <= 0:
        raise NoValueError
    if isinstance(base, Fraction):
        size = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
        if abs(count) * max(size, base not in (0, 1, -1)) > MAX_BITS:
            raise BeyondLimitError
        return limited(base**count)
    if abs(count) > MAX_TERMS:
        raise BeyondLimitError
    result: Number = Fraction(1)
    for _ in range(abs(count)):
        result = multiply(result, base)
    return result if count >= 0 else invert(result)


def root(value: Number, index: int) -> Number:
    """Return the real root of `value`, index >= 2.

    Raises:
        NoValueError: If it is not real, or not a rational multiple of a square root.
    """
    if not isinstance(value, Fraction) or (value < 0 and index % 2 == 0):
        raise NoValueError
    if index == 2:  # noqa: PLR2004  # square roots stay exact, others must come out even
        return _square_root(value)
    sign = -1 if value < 0 else 1
    top, bottom = (_integer_root(part, index) for part in (abs(value.numerator), value.denominator))
    return Fraction(sign * top, bottom)


def factorial(value: Number) -> Number:
    """Return value!.

    Raises:
        NoValueError: If it is not a natural number.
        BeyondLimitError: If it is too large.
    """
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 0:
        raise NoValueError
    if value > MAX_BITS // 8:
        raise BeyondLimitError
    return limited(Fraction(math.factorial(value.numerator)))


def choose(total: Number, chosen: Number) -> Number:
    """Return the binomial coefficient.

    Raises:
        NoValueError: If the numbers are not natural.
        BeyondLimitError: If it is too large.
    """
    if not (isinstance(total, Fraction) and isinstance(chosen, Fraction)):
        raise NoValueError
    if total.denominator != 1 or chosen.denominator != 1 or total < 0 or chosen < 0:
        raise NoValueError
    if total > MAX_BITS:
        raise BeyondLimitError
    return limited(Fraction(math.comb(total.numerator, chosen.numerator)))


def remainder(left: Number, right: Number) -> Number:
    """Return left modulo right, between zero and right.

    Raises:
        NoValueError: If they are not rational with right > 0.
    """
    if not (isinstance(left, Fraction) and isinstance(right, Fraction) and right > 0):
        raise NoValueError
    return left % right


def approximate(value: Number) -> Fraction:
    """Return a rational within 1e-40 of `value` relative to its largest term."""
    if isinstance(value, Fraction):
        return value
    total = Fraction(0)
    for (radicand, power), coefficient in value.terms.items():
        total += coefficient * Fraction(math.isqrt(radicand * _SCALE**2), _SCALE) * PI**power
    return total


def has_pi(value: Number) -> bool:
    """Return whether pi occurs in `value`."""
    return isinstance(value, Surd) and any(power for _, power in value.terms)


def _terms(value: Number) -> Mapping[tuple[int, int], Fraction]:
    return {(1, 0): value} if isinstance(value, Fraction) else value.terms


def _surd(terms: dict[tuple[int, int], Fraction]) -> Number:
    kept = {key: coefficient for key, coefficient in terms.items() if coefficient}
    if len(kept) > MAX_TERMS or any(abs(power) > MAX_TERMS for _, power in kept):
        raise BeyondLimitError
    if not kept:
        return Fraction(0)
    if list(kept) == [(1, 0)]:
        return kept[1, 0]
    return Surd(kept)


def _rationalise(value: Surd) -> Number:
    """Return 1 / (a + b), by its conjugate, where that is rational."""
    (first, a), *rest = value.terms.items()
    conjugate = _surd({first: a} | {key: -coefficient for key, coefficient in rest})
    product = multiply(value, conjugate)
    if not isinstance(product, Fraction):
        raise NoValueError
    return multiply(conjugate, invert(product))


def _square_root(value: Fraction) -> Number:
    inside = value.numerator * value.denominator
    whole = math.isqrt(inside)
    if whole**2 == inside:
        return Fraction(whole, value.denominator)
    if inside > MAX_RADICAND:
        raise NoValueError
    outside, radicand = _square_free(inside)
    return Surd({(radicand, 0): Fraction(outside, value.denominator)})


@lru_cache(maxsize=4096)
def _square_free(value: int) -> tuple[int, int]:
    """Return (a, b) with value = a * a * b and b square-free."""
    outside, factor = 1, 2
    while factor * factor <= value:
        while value % (factor * factor) == 0:
            value //= factor * factor
            outside *= factor
        factor += 1
    return outside, value


def _integer_root(value: int, index: int) -> int:
    low, high = 0, 1 << (value.bit_length() // index + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**index <= value:
            low = middle
        else:
            high = middle - 1
    if low**index != value:
        raise NoValueError
    return low
