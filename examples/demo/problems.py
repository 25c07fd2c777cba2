"""Problems: fresh story problems as a file that `waymark label` reads."""

import json
from pathlib import Path

from annotate.worlds.stories import draw_problem

FIRST_SEED = 8_000_000_000
"""Seed of the first problem: the model was not trained on problems of seeds this high."""


def write_problems(path: Path, n: int) -> None:
    """Write `n` problems with their answers as JSON lines; the same ones each time."""
    stories = (draw_problem(FIRST_SEED + i) for i in range(n))
    rows = (
        {"id": f"story-{i}", "problem": story.text, "answer": story.answer}
        for i, story in enumerate(stories)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
