"""Limits: what is too large or hostile ends soon, and says so where it was not judged."""

import time

import pytest

from schemas import FindingVerdict, Piece, UnknownReason, make_solution, text_problem
from verifiers.arithmetic import Arithmetic
from verifiers.base import Finding

MEGABYTE = 10**6


def find(text: str) -> Finding | None:
    """Return the finding on a solution of one step."""
    problem = text_problem("How many?")
    findings = Arithmetic().check(problem, make_solution(problem, (Piece(text=text),)))
    return findings[0] if findings else None


def verdict(text: str) -> FindingVerdict:
    """Return the verdict on a solution of one step."""
    finding = find(text)
    return FindingVerdict.NOT_APPLICABLE if finding is None else finding.verdict


LIMITED = [
    "9^9^9 = 1",
    "9^(9^9) = 1",
    "100000! = 1",
    "((10!)!)! = 1",
    "2^{-999999999999} = 1",
    r"\pi^{9999} = 1",
    "1" * 1000 + " + 1 = 2",
    "+".join(["1"] * 2000) + " = 2000",
    "+".join(f"1/{number}" for number in range(2, 990)) + " = 1",
    "+".join(rf"\sqrt{{{number}}}" for number in range(2, 900)) + " = 1",
]


@pytest.mark.parametrize("text", LIMITED, ids=lambda text: text[:12])
def test_what_is_too_large_is_unknown_and_says_so(text: str) -> None:
    """A deterministic limit ends in UNKNOWN with its reason, at once."""
    begun = time.perf_counter()
    finding = find(text)

    assert finding is not None
    assert finding.verdict is FindingVerdict.UNKNOWN
    assert finding.reason == UnknownReason.LIMIT.name
    assert time.perf_counter() - begun < 1


ADVERSARIAL = {
    "digits": "1" * MEGABYTE + " = 2",
    "parentheses": "(" * 50_000 + "1" + ")" * 50_000 + " = 1 + 0",
    "fractions": r"\frac{" * 20_000 + "1" + "}{2}" * 20_000 + " = 1",
    "roots": r"\sqrt{" * 20_000 + "2" + "}" * 20_000 + " = 1",
    "thousands": "111," * 100_000 + "1 = 2",
    "spaces": "1" + " " * MEGABYTE + "= 2",
    "backslashes": "\\" * 200_000 + "= 2",
    "open text": r"\text{" * 30_000 + "= 2",
    "annotations": "<<" * 150_000 + "= 2",
    "words": "a-" * 200_000 + "= 1",
    "dots": "1." * 200_000 + "= 1",
    "chain": "1=" * 50_000 + "1",
    "ampersands": "&" * 100_000 + "= 1",
    "newlines": "\n" * MEGABYTE + "= 1",
    "conditions": "if " * 100_000 + "3 + 4 = 8",
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_hostile_text_ends_soon_and_raises_nothing(name: str) -> None:
    """Long or deeply nested text takes time in proportion to its length, and no recursion."""
    begun = time.perf_counter()
    verdict(ADVERSARIAL[name])

    assert time.perf_counter() - begun < 10


def test_a_megabyte_of_equations_is_read_to_the_limit() -> None:
    """A step of 1 MB is no error: a false equation near its start is found, the rest is UNKNOWN."""
    true = "3 + 4 = 7. " * (MEGABYTE // 11)

    assert verdict(true) is FindingVerdict.UNKNOWN
    assert verdict("3 + 4 = 8. " + true[:1000]) is FindingVerdict.INCORRECT


def test_sixty_brackets_are_read() -> None:
    """Sixty nested brackets are arithmetic as any other."""
    assert verdict("(" * 60 + "3" + ")" * 60 + " + 1 = 4") is FindingVerdict.NO_OBJECTION
    assert verdict("(" * 60 + "3" + ")" * 60 + " + 1 = 5") is FindingVerdict.INCORRECT


def test_rounding_near_the_limit_raises_nothing() -> None:
    """Where following the rounding of decimals would pass the limit, the link is still judged."""
    assert verdict("1.234567^90 * 1 = 5 + 1.5^2, about") is not FindingVerdict.NO_OBJECTION
