"""Word problems of a grammar with exact meaning: drawing, checking, planted mistakes. Pure."""

from annotate.worlds.stories.checking import check_chain
from annotate.worlds.stories.dice import Dice
from annotate.worlds.stories.drawing import STEP_WEIGHTS, Story, draw_problem
from annotate.worlds.stories.mistakes import write_flawed
from annotate.worlds.stories.quantity import Key, Operation, Relation
from annotate.worlds.stories.reading import read_story
from annotate.worlds.stories.truth import (
    StepError,
    StepTruth,
    StepVerdict,
    first_error,
    first_error_is_known,
    first_uncorrected_error,
)
from annotate.worlds.stories.world import World

__all__ = [
    "STEP_WEIGHTS",
    "Dice",
    "Key",
    "Operation",
    "Relation",
    "StepError",
    "StepTruth",
    "StepVerdict",
    "Story",
    "World",
    "check_chain",
    "draw_problem",
    "first_error",
    "first_error_is_known",
    "first_uncorrected_error",
    "read_story",
    "write_flawed",
]
