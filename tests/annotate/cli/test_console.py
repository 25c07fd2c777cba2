"""Progress as it is drawn: on a narrow terminal, and where there is none."""

import io
from itertools import count

import pytest
from rich.console import Console

from annotate.cli.console import LINE_S, Lines, Terminal, progress_bars


@pytest.mark.parametrize("width", [80, 100, 200])
def test_numbers_are_whole_on_any_terminal(width: int) -> None:
    """Phase, count, time and what is left stand before what is spent, whose end gives way."""
    page = io.StringIO()
    with progress_bars(Console(file=page, width=width, force_terminal=True)) as bars:
        shown = Terminal(bars)
        shown.start("waymark, round 0:", total=1200, unit="problems")
        shown.advance(1017)
        shown.live(rollouts=96_000, tokens=6_251_000, in_flight=144)
    drawn = page.getvalue()

    assert "waymark, round 0: problems" in drawn
    assert "1017/1200" in drawn
    assert "0:00:00" in drawn
    assert ("144 in flight" in drawn) == (width == 200)


def test_without_a_terminal_a_line_is_told_from_time_to_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Done of all, rollouts and tokens; nothing in between."""
    seconds = count(step=int(LINE_S / 2))
    lines = Lines(clock=lambda: float(next(seconds)))
    lines.start("scan:", total=40, unit="problems")
    lines.advance(3)
    lines.live(rollouts=1200, tokens=90_000, in_flight=7)
    lines.advance(1)
    lines.note("rejected a row")

    assert capsys.readouterr().err.splitlines() == [
        "scan: 3/40 problems, 1,200 rollouts, 90,000 tokens",
        "rejected a row",
    ]
