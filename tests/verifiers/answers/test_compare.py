"""Comparison of final answers: what is equal, what is different, and what is not tried."""

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import AnswerType
from verifiers.answers import Comparison, equal_answers, gold_type

NESTED = "(" * 60 + "x" + ")" * 60


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("1000.0", "1,000"),
        ("1000", "1 000"),
        ("10080", r"10,\!080"),
        ("14916", "14 {, }916"),
        ("1234567", "1.234.567"),
        ("1234.5", "1.234,5"),
        ("1,22", "1.22"),
        ("1/2", "0.5"),
        (r"\frac12", "0.5"),
        (r"\dfrac{1}{2}", "½"),
        (r"1\frac{4}{5}", "9/5"),
        ("3 1/2", "3.5"),
        (r"-\frac{1}{2}", r"\frac{-1}{2}"),
        ("-5", "\u22125"),
        ("1/3", "0.333333"),
        ("1/3", r"0.\overline{3}"),
        (r"1.2 \times 10^5", "120,000"),
        ("0.001", "10^{-3}"),
        ("1024", "2^{10}"),
        ("7", "seven"),
        (r"\$18.90", "$18.9"),
        ("28%", "0.28"),
        ("28", "28 percent"),
        ("5", "5 apples"),
        ("5 cm", "50 mm"),
        (r"864 \mbox{ inches}^2", "864 in²"),
        (r"90^\circ", "90 degrees"),
        ("204_5", "204_{5}"),
        ("204_5", "204"),
        ("5", "x = 2 + 3 = 5"),
        ("y = 2x + 3", "2x+3"),
        ("1,-2", "-2, 1"),
        ("1,-2", "x = 1 or x = -2"),
        (r"\{1,2\}", "2 and 1"),
        (r"(\frac32, -13)", "(1.5, -13)"),
        (r"1 \pm \sqrt{19}", r"1-\sqrt{19}, 1+\sqrt{19}"),
        (r"x \in [-2,7]", "[-2, 7]"),
        (r"[-2,7]", r"-2 \leq x \leq 7"),
        (r"(0,9) \cup (9,36)", r"(9,36)\cup(0,9)"),
        (r"\begin{pmatrix} 1/5 \\ 2 \end{pmatrix}", r"\begin{bmatrix}0.2\\2\end{bmatrix}"),
        ("(a+5)(b+2)", "(2+b)(5+a)"),
        (r"3\sqrt{5}", "sqrt(45)"),
        (r"\frac{\sqrt{3}}{3}", r"\frac{1}{\sqrt{3}}"),
        ("288 \\pi", "288π"),
        ("x > 2", "2 < x"),
        (r"\text{(B)}", "B"),
        ("C", r"Choice_C: \frac{625}{648}"),
        ("B", "(B) 5"),
        ("yes", "Yes, because it is."),
        ("True", "yes"),
        (r"\text{even}", "Even"),
        ("the cat", "Cat."),
        (") }", ")}"),
        ("9^{9^{9^9}}", "$9^{9^{9^9}}$"),
    ],
)
def test_two_ways_of_writing_one_answer_are_equal(gold: str, answer: str) -> None:
    """Notation, units that the gold says, order of sets and form of expressions do not matter."""
    assert equal_answers(gold, answer) is Comparison.EQUAL


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("2", "12"),
        ("12", "2"),
        ("5", "-5"),
        ("5", ""),
        ("", "5"),
        ("1,234", "1.234"),
        ("28", "0.28"),
        ("0.5", "0.5%"),
        ("1/3", "0.33"),
        ("3.14", r"\pi"),
        ("5 m", "5 cm"),
        ("5 kg", "5 hours"),
        ("4210_5", "4210_6"),
        ("x = 5", "y = 5"),
        ("(1,2)", "(2,1)"),
        ("(0,9)", "[0,9)"),
        ("1,2", "1,2,3"),
        ("1", "[0,1)"),
        ("2", "A = 1, B = 2"),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 & 2 \end{pmatrix}"),
        ("x^2+1", "y^2+1"),
        ("x > 5", "x < 5"),
        ("B", "A"),
        ("B", "A cat"),
        ("B", "Choice_A/B"),
        ("B", "None of the choices"),
        ("no", "yes"),
        ("Evelyn", "Evelyn and Carla"),
        ("even", "odd"),
        ("5", "none of these"),
    ],
)
def test_different_answers_are_different(gold: str, answer: str) -> None:
    """No part of an answer stands for the whole, and no unit, sign or bracket is lost."""
    assert equal_answers(gold, answer) is Comparison.DIFFERENT


@pytest.mark.parametrize(
    "answer",
    [
        "9^9^9",
        "9^{9^{9^9}}",
        "99999^{99999}",
        "100000!",
        "(5!)!",
        "(a+b+c+d+e)^{60}",
        r"\binom{100000}{50000}",
        NESTED,
        "x+" * 400 + "x",
        "y" * 3000,
    ],
)
def test_what_is_over_a_limit_is_undecided_and_quick(answer: str) -> None:
    """Expressions that could hang are not tried: neither equal nor different."""
    started = time.perf_counter()

    assert equal_answers("5", answer) is Comparison.UNDECIDED
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("gold", "kind"),
    [
        ("72", AnswerType.NUMBER),
        (r"$10\frac12$", AnswerType.NUMBER),
        ("15 cm^2", AnswerType.NUMBER),
        ("(B)", AnswerType.CHOICE),
        ("D", AnswerType.CHOICE),
        ("Evelyn", AnswerType.TEXT),
        ("] }", AnswerType.TEXT),
        ("(1, 2)", AnswerType.EXPRESSION),
        (r"\sqrt{2}", AnswerType.EXPRESSION),
        ("x", AnswerType.EXPRESSION),
    ],
)
def test_a_gold_answer_says_its_type(gold: str, kind: AnswerType) -> None:
    """AUTO goes by the form of the accepted answer."""
    assert gold_type(gold) is kind


RATIONALS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4)


def spellings(value: Fraction) -> list[str]:
    """Return ways of writing one rational number."""
    top, bottom = value.numerator, value.denominator
    ways = [f"{top}/{bottom}", rf"\frac{{{top}}}{{{bottom}}}", rf"$\dfrac{{{top}}}{{{bottom}}}$."]
    if bottom == 1:
        ways += [f"{top}", f"{top:,}", f"{top}.00", rf"\boxed{{{top}}}", f"x = {top}", f"({top})"]
        ways += [f"**{top}**", f"{top} apples", f"${top:,}", f"{top:,}".replace(",", "{,}")]
    if value > 1 and bottom > 1:
        ways.append(rf"{top // bottom}\frac{{{top % bottom}}}{{{bottom}}}")
    return ways


@given(RATIONALS, st.data())
@settings(max_examples=200, deadline=None)
def test_all_spellings_of_a_rational_are_equal(value: Fraction, data: st.DataObject) -> None:
    """One value written in two ways is one answer, whichever is the accepted one."""
    first = data.draw(st.sampled_from(spellings(value)))
    second = data.draw(st.sampled_from(spellings(value)))

    assert equal_answers(first, second) is Comparison.EQUAL


@given(RATIONALS, RATIONALS, st.data())
@settings(max_examples=200, deadline=None)
def test_comparison_of_numbers_is_symmetric(
    one: Fraction, other: Fraction, data: st.DataObject
) -> None:
    """Two numbers are equal or not, in both orders, as exact arithmetic says."""
    first = data.draw(st.sampled_from(spellings(one)))
    second = data.draw(st.sampled_from(spellings(other)))
    expected = Comparison.EQUAL if one == other else Comparison.DIFFERENT

    assert equal_answers(first, second) is expected
    assert equal_answers(second, first) is expected


@given(st.integers())
@settings(deadline=None)
def test_neighbouring_integers_are_different(number: int) -> None:
    """No rounding and no tolerance joins n and n + 1, however large."""
    assert equal_answers(f"{number}", f"{number + 1}") is Comparison.DIFFERENT


@given(st.text(min_size=1, max_size=60).filter(str.strip), st.sampled_from(AnswerType))
@settings(max_examples=200, deadline=None)
def test_an_answer_equals_itself(text: str, kind: AnswerType) -> None:
    """Equality is reflexive for any text of any type."""
    assert equal_answers(text, text, answer_type=kind) is Comparison.EQUAL


@given(
    st.text(alphabet="0123456789.,+-*/^=()[]{}\\ frac sqrt pi x y $%<>_!", max_size=30),
    st.text(alphabet="0123456789.,+-*/^=()[]{}\\ frac sqrt pi x y $%<>_!", max_size=30),
)
@settings(max_examples=150, deadline=None)
def test_no_pair_of_texts_makes_the_comparison_raise(gold: str, answer: str) -> None:
    """Malformed mathematics is an outcome, not an exception."""
    assert isinstance(equal_answers(gold, answer), Comparison)


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_unicode_makes_the_comparison_raise(gold: str, answer: str) -> None:
    """Neither does any other text."""
    assert isinstance(equal_answers(gold, answer), Comparison)
