"""Text to steps: ways of cutting a solution, none of which loses a character. Pure."""

from annotate.segment.cut import cut
from annotate.segment.segmentation import (
    AUTO,
    CUTTERS,
    Cutter,
    Segmentation,
    parse_segmentation,
)

__all__ = [
    "AUTO",
    "CUTTERS",
    "Cutter",
    "Segmentation",
    "cut",
    "parse_segmentation",
]
