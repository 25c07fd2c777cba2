"""The page on formats names what there is."""

from pathlib import Path

import pytest

from annotate.exports import FORMATS, PAIRS, SkipReason

PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")


@pytest.mark.parametrize("name", [*FORMATS, PAIRS, *(reason.name for reason in SkipReason)])
def test_the_page_names_every_format_and_reason(name: str) -> None:
    """A format or a reason for skipping that the page does not explain fails here."""
    assert f"`{name}`" in PAGE
