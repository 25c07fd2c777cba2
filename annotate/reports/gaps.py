"""Why a row takes no part in an evaluation."""

from enum import Enum, auto, unique


@unique
class Gap(Enum):
    """Why a row of a truth or of a label set is not paired."""

    UNLABELLED = auto()
    """It says nothing of a first error."""
    SUSPECT = auto()
    """The truth marks itself as doubtful."""
    CONTRADICTORY = auto()
    """The same content has two different first errors on the same side."""
    REPEATED = auto()
    """The same content with the same first error was counted before."""
    NOT_IN_TRUTH = auto()
    """The set has it and the truth does not."""
    NOT_IN_SET = auto()
    """The truth has it and the set does not."""
    NOT_IN_OTHERS = auto()
    """The truth and this set have it and another set does not."""
