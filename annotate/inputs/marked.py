"""Formats with marks between steps: Math-Shepherd's letters, RLHFlow's turns. Pure."""

import re
from collections.abc import Sequence

from annotate.inputs.asked import chat, empty_problem
from annotate.inputs.draft import Chain, Draft, RawLabels, user_message
from annotate.inputs.fault import BadRowError
from annotate.inputs.fields import Fields, Found, Row, sequence, short, text, wrong_type
from annotate.inputs.generic import make_draft
from annotate.inputs.gold import read_answers
from schemas import LabelVerdict, Message, RejectReason

_SHEPHERD_MARK = "ки"
_STEP_ONE = re.compile(r"(?<!\w)Step 1\s*[:.]")
_SIGNS = {"+": LabelVerdict.CORRECT, "-": LabelVerdict.INCORRECT}


def is_math_shepherd(row: Row) -> bool:
    """Tell whether a row is Math-Shepherd's: {input, label}, two texts, marked with its letters."""
    marked, label = row.get("input"), row.get("label")
    return isinstance(marked, str) and isinstance(label, str) and _SHEPHERD_MARK in marked


def math_shepherd(fields: Fields) -> Draft:
    """Return a Math-Shepherd row: `label` is `input` with a sign in place of each mark."""
    marked = text(Found("input", fields.row["input"]))
    parts = marked.split(_SHEPHERD_MARK)
    verdicts = _signs(parts, text(Found("label", fields.row["label"])))
    problem, first = _divide(parts[0], "input")
    steps = [first, *parts[1:]]
    if not steps[-1].strip():
        steps.pop()
    given = [*verdicts, *[LabelVerdict.NOT_CHECKED] * (len(steps) - len(verdicts))]
    chain = Chain(
        steps=tuple(step.strip() for step in steps),
        field="input",
        generator=short(fields.find("generator")),
        labels=RawLabels(verdicts=tuple(given), verdicts_field="label"),
    )
    return make_draft(
        fields, user_message(problem), "input", (chain,), answers=read_answers(fields)
    )


def is_rlhflow(row: Row) -> bool:
    """Tell whether a row is RLHFlow's: a chat in which every answer is a sign."""
    turns = row.get("conversations", row.get("messages"))
    if not isinstance(turns, (list, tuple)):
        return False
    replies = [
        t.get("content") for t in turns if isinstance(t, dict) and t.get("role") == "assistant"
    ]
    return bool(replies) and all(str(reply).strip() in _SIGNS for reply in replies)


def rlhflow(fields: Fields) -> Draft:
    """Return an RLHFlow row: the user's turns are the steps, the first one after the problem."""
    path = "conversations" if "conversations" in fields.row else "messages"
    found = Found(path, fields.row[path])
    turns = chat(found, sequence(found))
    system = tuple(turn for turn in turns if turn.role == "system")
    steps, verdicts = _answered(turns, path)
    problem, first = _divide(steps[0], f"{path}[{len(system)}].content")
    chain = Chain(
        steps=(first, *steps[1:]),
        field=path,
        generator=short(fields.find("generator")),
        labels=RawLabels(verdicts=verdicts, verdicts_field=path),
    )
    messages = (*system, *user_message(problem))
    return make_draft(fields, messages, path, (chain,), answers=read_answers(fields))


def _signs(parts: Sequence[str], label: str) -> list[LabelVerdict]:
    verdicts = []
    offset = 0
    for index, part in enumerate(parts[:-1]):
        offset += len(part)
        sign = label[offset : offset + 1]
        if not label.startswith(part, offset - len(part)) or sign not in _SIGNS:
            raise BadRowError(
                RejectReason.BAD_LABEL,
                f"label has {sign!r} where the mark of step {index} stands in input, "
                "expected '+' or '-' there and the same text elsewhere.",
                field="label",
            )
        verdicts.append(_SIGNS[sign])
        offset += 1
    return verdicts


def _divide(whole: str, path: str) -> tuple[str, str]:
    """Return the problem and the first step, which stand in one text."""
    headings = [match.start() for match in _STEP_ONE.finditer(whole)]
    if headings:
        cut = headings[-1]
    else:
        cut = max(whole.rstrip().rfind("\n\n"), whole.rstrip().rfind("\n"))
        if cut == -1:
            raise BadRowError(
                RejectReason.MISSING_FIELD,
                f"{path} holds problem and first step in one: no 'Step 1:' or line break "
                "tells where the step begins.",
                field=path,
            )
    problem, step = whole[:cut].strip(), whole[cut:].strip()
    if not problem:
        raise empty_problem(path)
    return problem, step


def _answered(turns: Sequence[Message], path: str) -> tuple[list[str], tuple[LabelVerdict, ...]]:
    """Return the user's turns and the sign that answers each; a last one may lack it."""
    steps: list[str] = []
    verdicts: list[LabelVerdict] = []
    for index, turn in enumerate(turns):
        if turn.role == "user":
            steps.append(turn.text)
        elif turn.role == "assistant":
            verdicts.append(_SIGNS[turn.text.strip()])
            if len(verdicts) != len(steps):
                raise wrong_type(Found(f"{path}[{index}]", turn.text), "turns that alternate")
    if len(steps) - len(verdicts) > 1:
        raise wrong_type(Found(path, steps), "a sign after each of the user's turns")
    verdicts.extend([LabelVerdict.NOT_CHECKED] * (len(steps) - len(verdicts)))
    return steps, tuple(verdicts)
