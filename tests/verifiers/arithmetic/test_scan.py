"""Scanning: tokens keep their place in the text, and doubt becomes OPAQUE."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.arithmetic.scan import scan
from verifiers.arithmetic.tokens import Kind

LAW = settings(deadline=None, max_examples=100)  # a loaded machine is slow, not wrong
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="0123456789.,+-*/^=()[]{}$%!x \n\\<>'", max_size=80),
    st.lists(
        st.sampled_from(
            ["\\frac", "\\sqrt", "{", "}", "12", "3.5", " of ", "%", "=", "\\text{", "x", "^\\circ"]
        ),
        max_size=30,
    ).map("".join),
)


@LAW
@given(TEXTS)
def test_any_text_is_scanned_in_order(text: str) -> None:
    """No text raises; tokens lie inside the text, in order, and do not overlap."""
    tokens = scan(text)
    spans = [(token.start, token.end) for token in tokens]

    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all(after[0] >= before[0] for before, after in pairwise(spans))


@LAW
@given(st.integers(0, 10**12), st.integers(0, 10**6 - 1))
def test_thousands_separators_change_no_value(whole: int, part: int) -> None:
    """A number printed with separators has the value of the number without."""
    plain = f"{whole}.{part:06d}"
    grouped = f"{whole:,}.{part:06d}"

    for text in (plain, grouped, grouped.replace(",", "{,}"), grouped.replace(",", ",\\!")):
        (token,) = scan(text)
        assert token.value == Fraction(plain)
        assert token.places == 6


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "2:30",
        "1.2.3",
        "AB",
        "H2O",
        "f(",
        "1,5",
        "...",
        "0730",
        "==",
        "//",
        "--",
        "_",
        "|",
        "\\sin",
    ],
)
def test_what_is_no_arithmetic_is_opaque(text: str) -> None:
    """Variables, times, versions, codes and the like can be part of no expression."""
    assert Kind.OPAQUE in {token.kind for token in scan(text)}


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("3 x 4", ["3", "*", "4"]),
        ("3x4", ["3", "*", "4"]),
        ("3 times 4", ["3", "*", "4"]),
        ("12 divided by 4", ["12", "/", "4"]),
        ("5 squared", ["5", "^", "2"]),
        ("5²", ["5", "^", "2"]),
        ("10⁻²", ["10", "^", "-", "2"]),
        (r"3 \times \$4", ["3", "*", "4"]),
        (r"\left( 3 \right)", ["(", "3", ")"]),
        ("3 percent", ["3", "percent"]),
    ],
)
def test_spellings_of_one_operation_give_the_same_tokens(text: str, symbols: list[str]) -> None:
    """Words, LaTeX and Unicode signs are the operators that they mean."""
    assert [token.symbol for token in scan(text)] == symbols
