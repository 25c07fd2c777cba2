"""Formats of problems with worked answers: GSM8K, its graded model solutions, MATH. Pure."""

from collections.abc import Mapping
from functools import partial

from annotate.inputs.asked import read_asked
from annotate.inputs.draft import Chain, Draft, RawLabels, one_of_several
from annotate.inputs.fields import SYNONYMS, Fields, Found, Row, flag, is_null, short, text
from annotate.inputs.generic import make_draft
from annotate.inputs.gold import read_answers, worked_answer
from annotate.inputs.labels import outcome_of, read_labels

REFERENCE = "reference"
"""Generator of a worked answer that comes with the problem."""

_SAMPLED = ("steps", "generator", "model", *SYNONYMS["solutions"])
"""Fields by which a row shows that its solution, or another in it, was sampled."""


def is_gsm8k(row: Row) -> bool:
    """Tell whether a row is {question, answer} with a worked answer that ends in `#### n`."""
    answer = row.get("answer")
    return isinstance(row.get("question"), str) and isinstance(answer, str) and "####" in answer


def gsm8k(fields: Fields) -> Draft:
    """Return a GSM8K row: the worked answer is a solution, its last line the gold answer."""
    messages, path = read_asked(fields)
    worked = Found("answer", fields.row["answer"])
    whole = text(worked)
    gold = worked_answer(whole)
    chain = Chain(
        text=whole,
        field=worked.path,
        generator=short(fields.find("generator")) or REFERENCE,
        labels=read_labels(fields, has_steps=False),
    )
    return make_draft(fields, messages, path, (chain,), answers=() if gold is None else (gold,))


def is_graded_solutions(row: Row) -> bool:
    """Tell whether a row holds several models' solutions, each {solution, is_correct}."""
    return any(map(_is_graded, row.values()))


def graded_solutions(fields: Fields) -> Draft:
    """Return a row of graded model solutions: one solution for each model, named by its key."""
    messages, path = read_asked(fields)
    truth = fields.row.get("ground_truth")
    gold = worked_answer(truth) if isinstance(truth, str) else None
    chains = [
        one_of_several(partial(_graded, name, value))
        for name, value in fields.row.items()
        if isinstance(value, Mapping) and _is_graded(value)
    ]
    answers = read_answers(fields) if gold is None else (gold,)
    return make_draft(fields, messages, path, chains, answers=answers)


def is_math(row: Row) -> bool:
    """Tell whether a row is MATH's: {problem, solution} with its level or its id in the set.

    A boxed answer is no sign: most model solutions have one, and none is its own reference.
    """
    stated = isinstance(row.get("problem"), str) and isinstance(row.get("solution"), str)
    marked = "level" in row or "unique_id" in row
    return stated and marked and not any(name in row for name in _SAMPLED)


def math(fields: Fields) -> Draft:
    """Return a MATH row: the solution is the reference, the gold answer given or its last box."""
    messages, path = read_asked(fields)
    worked = Found("solution", fields.row["solution"])
    whole = text(worked)
    answers = read_answers(fields)
    boxed = worked_answer(whole) if not answers else None
    chain = Chain(
        text=whole,
        field=worked.path,
        generator=REFERENCE,
        labels=read_labels(fields, has_steps=False),
    )
    return make_draft(
        fields, messages, path, (chain,), answers=answers if boxed is None else (boxed,)
    )


def _graded(name: str, value: Mapping[str, object]) -> Chain:
    correct = Found(f"{name}.is_correct", value["is_correct"])
    return Chain(
        text=text(Found(f"{name}.solution", value["solution"])),
        field=f"{name}.solution",
        generator=name,
        labels=RawLabels(outcome=outcome_of(None if is_null(correct.value) else flag(correct))),
    )


def _is_graded(value: object) -> bool:
    return isinstance(value, Mapping) and "solution" in value and "is_correct" in value
