"""Parsing and evaluating one side: precedence, readings, and what is no expression."""

import ast
import operator
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.arithmetic.expression import Doubt, Form, evaluate, readings
from verifiers.arithmetic.parsing import MAX_TOKENS, parse
from verifiers.arithmetic.scan import scan
from verifiers.arithmetic.surds import BeyondLimitError, Number

LAW = settings(deadline=None, max_examples=100)  # a loaded machine is slow, not wrong
OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def values(text: str) -> set[Number]:
    """Return the value of `text` under each reading of its forms; empty where it has none."""
    program = parse(scan(text))
    if program is None:
        return set()
    read = [parse(scan(text), reading) for reading in readings(program.forms)]
    return {evaluate(one.ops) for one in read if one is not None}


def python_value(node: ast.expr) -> Fraction:
    """Return what Python makes of an expression of integers, exactly."""
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](python_value(node.left), python_value(node.right))
    if isinstance(node, ast.UnaryOp):
        return -python_value(node.operand)
    assert isinstance(node, ast.Constant)
    return Fraction(str(node.value))


NUMBERS = st.integers(-9, 9).map(str)
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-({text})"),
    ),
    max_leaves=20,
)


@LAW
@given(EXPRESSIONS)
def test_integers_are_read_as_python_reads_them(text: str) -> None:
    """Sums, differences, products, signs and brackets have Python's precedence."""
    expected = python_value(ast.parse(text, mode="eval").body)

    assert values(text) == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * 4", {14}),
        ("2 ^ -1", {Fraction(1, 2)}),
        ("10 - 2 - 3", {5}),
        (r"\frac{1 + 2}{3} + 1", {2}),
        (r"\frac12 \cdot \frac{\frac{1}{2}}{2}", {Fraction(1, 8)}),
        (r"\binom{5}{2} / 2", {5}),
        (r"2\sqrt{9}", {6}),
        ("√16 + 1", {5}),
        ("(2)(3)4", set()),
        ("2(3)", {6}),
        ("8/2(4)", {16, 1}),
        ("500 / 1/4", {125, 2000}),
        ("-3^2", {-9, 9}),
        ("20% * 50", {10, 1000}),
        ("2 1/2", {Fraction(5, 2)}),
        ("2 3/2", set()),
        (r"2\frac12", {Fraction(5, 2), 1}),
        ("3!", {6, 3}),
        ("3! * 2", {12}),
        ("20% of 30", {6, 600}),
        ("3 of 30", set()),
        ("17 mod 5", {2}),
    ],
)
def test_forms_have_the_values_that_writers_give_them(text: str, expected: set[Number]) -> None:
    """Each form has one value, or one per way in which writers read it."""
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "+", "3 +", "* 3", "3 4", "(3", "3)", "(3]", "x", "3x", r"\frac{1}", "3 + * 4", "()"],
)
def test_fragments_are_no_expression(text: str) -> None:
    """What is not a whole closed expression has no program."""
    assert parse(scan(text)) is None


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("2^3^2", Doubt.TOWER),
        ("7 (3 + 4)", Doubt.ASIDE),
        ("17 mod 5", Doubt.MODULUS),
        ("1/3 of 150", Doubt.SHARE),
    ],
)
def test_forms_too_often_meant_otherwise_are_marked(text: str, doubt: Doubt) -> None:
    """A form that refutes nothing says so in the program."""
    program = parse(scan(text))

    assert program is not None
    assert doubt in program.doubts


def test_length_is_limited() -> None:
    """An expression beyond the limit raises before it is read."""
    with pytest.raises(BeyondLimitError):
        parse(scan("1+" * MAX_TOKENS + "1"))


def test_readings_begin_with_the_plain_one_and_are_all_there() -> None:
    """Two forms have four readings."""
    found = readings(frozenset((Form.PERCENT, Form.TIGHT)))

    assert found[0] == frozenset()
    assert len(set(found)) == 4
