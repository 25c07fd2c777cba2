"""Judging: laws that hold for every equation, however it is written."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import FindingVerdict, Piece, make_solution, text_problem
from verifiers.arithmetic import Arithmetic

LAW = settings(deadline=None, max_examples=100)  # a loaded machine is slow, not wrong
PROBLEM = text_problem("How many?")
STYLES = [
    {"*": " * ", "/": " / ", "-": " - ", "+": " + ", "=": " = "},
    {"*": "*", "/": "/", "-": "-", "+": "+", "=": "="},
    {"*": " × ", "/": " ÷ ", "-": " − ", "+": " + ", "=": " = "},  # noqa: RUF001  # as people write
    {"*": r" \times ", "/": r" \div ", "-": " - ", "+": " + ", "=": " = "},
    {"*": r" \cdot ", "/": " / ", "-": "-", "+": "+", "=": r" &= "},
    {"*": " x ", "/": " divided by ", "-": " minus ", "+": " plus ", "=": " equals "},
]
FRAMES = [
    "{}",
    "So {}.",
    "${}$",
    r"\( {} \)",
    r"\[ {} \]",
    "1. {}",
    "Then x = {}",
    "<<{}>>",
    "({})",
]

Node = str | tuple[str, "Node", "Node"]
TREES: st.SearchStrategy[Node] = st.recursive(
    st.integers(0, 40).map(str),
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner),
    max_leaves=6,
).filter(lambda tree: not isinstance(tree, str))


def value(tree: Node) -> Fraction | None:
    """Return the exact value of a tree, null where it divides by nought."""
    if isinstance(tree, str):
        return Fraction(tree)
    sign, left, right = tree[0], value(tree[1]), value(tree[2])
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
    }[sign]()


def written(tree: Node, style: dict[str, str], *, outer: bool = True) -> str:
    """Return a tree as text, every operation but the outermost in brackets."""
    if isinstance(tree, str):
        return tree
    text = style[tree[0]].join(written(part, style, outer=False) for part in tree[1:])
    return text if outer else f"({text})"


def printed(number: Fraction) -> str:
    """Return a number as an integer or a fraction in brackets."""
    whole = number.denominator == 1
    return str(number) if whole else f"({number.numerator}/{number.denominator})"


def verdict(text: str) -> FindingVerdict:
    """Return the verdict on a solution of one step."""
    findings = Arithmetic().check(PROBLEM, make_solution(PROBLEM, (Piece(text=text),)))
    return findings[0].verdict if findings else FindingVerdict.NOT_APPLICABLE


@LAW
@given(TREES, st.sampled_from(STYLES), st.sampled_from(FRAMES))
def test_true_equations_are_never_refuted(tree: Node, style: dict[str, str], frame: str) -> None:
    """Whatever the signs, spaces and frame, an equation with its exact value holds."""
    exact = value(tree)
    if exact is None:
        return
    text = frame.format(written(tree, style) + style["="] + printed(exact))

    assert verdict(text) is not FindingVerdict.INCORRECT
    if not text.startswith("<<"):
        assert verdict(text) is FindingVerdict.NO_OBJECTION


@LAW
@given(TREES, st.sampled_from(STYLES), st.sampled_from(FRAMES), st.integers(1, 99))
def test_false_equations_are_refuted(
    tree: Node, style: dict[str, str], frame: str, error: int
) -> None:
    """An equation that is off by a whole number or more, and not by rounding, is refuted."""
    exact = value(tree)
    if exact is None or exact.denominator != 1 or abs(exact) > 10**4:
        return
    text = frame.format(written(tree, style) + style["="] + str(exact + error))

    assert verdict(text) is FindingVerdict.INCORRECT


@LAW
@given(TREES, st.integers(0, 4))
def test_rounded_results_hold_at_their_printed_precision(tree: Node, places: int) -> None:
    """A result rounded or cut off to any number of digits is no error."""
    exact = value(tree)
    if exact is None:
        return
    rounded = round(exact * 10**places)
    cut = int(exact * 10**places)
    for digits in (rounded, cut):
        sign = "-" if digits < 0 else ""
        padded = f"{abs(digits):0{places + 1}d}"
        stated = f"{sign}{padded[: len(padded) - places]}.{padded[len(padded) - places :]}".rstrip(
            "."
        )
        assert verdict(f"{written(tree, STYLES[0])} = {stated}") is not FindingVerdict.INCORRECT


@LAW
@given(TREES, st.integers(-3, 3))
def test_sides_may_change_places(tree: Node, error: int) -> None:
    """An equation and its mirror image have the same verdict."""
    exact = value(tree)
    if exact is None:
        return
    left, right = written(tree, STYLES[0]), printed(exact + error)

    assert verdict(f"{left} = {right}") is verdict(f"{right} = {left}")


@LAW
@given(TREES, st.integers(-3, 3), st.integers(1, 4))
def test_spaces_change_nothing(tree: Node, error: int, width: int) -> None:
    """More spaces around operators leave the verdict as it is."""
    exact = value(tree)
    if exact is None:
        return
    text = f"{written(tree, STYLES[0])} = {printed(exact + error)}"

    assert verdict(text.replace(" ", " " * width)) is verdict(text)


@LAW
@given(TREES, TREES, st.integers(0, 3))
def test_each_link_of_a_chain_is_judged(first: Node, second: Node, error: int) -> None:
    """A chain through two equal expressions holds; one wrong link refutes it."""
    a, b = value(first), value(second)
    if a is None or b is None:
        return
    bridge = f"({written(second, STYLES[0])}) + {printed(a - b)}"
    text = f"({written(first, STYLES[0])}) = {bridge} = {printed(a + error)}"

    if error == 0:
        assert verdict(text) is FindingVerdict.NO_OBJECTION
    elif a.denominator == 1:
        assert verdict(text) is FindingVerdict.INCORRECT


@LAW
@given(st.text(alphabet="0123456789+-*/^=().,%! \n$\\{}xfrac", max_size=60))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    """No text raises, and a refutation quotes the text."""
    findings = Arithmetic().check(PROBLEM, make_solution(PROBLEM, (Piece(text=text),)))

    for finding in findings:
        if finding.certificate is not None:
            assert finding.certificate.claim in text
