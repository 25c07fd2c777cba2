"""Judge one claim against the story and what the chain has said so far. Pure."""

from fractions import Fraction

from annotate.worlds.stories.claims import Claim, Equation, FinalAnswer
from annotate.worlds.stories.memory import Memory
from annotate.worlds.stories.operands import fits, numbers_fit
from annotate.worlds.stories.quantity import Key, Relation, Term, compute
from annotate.worlds.stories.truth import RIGHT, StepError, StepTruth, StepVerdict


def judge_claim(claim: Claim, memory: Memory) -> StepTruth:
    """Return the truth of a step that says something of a quantity."""
    fact = memory.world.define(claim.target)
    if fact is None or memory.world.value(claim.target) is None:
        return _wrong(StepError.UNKNOWN_QUANTITY, f"The story has no {_name(claim.target)}.")
    if isinstance(claim.fact, int):
        return _judge_number(claim.fact, claim.target, memory)
    if fault := _judge_statement(claim, memory):
        return fault
    if claim.equation is None:
        return RIGHT
    relation = fact if claim.fact is None else claim.fact
    if isinstance(relation, Relation):
        return _judge_equation(claim.equation, relation, claim.target, memory)
    return _judge_bare(claim.equation, claim.target, memory)


def _judge_statement(claim: Claim, memory: Memory) -> StepTruth | None:
    """Return what is wrong with what the claim states besides its equation, or None."""
    if claim.beside is not None:
        key, number = claim.beside
        if number not in memory.true(key):
            return _misplaced(number, key, memory)
    if isinstance(claim.fact, Relation):
        return _judge_relation(claim.fact, claim.target, memory)
    return None


def judge_answer(answer: FinalAnswer, memory: Memory) -> StepTruth:
    """Return the truth of the step that gives the answer."""
    return _judge_number(answer.value, memory.world.asked, memory)


def _judge_number(number: int, key: Key, memory: Memory) -> StepTruth:
    if number in memory.true(key):
        return RIGHT
    if number in memory.believed(key):
        return _wrong(StepError.PROPAGATED, f"{number} is what the chain found before.")
    return _misplaced(number, key, memory)


def _misplaced(number: int, key: Key, memory: Memory) -> StepTruth:
    error = StepError.OPERAND if memory.occurs(number) else StepError.UNKNOWN_QUANTITY
    return _wrong(error, f"{number} is not the value of {_name(key)}.")


def _judge_relation(stated: Relation, target: Key, memory: Memory) -> StepTruth | None:
    """Return what is wrong with a stated relation, or None where it is true."""
    fact = memory.world.define(target)
    if stated == fact:
        return None
    keys = [term for term in stated.terms if not isinstance(term, int)]
    for key in keys:
        if memory.world.value(key) is None:
            return _wrong(StepError.UNKNOWN_QUANTITY, f"The story has no {_name(key)}.")
    values = tuple(value for term in stated.terms for value in memory.true(term))
    if compute(stated.operation, values) in memory.true(target):
        return None
    if isinstance(fact, Relation) and set(stated.terms) == set(fact.terms):
        return _wrong(StepError.OPERATION, f"The story relates {_name(target)} otherwise.")
    return _wrong(StepError.OPERAND, f"The story does not say this of {_name(target)}.")


def _judge_equation(
    equation: Equation, relation: Relation, target: Key, memory: Memory
) -> StepTruth:
    computed = compute(equation.operation, tuple(map(Fraction, equation.numbers)))
    sound = computed == equation.result
    if not sound and fits(equation, relation, memory.plausible):
        return _wrong(StepError.ARITHMETIC, f"The result is {computed}, not {equation.result}.")
    if fits(equation, relation, memory.true):
        return RIGHT
    if fits(equation, relation, memory.plausible):
        return _wrong(StepError.PROPAGATED, "An operand is wrong since an earlier step.")
    if sound and equation.result in memory.true(target):
        return _unsure("The result is right, by an expression that is not the relation's.")
    if numbers_fit(equation.numbers, relation, memory.plausible):
        return _wrong(StepError.OPERATION, f"{equation.operation.value!r} is not the operation.")
    return _wrong_operand(equation, relation, memory)


def _wrong_operand(equation: Equation, relation: Relation, memory: Memory) -> StepTruth:
    unmet = _unmet(equation, relation.terms, memory)
    for term in unmet[1]:
        if not memory.is_established(term):
            detail = f"{_name(term)} is not known yet."
            return _wrong(StepError.UNKNOWN_QUANTITY, detail)
    for number in unmet[0]:
        if not memory.occurs(number):
            return _wrong(StepError.UNKNOWN_QUANTITY, f"{number} comes from nowhere.")
    numbers = ", ".join(map(str, unmet[0] or equation.numbers))
    return _wrong(StepError.OPERAND, f"{numbers} is not what belongs there.")


def _unmet(
    equation: Equation, terms: tuple[Term, ...], memory: Memory
) -> tuple[list[int], list[Term]]:
    """Return the numbers that stand for no term, and the terms that no number stands for."""
    numbers = list(equation.numbers)
    left: list[Term] = []
    for term in terms:
        found = next((n for n in numbers if n in memory.plausible(term)), None)
        if found is None:
            left.append(term)
        else:
            numbers.remove(found)
    return numbers, left


def _judge_bare(equation: Equation, target: Key, memory: Memory) -> StepTruth:
    """Judge an equation for a quantity whose number the story gives: no relation to compare."""
    computed = compute(equation.operation, tuple(map(Fraction, equation.numbers)))
    if computed != equation.result:
        return _wrong(StepError.ARITHMETIC, f"The result is {computed}, not {equation.result}.")
    if equation.result in memory.true(target):
        return _unsure("The story gives this number; the equation has nothing to stand on.")
    return _misplaced(equation.result, target, memory)


def _wrong(error: StepError, detail: str) -> StepTruth:
    return StepTruth(verdict=StepVerdict.WRONG, error=error, detail=detail)


def _unsure(detail: str) -> StepTruth:
    return StepTruth(verdict=StepVerdict.UNPARSABLE, detail=detail)


def _name(term: Term) -> str:
    return str(term) if isinstance(term, int) else " ".join(term)
