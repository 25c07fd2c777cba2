"""Check chains exactly, from the text of the problem alone. Pure.

A step is judged by what it says: RIGHT if all of it is true of the story, in whatever order the
chain computes, needed or not. A step off the grammar is UNPARSABLE, and so is one whose operands
are not those of its relation while its result is true: it may be a short cut.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from annotate.worlds.stories.claims import Claim, FinalAnswer, Withdrawal, read_step
from annotate.worlds.stories.judging import judge_answer, judge_claim
from annotate.worlds.stories.memory import Memory
from annotate.worlds.stories.reading import read_story
from annotate.worlds.stories.truth import RIGHT, StepError, StepTruth, StepVerdict

_OFF_GRAMMAR = StepTruth(
    verdict=StepVerdict.UNPARSABLE, detail="The step is not a sentence of the grammar."
)


def check_chain(story_text: str, steps: Sequence[str]) -> tuple[StepTruth, ...]:
    """Return the truth of each step of a chain for this problem.

    A wrong step that the chain takes back ("Wait, step 2 is wrong.") is RETRACTED, and so is
    every wrong step that rests on it. Taking back a right step is itself wrong.

    Args:
        story_text: The problem. Where it is not of the grammar, every step is UNPARSABLE.
        steps: The chain's lines, the answer's among them. [n_steps]
    """
    world = read_story(story_text)
    if world is None:
        detail = "The problem is not of the grammar."
        return (StepTruth(verdict=StepVerdict.UNPARSABLE, detail=detail),) * len(steps)
    memory = Memory(world)
    truths: list[StepTruth] = []
    for index, text in enumerate(steps):
        step = read_step(text)
        match step:
            case None:
                truths.append(_OFF_GRAMMAR)
            case Withdrawal():
                truths.append(_withdraw(step.step - 1, truths, memory))
            case FinalAnswer():
                truths.append(judge_answer(step, memory))
            case Claim():
                truths.append(_take(step, index, memory))
    return tuple(truths)


def _take(claim: Claim, index: int, memory: Memory) -> StepTruth:
    truth = judge_claim(claim, memory)
    result = claim.equation.result if claim.equation is not None else claim.fact
    if truth.verdict is not StepVerdict.UNPARSABLE and isinstance(result, int):
        memory.believe(claim, Fraction(result), index)
    return truth


def _withdraw(index: int, truths: list[StepTruth], memory: Memory) -> StepTruth:
    if not 0 <= index < len(truths):
        return _false_withdrawal(f"There is no step {index + 1} before this one.")
    verdict = truths[index].verdict
    if verdict is StepVerdict.UNPARSABLE:
        detail = f"It takes back step {index + 1}, of which nothing is known."
        return StepTruth(verdict=verdict, detail=detail)
    fallen = memory.withdraw(index)
    if verdict is StepVerdict.RIGHT:
        return _false_withdrawal(f"Step {index + 1} is right.")
    for i in fallen:
        if truths[i].verdict is StepVerdict.WRONG:
            truths[i] = replace(truths[i], verdict=StepVerdict.RETRACTED)
    return RIGHT


def _false_withdrawal(detail: str) -> StepTruth:
    return StepTruth(verdict=StepVerdict.WRONG, error=StepError.FALSE_WITHDRAWAL, detail=detail)
