"""Exact numbers: laws, and agreement with floating point."""

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.arithmetic.surds import (
    MAX_BITS,
    PI_SYMBOL,
    BeyondLimitError,
    NoValueError,
    Number,
    add,
    approximate,
    choose,
    factorial,
    invert,
    multiply,
    raised,
    remainder,
    root,
)

LAW = settings(deadline=None, max_examples=100)  # a loaded machine is slow, not wrong
RATIONALS = st.fractions(min_value=-50, max_value=50, max_denominator=12)
ROOTS = st.integers(1, 60).map(lambda radicand: root(Fraction(radicand), 2))
TERMS = st.tuples(RATIONALS, st.one_of(ROOTS, st.just(PI_SYMBOL))).map(
    lambda pair: multiply(pair[0], pair[1])
)
NUMBERS: st.SearchStrategy[Number] = st.one_of(
    RATIONALS, TERMS, st.tuples(TERMS, TERMS).map(lambda pair: add(pair[0], pair[1]))
)


@LAW
@given(NUMBERS, NUMBERS, NUMBERS)
def test_sums_and_products_obey_the_laws_of_a_ring(a: Number, b: Number, c: Number) -> None:
    """Addition and multiplication commute, associate and distribute, exactly."""
    assert add(a, b) == add(b, a)
    assert multiply(a, b) == multiply(b, a)
    assert add(add(a, b), c) == add(a, add(b, c))
    assert multiply(a, add(b, c)) == add(multiply(a, b), multiply(a, c))


@LAW
@given(NUMBERS, NUMBERS)
def test_results_agree_with_floating_point(a: Number, b: Number) -> None:
    """The exact result lies where floating point says, up to its own error."""
    x, y = float(approximate(a)), float(approximate(b))

    assert float(approximate(add(a, b))) == pytest.approx(x + y, abs=1e-9)
    assert float(approximate(multiply(a, b))) == pytest.approx(x * y, abs=1e-7)


@LAW
@given(NUMBERS)
def test_inverse_times_value_is_one(value: Number) -> None:
    """Where an inverse can be written, it is one."""
    try:
        inverse = invert(value)
    except NoValueError:
        return

    assert multiply(value, inverse) == 1


@LAW
@given(st.fractions(min_value=0, max_value=500, max_denominator=20))
def test_square_of_square_root_is_the_value(value: Fraction) -> None:
    """A square root, squared, is what it was taken of."""
    assert raised(root(value, 2), Fraction(2)) == value


@LAW
@given(st.integers(-30, 30), st.integers(2, 5))
def test_roots_undo_powers(base: int, index: int) -> None:
    """The n-th root of an n-th power is the base, or its absolute value for even n."""
    expected = abs(base) if index % 2 == 0 else base

    assert root(Fraction(base**index), index) == expected


@LAW
@given(st.integers(0, 40), st.integers(0, 40))
def test_counting_functions_agree_with_the_library(total: int, chosen: int) -> None:
    """Factorials, binomials and remainders are those of the standard library."""
    assert factorial(Fraction(total)) == math.factorial(total)
    assert choose(Fraction(total), Fraction(chosen)) == math.comb(total, chosen)
    assert remainder(Fraction(-total), Fraction(chosen + 1)) == -total % (chosen + 1)


@pytest.mark.parametrize(
    ("base", "exponent"), [(2, MAX_BITS + 1), (9, 9**9), (Fraction(1, 3), 10**12), (0, 10**30)]
)
def test_huge_powers_are_refused_before_they_are_computed(base: Fraction, exponent: int) -> None:
    """A power beyond the limit raises, at no cost; powers of nought and one have no limit."""
    if base == 0:
        assert raised(Fraction(0), Fraction(exponent)) == 0
        return
    with pytest.raises(BeyondLimitError):
        raised(Fraction(base), Fraction(exponent))


UNDEFINED: dict[str, Callable[[], Number]] = {
    "one over nought": lambda: invert(Fraction(0)),
    "root of a negative": lambda: root(Fraction(-4), 2),
    "cube root of two": lambda: root(Fraction(2), 3),
    "nought to the nought": lambda: raised(Fraction(0), Fraction(0)),
    "two to the pi": lambda: raised(Fraction(2), PI_SYMBOL),
    "factorial of a half": lambda: factorial(Fraction(1, 2)),
    "one modulo nought": lambda: remainder(Fraction(1), Fraction(0)),
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_what_has_no_exact_value_says_so(name: str) -> None:
    """Division by nought, even roots of negatives and the like have no value."""
    with pytest.raises(NoValueError):
        UNDEFINED[name]()
