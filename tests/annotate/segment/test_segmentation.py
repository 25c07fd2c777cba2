"""Segmentations: what a user may write, and what is said otherwise."""

import pytest

from annotate.segment import CUTTERS, Cutter, Segmentation, parse_segmentation
from schemas import ConfigError


@pytest.mark.parametrize("text", [*(name for name in CUTTERS if name != "pieces"), "pieces:8"])
def test_what_is_written_is_what_is_read(text: str) -> None:
    """A segmentation prints as the text that it was parsed from."""
    assert text == str(parse_segmentation(text))


def test_pieces_take_their_number() -> None:
    """`pieces:8` cuts into at most eight pieces."""
    expected = Segmentation(cutter=Cutter.PIECES, n_pieces=8)

    assert expected == parse_segmentation(" pieces:8 ")


@pytest.mark.parametrize(
    "text",
    ["", "lines", "pieces", "pieces:", "pieces:0", "pieces:-1", "pieces:x", "pieces:²", "line:2"],
)
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    """The message shows what was written and names a way."""
    with pytest.raises(ConfigError, match="segmentation") as error:
        parse_segmentation(text)

    assert repr(text) in str(error.value)
    assert "\n" not in str(error.value)
