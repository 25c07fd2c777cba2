"""Labels of a row: from the spellings of many sources to verdicts and scores. Pure."""

import math
from collections.abc import Mapping, Sequence

from annotate.inputs.draft import RawLabels
from annotate.inputs.fields import (
    FLAG_WORDS,
    Fields,
    Found,
    Value,
    flag,
    integer,
    is_null,
    number,
    sequence,
    wrong_type,
)
from schemas import LabelVerdict, Outcome

_RIGHT = LabelVerdict.CORRECT
_WRONG = LabelVerdict.INCORRECT
_ABSENT = LabelVerdict.NOT_CHECKED

_HOLDERS = ("verdict", "label", "rating")
_WORDS = {
    "+": _RIGHT,
    "-": _WRONG,
    "1": _RIGHT,
    "-1": _WRONG,
    "true": _RIGHT,
    "false": _WRONG,
    "correct": _RIGHT,
    "incorrect": _WRONG,
    "right": _RIGHT,
    "wrong": _WRONG,
    "good": _RIGHT,
    "bad": _WRONG,
    "positive": _RIGHT,
    "negative": _WRONG,
    "neutral": _RIGHT,
    "unknown": _ABSENT,
    "not_checked": _ABSENT,
    "-100": _ABSENT,
    "": _ABSENT,
}


def read_labels(fields: Fields, *, has_steps: bool) -> RawLabels:
    """Return the labels that a row states of its one solution.

    Args:
        fields: The row.
        has_steps: The row gives steps, so that a bare number called `label` is a position
            (ProcessBench). Beside an uncut text it is taken for something else.

    Raises:
        BadRowError: If a field that can only be a label has a value of the wrong type.
    """
    first, first_field = _first_error(fields, has_steps=has_steps)
    verdicts, verdicts_field = _verdicts(fields)
    scores, scores_field = _scores(fields)
    errors = fields.find("error_steps")
    return RawLabels(
        first_error=first,
        first_error_field=first_field,
        verdicts=verdicts,
        verdicts_field=verdicts_field,
        scores=scores or (_soft_labels(fields) if not verdicts else ()),
        scores_field=scores_field if scores else verdicts_field,
        error_steps=() if errors is None else positions(errors, base=0),
        outcome=outcome_of(read_flag(fields, "correct")),
        suspect=bool(read_flag(fields, "suspect")),
    )


def read_flag(fields: Fields, ours: str) -> bool | None:
    """Return a truth value; one under a common name that holds something else is left alone."""
    found = fields.find(ours)
    if found is None or (ours not in fields.mapping and str(found.value).lower() not in FLAG_WORDS):
        return None
    return flag(found)


def outcome_of(correct: bool | None) -> Outcome | None:  # noqa: FBT001  # the value that is translated
    """Return whether the final answer is right as an outcome; None where not stated."""
    if correct is None:
        return None
    return Outcome.CORRECT if correct else Outcome.INCORRECT


def positions(found: Found, *, base: int) -> tuple[int, ...]:
    """Return step numbers that count from `base` as 0-based ones, ascending."""
    items = (Found(f"{found.path}[{i}]", v) for i, v in enumerate(sequence(found)))
    return tuple(sorted({integer(item) - base for item in items}))


def rating(found: Found) -> LabelVerdict:
    """Return a PRM800K rating: 1 and 0 (neutral) stand, -1 is wrong, null is none."""
    if is_null(found.value):
        return _ABSENT
    value = integer(found)
    if value not in {-1, 0, 1}:
        raise wrong_type(found, "-1, 0, 1 or null")
    return _WRONG if value == -1 else _RIGHT


def verdict_list(found: Found) -> tuple[LabelVerdict, ...]:
    """Return a list of step labels in any common spelling.

    A 0 is wrong, unless the list holds a -1 or is called `ratings`: there it is PRM800K's neutral.
    """
    items = [Found(f"{found.path}[{i}]", v) for i, v in enumerate(sequence(found))]
    three_valued = found.path.endswith(("ratings", ".rating")) or any(
        _is_number(i.value, -1) for i in items
    )
    return tuple(_verdict(item, zero=_RIGHT if three_valued else _WRONG) for item in items)


def _verdict(found: Found, *, zero: LabelVerdict) -> LabelVerdict:
    value = found.value
    if isinstance(value, Mapping):
        value = next((value[name] for name in _HOLDERS if name in value), value)
    if is_null(value):
        return _ABSENT
    if _is_number(value, 0) or value == "0":
        return zero
    word = _spelling(value)
    if word not in _WORDS:
        raise wrong_type(found, "a label: true/false, 1/0/-1, +/-, correct/incorrect or null")
    return _WORDS[word]


def _spelling(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip().lower()


def _is_number(value: Value, number_: int) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == number_


def _first_error(fields: Fields, *, has_steps: bool) -> tuple[int | None, str]:
    found = fields.find("first_error")
    if found is None or found.value == "":
        return None, "first_error"
    telling = "first_error" in fields.mapping or found.path != "label"
    if telling:
        return integer(found), found.path
    position = has_steps and not isinstance(found.value, (bool, list, tuple))
    if position and isinstance(found.value, (int, float)):
        return integer(found), found.path
    return None, found.path


def _verdicts(fields: Fields) -> tuple[tuple[LabelVerdict, ...], str]:
    found = _label_list(fields)
    if found is None:
        return (), "labels"
    if _are_soft(sequence(found)):
        return (), found.path
    return verdict_list(found), found.path


def _label_list(fields: Fields) -> Found | None:
    """Return the labels that stand in a list of their own, or beside the text of each step."""
    found = fields.find("labels")
    if found is not None and _is_list(found, fields, "labels"):
        return found
    steps = fields.find("steps")
    items = steps.value if steps is not None and isinstance(steps.value, (list, tuple)) else ()
    held = [item for item in items if isinstance(item, Mapping)]
    name = next((name for name in _HOLDERS if any(name in item for item in held)), None)
    if steps is None or name is None or len(held) < len(items):
        return None
    return Found(f"{steps.path}[].{name}", [item.get(name) for item in held])


def _soft_labels(fields: Fields) -> tuple[float | None, ...]:
    found = _label_list(fields)
    if found is None:
        return ()
    return tuple(number(Found(f"{found.path}[{i}]", v)) for i, v in enumerate(sequence(found)))


def _are_soft(values: Sequence[Value]) -> bool:
    """Tell whether labels are numbers between 0 and 1: success rates, not verdicts."""
    return any(isinstance(v, float) and math.isfinite(v) and not v.is_integer() for v in values)


def _scores(fields: Fields) -> tuple[tuple[float | None, ...], str]:
    found = fields.find("scores")
    if found is None or not _is_list(found, fields, "scores"):
        return (), "scores"
    items = enumerate(sequence(found))
    return tuple(number(Found(f"{found.path}[{i}]", v)) for i, v in items), found.path


def _is_list(found: Found, fields: Fields, ours: str) -> bool:
    """Tell whether a field is to be read as one value per step: it is mapped, or it is a list."""
    if ours in fields.mapping:
        return True
    value = found.value
    return isinstance(value, (list, tuple)) or (
        isinstance(value, str) and value.lstrip().startswith("[")
    )
