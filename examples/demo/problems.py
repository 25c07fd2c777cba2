"""Problems: fresh story problems as a file that `waymark label` reads."""

import json
from pathlib import Path

from annotate.worlds.stories import draw_problem

FIRST_SEED = 8_000_000_000
"""Seed of the first problem: the model was not trained on problems of seeds this high."""


def write_problems(path: Path, n: int, *, first: int = 0) -> None:
    """Write `n` problems with their answers as JSON lines, from the `first` on: always the same."""
    numbers = range(first, first + n)
    stories = ((number, draw_problem(FIRST_SEED + number)) for number in numbers)
    rows = (
        {"id": f"story-{number}", "problem": story.text, "answer": story.answer}
        for number, story in stories
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
