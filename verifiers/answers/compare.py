r"""Comparison of two final answers: cheap exact readings first, mathematics last. Pure, cached.

Never by substring: `12` is not `2`. Numbers are compared as exact rationals; a decimal of six or
more places also equals the number that rounds to it (`0.333333` is 1/3).
"""

import functools
import re
from collections.abc import Callable
from enum import Enum, auto, unique
from fractions import Fraction

from schemas import AnswerType
from verifiers.answers.choice import is_choice, read_choice
from verifiers.answers.collection import MAX_ITEMS, Collection, Order, read_collection
from verifiers.answers.normalise import normalise, squeeze
from verifiers.answers.number import Quantity, read_quantity, same_base, scale
from verifiers.answers.phrase import is_phrase, is_truth, same_phrase
from verifiers.answers.symbolic import Symbolic, compare_symbolic

MAX_LENGTH = 2_000
"""Characters of an answer that is compared; a longer one is UNDECIDED unless equal as written."""
ROUNDED_PLACES = 6
"""Digits after the point from which on a decimal stands for every number that rounds to it."""

_CACHE_SIZE = 1 << 14


@unique
class Comparison(Enum):
    """What is known of two answers."""

    EQUAL = auto()
    """The same answer, perhaps written in another way."""
    DIFFERENT = auto()
    """Different answers."""
    UNDECIDED = auto()
    """One of them is beyond a deterministic limit: length, nesting, powers."""


_ASSIGNED = re.compile(r"^(\\?[a-zA-Z]\w*(?:\s*\([\w,\s]*\))?(?:_\w)?)\s*(?:=|\\in(?![a-zA-Z]))\s*")
_LAST_EQUAL = re.compile(r"^.*(?<![<>!:])=(?!=)\s*", re.DOTALL)
_RELATION = re.compile(r"[<>]|\\[lgn]eq(?![a-zA-Z])")


def equal_answers(
    gold: str, given: str, *, answer_type: AnswerType = AnswerType.AUTO
) -> Comparison:
    """Return whether `given` is the answer `gold`.

    Args:
        gold: Accepted answer. Says what is compared: unit, percent sign, form.
        given: Answer to check, extracted already.
        answer_type: How both are read; AUTO goes by the form of `gold`.
    """
    if gold.strip() == given.strip():
        return Comparison.EQUAL if gold.strip() else Comparison.DIFFERENT
    if max(len(gold), len(given)) > MAX_LENGTH:
        return Comparison.UNDECIDED
    return _compare(gold, given, answer_type)


def gold_type(gold: str, answer_type: AnswerType = AnswerType.AUTO) -> AnswerType:
    """Return how a gold answer is read: the given type, or for AUTO what its form says."""
    if answer_type is not AnswerType.AUTO:
        return answer_type
    return _type_of(normalise(gold[:MAX_LENGTH]))


def is_quantity(text: str) -> bool:
    """Return whether a text as a whole is one number, with or without a unit."""
    return read_quantity(normalise(text)) is not None


def _type_of(gold: str) -> AnswerType:
    if is_choice(gold):
        return AnswerType.CHOICE
    if read_quantity(gold) is not None:
        return AnswerType.NUMBER
    if is_phrase(gold) or not re.search(r"[^\W_]", gold):
        return AnswerType.TEXT
    return AnswerType.EXPRESSION


@functools.lru_cache(maxsize=_CACHE_SIZE)
def _compare(gold: str, given: str, answer_type: AnswerType) -> Comparison:
    gold, given = normalise(gold), normalise(given)
    if squeeze(gold) == squeeze(given):
        return _decided(bool(gold))
    if answer_type is AnswerType.TEXT:
        return _decided(same_phrase(gold, given))
    if answer_type is AnswerType.CHOICE or (answer_type is AnswerType.AUTO and is_choice(gold)):
        return _decided(bool(read_choice(gold)) and read_choice(gold) == read_choice(given))
    return _compare_normalised(gold, given)


def _decided(equal: bool) -> Comparison:  # noqa: FBT001  # the one place where a bool becomes one of us
    return Comparison.EQUAL if equal else Comparison.DIFFERENT


Reading = Callable[[str, str], Comparison | None]


def _compare_normalised(gold: str, given: str) -> Comparison:
    """Try each reading in turn; the first that applies decides."""
    for reading in _READINGS:
        result = reading(gold, given)
        if result is not None:
            return result
    return _by_mathematics(gold, given)


def _by_words(gold: str, given: str) -> Comparison | None:
    """Words are compared as words, where either side is nothing else."""
    if is_truth(gold) or not re.search(r"[^\W_]", gold):
        return _decided(same_phrase(gold, given))
    if read_collection(gold) is not None and read_collection(given) is not None:
        return None
    if any(is_phrase(side) and read_quantity(side) is None for side in (gold, given)):
        return _decided(same_phrase(gold, given))
    return None


def _by_number(gold: str, given: str) -> Comparison | None:
    based = same_base(gold, given)
    if based is not None:
        return _decided(based)
    first, second = read_quantity(gold), read_quantity(given)
    if first is not None and second is not None:
        if _same_quantity(first, second):
            return Comparison.EQUAL
        if first.comma is None or second.comma is None:
            return Comparison.DIFFERENT
    return None


def _same_quantity(gold: Quantity, given: Quantity) -> bool:
    if gold.unit != given.unit and gold.unit and given.unit:
        return _same_with_units(gold, given)
    if gold.unit == given.unit:
        return _same_value(gold, given)
    if "%" not in (gold.unit, given.unit):
        return _same_value(gold, given)  # only one of them says a unit
    if _same_value(gold, given) and (gold.unit == "%" or abs(gold.value) > 1):
        return True  # "what percent?" answered by the bare number, or the reverse
    if gold.unit != "%" and abs(gold.value) > 1:
        return False  # only a share is asked for in hundredths
    return _hundredth(gold) == _hundredth(given)


def _hundredth(quantity: Quantity) -> Fraction:
    return quantity.value / 100 if quantity.unit == "%" else quantity.value


def _same_with_units(gold: Quantity, given: Quantity) -> bool:
    first, second = scale(gold.unit), scale(given.unit)
    if first is None or second is None or first[0] != second[0]:
        # Counted nouns (`5 apples`, `5 pieces of fruit`); two known dimensions do differ.
        return (first is None or second is None) and _same_value(gold, given)
    return gold.value * first[1] == given.value * second[1]


def _same_value(gold: Quantity, given: Quantity) -> bool:
    return gold.value == given.value or _rounds_to(gold, given) or _rounds_to(given, gold)


def _rounds_to(decimal: Quantity, exact: Quantity) -> bool:
    if decimal.places is None or decimal.places < ROUNDED_PLACES or exact.places is not None:
        return False
    return abs(decimal.value - exact.value) <= Fraction(1, 2 * 10**decimal.places)


def _by_assignment(gold: str, given: str) -> Comparison | None:
    """Drop `x =` where one side has it, or both have the same; keep the end of `a = b = 5`."""
    first, second = _ASSIGNED.match(gold), _ASSIGNED.match(given)
    if first is not None and second is not None:
        if squeeze(first[1]) != squeeze(second[1]):
            return None
        return _compare_sides(gold[first.end() :], given[second.end() :])
    if first is not None and "=" not in given:
        return _compare_sides(gold[first.end() :], given)
    relation = "=" in gold or _RELATION.search(gold) is not None
    if "=" in given and not relation and read_collection(given) is None:
        return _compare_sides(gold, _LAST_EQUAL.sub("", given))
    return None


def _compare_sides(gold: str, given: str) -> Comparison | None:
    if not gold or not given:
        return None
    if squeeze(gold) == squeeze(given):
        return Comparison.EQUAL
    return _compare_normalised(gold, given)


def _by_items(gold: str, given: str) -> Comparison | None:
    first, second = read_collection(gold), read_collection(given)
    if first is None or second is None:
        return None
    if len(first.items) != len(second.items):
        return Comparison.DIFFERENT if _alike(first, second) else None
    if not _alike(first, second) or len(first.items) > MAX_ITEMS:
        return None
    if Order.ORDERED in (first.order, second.order):
        return _all_equal(first.items, second.items)
    return _match_items(first.items, second.items)


def _alike(first: Collection, second: Collection) -> bool:
    if Order.OPEN in (first.order, second.order):
        return True
    return (first.opening, first.closing) == (second.opening, second.closing)


def _all_equal(gold: tuple[str, ...], given: tuple[str, ...]) -> Comparison:
    results = [_compare_item(a, b) for a, b in zip(gold, given, strict=True)]
    if Comparison.DIFFERENT in results:
        return Comparison.DIFFERENT
    return Comparison.UNDECIDED if Comparison.UNDECIDED in results else Comparison.EQUAL


def _match_items(gold: tuple[str, ...], given: tuple[str, ...]) -> Comparison:
    """Pair items whatever their order; equality is transitive, so the first match will do."""
    left = list(given)
    undecided = False
    for item in gold:
        results = [_compare_item(item, other) for other in left]
        if Comparison.EQUAL in results:
            del left[results.index(Comparison.EQUAL)]
        elif Comparison.UNDECIDED in results:
            undecided = True
        else:
            return Comparison.DIFFERENT
    return Comparison.UNDECIDED if undecided else Comparison.EQUAL


def _compare_item(gold: str, given: str) -> Comparison:
    return equal_answers(gold, given, answer_type=AnswerType.EXPRESSION)


def _by_mathematics(gold: str, given: str) -> Comparison:
    match compare_symbolic(gold, given):
        case Symbolic.EQUAL:
            return Comparison.EQUAL
        case Symbolic.OVER_LIMIT:
            return Comparison.UNDECIDED
        case Symbolic.DIFFERENT | Symbolic.UNREADABLE:
            return Comparison.DIFFERENT


_READINGS: tuple[Reading, ...] = (_by_number, _by_words, _by_items, _by_assignment)
