"""Fields of one raw row: by mapping, else by the names that are common for them. Pure.

The one place that knows synonyms and turns values of unknown type into typed ones; a value of the
wrong type raises BadRowError with the path of the field.
"""

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from annotate.inputs.fault import BadRowError
from schemas import RejectReason

Value: TypeAlias = object
Row: TypeAlias = Mapping[str, Value]

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "problem": (
        "problem",
        "question",
        "prompt",
        "query",
        "instruction",
        "messages",
        "conversations",
        "input",
        "original_question",
    ),
    "solution": (
        "solution",
        "response",
        "completion",
        "output",
        "generation",
        "answer_text",
        "model_output",
        "prediction",
        "canonical_solution",
        "rationale",
    ),
    "solutions": ("solutions", "responses", "outputs", "generations", "samples", "candidates"),
    "steps": ("steps", "completions", "model_solution_steps"),
    "answer": (
        "answers",
        "answer",
        "gold",
        "gold_answer",
        "ground_truth",
        "ground_truth_answer",
        "expected_answer",
        "reference_answer",
        "target",
        "gt",
        "final_answer",
    ),
    "tests": ("tests", "test", "test_list", "unit_tests", "test_code"),
    "id": ("id", "idx", "uid", "uuid", "row_id", "sample_id", "solution_id"),
    "problem_id": ("unique_id", "problem_id", "question_id", "qid", "prompt_id", "task_id"),
    "generator": ("generator", "model", "model_name"),
    "domain": ("domain", "subset", "subject", "type", "category", "task"),
    "language": ("language", "lang"),
    "first_error": ("first_error", "first_error_step", "label"),
    "labels": ("labels", "ratings", "step_labels", "step_verdicts", "label"),
    "scores": ("scores", "step_scores", "rewards", "prm_scores", "score"),
    "correct": ("final_answer_correct", "is_correct", "correct"),
    "error_steps": ("error_steps",),
    "suspect": ("suspect_label",),
}
"""What a field is commonly called, most telling name first."""

_MEANINGS: Mapping[str, tuple[tuple[str, int], ...]] = {
    name: tuple((ours, names.index(name)) for ours, names in SYNONYMS.items() if name in names)
    for name in {name for names in SYNONYMS.values() for name in names}
}
"""Synonym -> (our name, rank among its synonyms): one pass over a row finds all its fields."""
_SHOWN = 60
"""Characters of a value that a message shows."""
_LONGEST_LITERAL = 1 << 20
"""Characters of a list written as text beyond which Python's form of it is not tried."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a row holds."""

    path: str
    """Where, as the row names it."""
    value: Value
    """What; never null, NaN standing for null in tables."""


class Fields:
    """The fields of one row, found by mapping or by their common names. Immutable once made."""

    def __init__(self, row: Row, mapping: Mapping[str, str]) -> None:
        """Make the view of `row` under `mapping` (our name -> dotted path)."""
        self.row = row
        self.mapping = mapping
        self._common = _common_names(row, frozenset(mapping.values()))

    def find(self, ours: str) -> Found | None:
        """Return the value of one of our names, or None where the row has none.

        Raises:
            BadRowError: If our name is mapped and the row lacks the path.
        """
        if ours in self.mapping:
            return self._mapped(ours)
        name = self._common.get(ours)
        return None if name is None else Found(name, self.row[name])

    def need(self, ours: str) -> Found:
        """Return the value of one of our names.

        Raises:
            BadRowError: If the row has none.
        """
        found = self.find(ours)
        if found is None:
            raise BadRowError(
                RejectReason.MISSING_FIELD,
                f"no {ours}: looked for {', '.join(SYNONYMS[ours])}; found "
                f"{_some(self.row)}. Name it with --map {ours}=FIELD.",
                field=ours,
            )
        return found

    def _mapped(self, ours: str) -> Found | None:
        path = self.mapping[ours]
        value: Value = self.row
        if path in self.row:
            value = self.row[path]
        else:
            for name in path.split("."):
                if not isinstance(value, Mapping) or name not in value:
                    raise BadRowError(
                        RejectReason.MISSING_FIELD,
                        f"no {path!r}, which --map {ours}={path} names; found {_some(self.row)}.",
                        field=path,
                    )
                value = value[name]
        return None if is_null(value) else Found(path, value)


def _common_names(row: Row, taken: frozenset[str]) -> dict[str, str]:
    """Return which field of a row holds each of our names, where one does.

    A field that the user has given a meaning (`taken`) has no second one.
    """
    best: dict[str, tuple[int, str]] = {}
    for name, value in row.items():
        if name not in _MEANINGS or name in taken or is_null(value):
            continue
        for ours, rank in _MEANINGS[name]:
            if ours not in best or rank < best[ours][0]:
                best[ours] = (rank, name)
    return {ours: name for ours, (_, name) in best.items()}


def text(found: Found) -> str:
    """Return a text."""
    if not isinstance(found.value, str):
        raise wrong_type(found, "text")
    return found.value


def short(found: Found | None) -> str | None:
    """Return a name or id as text; numbers are written out."""
    if found is None or isinstance(found.value, (Mapping, list, tuple, bool)):
        return None
    return written(found.value)


def written(value: Value) -> str:
    """Return a scalar as text, a whole number without its fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def sequence(found: Found) -> Sequence[Value]:
    """Return a list, also where a table holds it as text in JSON's or Python's form."""
    value = found.value
    if isinstance(value, str):
        value = _list_from_text(value)
    if not isinstance(value, (list, tuple)):
        raise wrong_type(found, "a list")
    return value


def texts(found: Found) -> tuple[str, ...]:
    """Return a list of texts; an item may be an object that holds its text."""
    items = []
    for index, item in enumerate(sequence(found)):
        held = item
        if isinstance(item, Mapping):
            held = next((item[k] for k in ("text", "content", "step", "value") if k in item), None)
        if not isinstance(held, str):
            raise wrong_type(Found(f"{found.path}[{index}]", item), "text")
        items.append(held)
    return tuple(items)


def integer(found: Found) -> int:
    """Return a whole number, also one written as text or as a float without a fraction."""
    value = found.value
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise wrong_type(found, "a whole number") from None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(found, "a whole number")
    return value


FLAG_WORDS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
"""How truth values are written, in lower case."""


def flag(found: Found | None) -> bool | None:
    """Return a truth value, also as 0, 1 or a word; None where there is none."""
    if found is None or found.value == "":
        return None
    word = str(found.value).lower()
    if word not in FLAG_WORDS:
        raise wrong_type(found, "true or false")
    return FLAG_WORDS[word]


def number(found: Found) -> float | None:
    """Return a finite number, or None for null."""
    value = found.value
    if is_null(value):
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong_type(found, "a number")
    try:
        return float(value)
    except OverflowError:
        raise wrong_type(found, "a number that fits 64 bits") from None


def wrong_type(found: Found, expected: str) -> BadRowError:
    """Return the error for a value of another type than expected."""
    shown = repr(found.value)
    return BadRowError(
        RejectReason.WRONG_TYPE,
        f"{found.path} is {_TYPES.get(type(found.value), type(found.value).__name__)} "
        f"({shown[:_SHOWN]}{'…' if len(shown) > _SHOWN else ''}), expected {expected}.",
        field=found.path,
    )


_TYPES = {
    str: "text",
    bool: "a truth value",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def is_null(value: Value) -> bool:
    """Tell whether a value is absent: null, or NaN, which tables write for it."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _list_from_text(value: str) -> Value:
    if not value.lstrip().startswith(("[", "(")):
        return value
    try:
        return msgspec.json.decode(value.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    if len(value) > _LONGEST_LITERAL:
        return value
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _some(row: Row) -> str:
    names = [str(name) for name in list(row)[:12]]
    return f"the fields {', '.join(names)}" if names else "no fields"
