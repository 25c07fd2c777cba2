"""Formats whose steps come with human ratings or edits: PRM800K, PRMBench. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from annotate.inputs.asked import empty_problem
from annotate.inputs.draft import Chain, Draft, RawLabels, user_message
from annotate.inputs.fault import BadRowError
from annotate.inputs.fields import (
    Fields,
    Found,
    Row,
    integer,
    short,
    text,
    texts,
    written,
    wrong_type,
)
from annotate.inputs.generic import make_draft
from annotate.inputs.labels import positions, rating, read_labels
from schemas import RejectReason


def is_prm800k(row: Row) -> bool:
    """Tell whether a row is PRM800K's: {question: {problem, ..}, label: {steps: [..], ..}}."""
    label = row.get("label")
    return (
        isinstance(row.get("question"), Mapping) and isinstance(label, Mapping) and "steps" in label
    )


def prm800k(fields: Fields) -> Draft:
    """Return a PRM800K row: the chain that the labeller chose, with its ratings.

    Where nothing was chosen, the human's own completion stands, else the first one offered; the
    chain ends there, as it did for the labeller.
    """
    question, label = fields.row["question"], fields.row["label"]
    if not isinstance(question, Mapping) or not isinstance(label, Mapping):
        raise wrong_type(Found("question", question), "an object")
    problem = text(_need(question, "problem", "question"))
    if not problem.strip():
        raise empty_problem("question.problem")
    steps, verdicts = [], []
    for path, completion in _chosen(label):
        steps.append(text(_need(completion, "text", path)))
        verdicts.append(rating(Found(f"{path}.rating", completion.get("rating"))))
    labels = RawLabels(verdicts=tuple(verdicts), verdicts_field="label.steps")
    chain = Chain(
        steps=tuple(steps),
        field="label.steps",
        generator=short(fields.find("generator")),
        labels=labels,
    )
    gold = question.get("ground_truth_answer")
    answers = () if gold is None else (written(gold),)
    return make_draft(fields, user_message(problem), "question.problem", (chain,), answers=answers)


def is_prmbench(row: Row) -> bool:
    """Tell whether a row is PRMBench's: a process with injected errors."""
    return isinstance(row.get("modified_process"), list)


def prmbench(fields: Fields) -> Draft:
    """Return a PRMBench row: the process with its injected errors, which count from 1."""
    names = ("modified_question", "question", "original_question")
    path = next((n for n in names if isinstance(fields.row.get(n), str)), None)
    if path is None:
        raise BadRowError(
            RejectReason.MISSING_FIELD,
            f"no problem: looked for {', '.join(names)}.",
            field=names[0],
        )
    problem = text(Found(path, fields.row[path]))
    if not problem.strip():
        raise empty_problem(path)
    errors = positions(Found("error_steps", fields.row.get("error_steps") or []), base=1)
    labels = replace(
        read_labels(Fields({}, {}), has_steps=True),
        error_steps=errors,
        first_error=errors[0] if errors else -1,
        first_error_field="error_steps",
    )
    steps = texts(Found("modified_process", fields.row["modified_process"]))
    chain = Chain(
        steps=steps,
        field="modified_process",
        generator=short(fields.find("generator")),
        labels=labels,
    )
    draft = make_draft(fields, user_message(problem), path, (chain,), answers=())
    domain = short(Found("classification", fields.row.get("classification")))
    return draft if domain is None else replace(draft, domain=draft.domain or domain)


def _chosen(label: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    """Return the completions that make up the chain, with their paths."""
    rows = label["steps"]
    if not isinstance(rows, (list, tuple)):
        raise wrong_type(Found("label.steps", rows), "a list")
    chain = []
    for index, row in enumerate(rows):
        path = f"label.steps[{index}]"
        if not isinstance(row, Mapping):
            raise wrong_type(Found(path, row), "an object")
        found = _completion(row, path)
        if found is None:
            break
        chain.append(found)
    return chain


def _completion(row: Mapping[str, object], path: str) -> tuple[str, Mapping[str, object]] | None:
    offered = row.get("completions") or []
    chosen, human = row.get("chosen_completion"), row.get("human_completion")
    if not isinstance(offered, (list, tuple)):
        raise wrong_type(Found(f"{path}.completions", offered), "a list")
    if chosen is None and isinstance(human, Mapping):
        return f"{path}.human_completion", human
    if not offered:
        return None
    index = 0 if chosen is None else integer(Found(f"{path}.chosen_completion", chosen))
    if not 0 <= index < len(offered):
        raise BadRowError(
            RejectReason.BAD_LABEL,
            f"{path}.chosen_completion is {index}, but there are {len(offered)} completions.",
            field=f"{path}.chosen_completion",
        )
    completion = offered[index]
    if not isinstance(completion, Mapping):
        raise wrong_type(Found(f"{path}.completions[{index}]", completion), "an object")
    return f"{path}.completions[{index}]", completion


def _need(holder: Mapping[str, object], name: str, path: str) -> Found:
    if holder.get(name) is None:
        raise BadRowError(
            RejectReason.MISSING_FIELD, f"no {name!r} in {path}.", field=f"{path}.{name}"
        )
    return Found(f"{path}.{name}", holder[name])
