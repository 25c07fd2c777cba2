"""Segmentation: the name of a way of cutting, with its number where it takes one. Pure."""

import re
from dataclasses import dataclass
from enum import Enum, unique

from schemas import ConfigError


@unique
class Cutter(Enum):
    """A way of cutting a text; the value is the name that a user writes."""

    AUTO = "auto"
    """By what the text shows: think parts, else paragraph tags, "Step n", blank lines, lines."""
    BLANK_LINE = "blank-line"
    """After each blank line."""
    LINE = "line"
    """After each line."""
    STEP_N = "step-n"
    """Before each line that starts with "Step 3:", "**Step 3.**", "### Step 3" or the like."""
    SENTENCE = "sentence"
    """After each sentence."""
    PARAGRAPH_TAGS = "paragraph-tags"
    """Around each `<paragraph_3> ... </paragraph_3>`."""
    THINK = "think"
    """Thought between thinking tags by blank lines, the rest as AUTO would."""
    PIECES = "pieces"
    """What AUTO gives, merged into a number of pieces of about equal length."""


CUTTERS = tuple(cutter.value for cutter in Cutter)
"""Names of the ways of cutting, as a user writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """A way of cutting with its argument: part of a run's identity."""

    cutter: Cutter
    """The way."""
    n_pieces: int | None = None
    """Greatest number of pieces, >= 1; set for PIECES, null for every other way."""

    def __str__(self) -> str:
        """Return what `parse_segmentation` reads: `auto`, `pieces:8`."""
        name = self.cutter.value
        return name if self.n_pieces is None else f"{name}:{self.n_pieces}"


_NUMBER = re.compile(r"[1-9][0-9]{0,5}")

AUTO = Segmentation(cutter=Cutter.AUTO)
"""The default."""


def parse_segmentation(text: str) -> Segmentation:
    """Return the segmentation that a user wrote.

    Raises:
        ConfigError: If the name is unknown, or the number is missing, not wanted or below 1.
    """
    name, colon, number = text.strip().partition(":")
    if name not in CUTTERS:
        raise ConfigError(
            f"segmentation {text!r} is unknown: use one of "
            f"{', '.join(c for c in CUTTERS if c != 'pieces')}, or pieces:8."
        )
    cutter = Cutter(name)
    if cutter is not Cutter.PIECES:
        if colon:
            raise ConfigError(f"segmentation {text!r}: {name!r} takes no number, write {name!r}.")
        return Segmentation(cutter=cutter)
    if not _NUMBER.fullmatch(number):
        raise ConfigError(f"segmentation {text!r}: write a number of pieces from 1, as pieces:8.")
    return Segmentation(cutter=cutter, n_pieces=int(number))
