"""Truth of steps: what the exact checker says of each step of a chain, and of the first error."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto, unique


@unique
class StepVerdict(Enum):
    """What a step is, by the meaning of the problem's text."""

    RIGHT = auto()
    """All that it says is true of the story."""
    WRONG = auto()
    """Something that it says is false, and the chain does not take it back."""
    RETRACTED = auto()
    """It was wrong, and a later step of the chain took it back."""
    UNPARSABLE = auto()
    """It is off the grammar, or its truth cannot be told exactly: nothing is said of it."""


@unique
class StepError(Enum):
    """What is wrong with a wrong step."""

    NONE = auto()
    """Nothing that is known."""
    ARITHMETIC = auto()
    """The operands are right, or as the chain believes them, and the result is not theirs."""
    OPERAND = auto()
    """A number or quantity of the story stands where another belongs."""
    OPERATION = auto()
    """The operands are right and the operation is another."""
    UNKNOWN_QUANTITY = auto()
    """A number comes from nowhere, or a quantity is not of the story or not yet computed."""
    PROPAGATED = auto()
    """It follows from an earlier wrong step and adds no error of its own."""
    FALSE_WITHDRAWAL = auto()
    """It takes back a step that was right, or one that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTruth:
    """What the exact checker says of one step."""

    verdict: StepVerdict
    """Right, wrong, wrong and taken back, or not to be told."""
    error: StepError = StepError.NONE
    """The kind of error of a wrong or retracted step; else NONE."""
    detail: str = ""
    """One sentence for a reader: what is wrong, or why nothing can be said; "" for a right step."""


RIGHT = StepTruth(verdict=StepVerdict.RIGHT)
"""The truth of every right step."""

_FAULTY = (StepVerdict.WRONG, StepVerdict.RETRACTED)


def first_error(truths: Sequence[StepTruth]) -> int | None:
    """Return the 0-based index of the first step that was wrong when written, or None.

    A step that is taken back later counts. Whether an earlier unparsable step hides an error is
    for `first_error_is_known` to say.
    """
    return next((i for i, truth in enumerate(truths) if truth.verdict in _FAULTY), None)


def first_uncorrected_error(truths: Sequence[StepTruth]) -> int | None:
    """Return the 0-based index of the first wrong step that the chain does not take back, or None.

    Withdrawing a step withdraws all wrong steps that rest on it.
    """
    wrong = StepVerdict.WRONG
    return next((i for i, truth in enumerate(truths) if truth.verdict is wrong), None)


def first_error_is_known(truths: Sequence[StepTruth]) -> bool:
    """Return whether no unparsable step stands before the first error, or anywhere without one."""
    end = first_error(truths)
    return all(truth.verdict is not StepVerdict.UNPARSABLE for truth in truths[:end])
