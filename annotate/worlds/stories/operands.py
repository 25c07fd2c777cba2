"""Operands: whether the numbers of an equation stand for the terms of a relation. Pure."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, product

from annotate.worlds.stories.claims import Equation
from annotate.worlds.stories.quantity import COMMUTATIVE, Operation, Relation, Term

Accept = Callable[[Term], tuple[Fraction, ...]]
"""The numbers that may stand for a term."""


def fits(equation: Equation, relation: Relation, accept: Accept) -> bool:
    """Return whether the equation does what the relation says, on accepted numbers.

    Sums and products may be in any order, a sum may use partial sums, and a product by a whole
    number may be written as that many equal addends.

    Args:
        equation: As written in the step.
        relation: What the step should compute.
        accept: The numbers that may stand for each term.
    """
    if equation.operation is relation.operation:
        return numbers_fit(equation.numbers, relation, accept)
    if equation.operation is Operation.SUM and relation.operation is Operation.MULTIPLY:
        return _is_repeated(equation.numbers, relation.terms, accept)
    return False


def numbers_fit(numbers: Sequence[int], relation: Relation, accept: Accept) -> bool:
    """Return whether the numbers stand for the relation's terms, whatever the equation's sign."""
    if relation.operation in COMMUTATIVE:
        return _match_any_order(tuple(numbers), relation.terms, accept, relation.operation)
    return len(numbers) == len(relation.terms) and all(
        number in accept(term) for number, term in zip(numbers, relation.terms, strict=True)
    )


def _match_any_order(
    numbers: tuple[int, ...], terms: tuple[Term, ...], accept: Accept, operation: Operation
) -> bool:
    if not numbers:
        return not terms
    largest = len(terms) - len(numbers) + 1 if operation is Operation.SUM else 1
    for size in range(1, largest + 1):
        for chosen in combinations(range(len(terms)), size):
            sums = {sum(values) for values in product(*(accept(terms[i]) for i in chosen))}
            rest = tuple(term for i, term in enumerate(terms) if i not in chosen)
            if numbers[0] in sums and _match_any_order(numbers[1:], rest, accept, operation):
                return True
    return False


def _is_repeated(numbers: Sequence[int], terms: tuple[Term, ...], accept: Accept) -> bool:
    if len(terms) != 2 or len(set(numbers)) > 1:  # noqa: PLR2004 - a product of two
        return False
    pairs = (terms, terms[::-1])
    return any(
        len(numbers) in accept(times) and numbers[0] in accept(addend) for times, addend in pairs
    )
