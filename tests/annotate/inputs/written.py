"""What the tests of formats share: rows written as JSON lines and read back."""

import json
from pathlib import Path

from annotate.inputs import ParsedRow, ReadOptions, parse_mapping, read_rows
from schemas import Rejection

Item = ParsedRow | Rejection


def read(folder: Path, *rows: object, mapping: tuple[str, ...] = ()) -> list[Item]:
    """Return what JSON lines of `rows` give."""
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return list(read_rows(str(path), options=ReadOptions(mapping=parse_mapping(mapping))))


def one(folder: Path, row: object, *, mapping: tuple[str, ...] = ()) -> ParsedRow:
    """Return the one parsed row that `row` gives."""
    (item,) = read(folder, row, mapping=mapping)
    assert isinstance(item, ParsedRow), item
    return item


def steps(item: Item) -> list[str]:
    """Return the exact texts of the solution's steps."""
    assert isinstance(item, ParsedRow)
    assert item.solution is not None
    return [step.text for step in item.solution.steps]


def prm800k(*labelled: dict[str, object]) -> dict[str, object]:
    """Return a PRM800K row of labelled steps."""
    question = {"problem": "P", "ground_truth_answer": "216"}
    return {"labeler": "x", "question": question, "label": {"steps": list(labelled)}}
