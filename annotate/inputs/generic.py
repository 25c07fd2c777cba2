"""The generic format: any row whose fields go by their common or mapped names. Pure.

Reads ProcessBench, TRL's stepwise rows, sampled solutions, our own exports and chats as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TypeGuard

from annotate.inputs.asked import chat, read_asked
from annotate.inputs.draft import Chain, Draft, RawLabels, one_of_several
from annotate.inputs.fault import BadRowError
from annotate.inputs.fields import Fields, Found, is_null, sequence, short, text, texts, written
from annotate.inputs.gold import read_answers
from annotate.inputs.labels import read_labels
from annotate.inputs.unit_tests import read_tests
from schemas import AnswerType, Message, NamedValue, RejectReason

STEP_MARK = "<extra_0>"
"""Qwen's process reward models read a solution with this after each step."""

_SCOPES = ("set", "subset")
_META_LENGTH = 200
_META_COUNT = 20
_OWN_COLUMNS = (
    "problem",
    "solution",
    "steps",
    "answer",
    "tests",
    "id",
    "problem_id",
    "generator",
    "language",
    "first_error",
)
_LANGUAGE_LENGTH = 12


def generic(fields: Fields) -> Draft:
    """Return what a row states under common or mapped names.

    Raises:
        BadRowError: If a field is missing, empty or of another type.
    """
    messages, problem_field = read_asked(fields)
    chains = _chains(fields, problem_field)
    if not chains and messages[-1].role == "assistant" and len(messages) > 1:
        messages, chains = _from_chat(fields, messages, problem_field)
    return make_draft(fields, messages, problem_field, chains, answers=read_answers(fields))


def make_draft(
    fields: Fields,
    messages: tuple[Message, ...],
    problem_field: str,
    chains: Iterable[Chain],
    *,
    answers: tuple[str, ...],
) -> Draft:
    """Return the draft of a row: what a format found, with what every row may have beside it."""
    row_id = fields.find("id")
    problem_id = fields.find("problem_id")
    language = short(fields.find("language"))
    tests = () if "answer" in fields.mapping else read_tests(fields)
    scope = tuple(written(fields.row[n]) for n in _SCOPES if _is_scalar(fields.row.get(n)))
    return Draft(
        messages=messages,
        problem_field=problem_field,
        chains=tuple(chains),
        answers=tests or answers,
        answer_type=AnswerType.TESTS if tests else AnswerType.AUTO,
        domain=short(fields.find("domain")),
        language=language if language and len(language) <= _LANGUAGE_LENGTH else None,
        row_id=short(row_id),
        problem_id=short(problem_id),
        scope=scope,
        meta=_meta(fields),
    )


def text_chain(found: Found, *, generator: str | None, labels: RawLabels) -> Chain:
    """Return a solution that is one text, cut at Qwen's marks where it has them."""
    whole = chat(found, found.value)[-1].text if _is_chat(found.value) else text(found)
    if STEP_MARK not in whole:
        return Chain(text=whole, field=found.path, generator=generator, labels=labels)
    return Chain(
        steps=split_at(whole, STEP_MARK), field=found.path, generator=generator, labels=labels
    )


def split_at(whole: str, mark: str) -> tuple[str, ...]:
    """Return what stands before each mark, and what follows the last one unless that is blank."""
    steps = [part.strip() for part in whole.split(mark)]
    return tuple(steps if steps[-1] else steps[:-1])


def _chains(fields: Fields, problem_field: str) -> tuple[Chain, ...]:
    generator = short(fields.find("generator"))
    steps = _given_steps(fields)
    if steps is not None:
        labels = read_labels(fields, has_steps=True)
        return (Chain(steps=texts(steps), field=steps.path, generator=generator, labels=labels),)
    several = _sampled_list(fields)
    if several is not None:
        return _many(several, generator)
    solution = fields.find("solution")
    if solution is None or solution.path == problem_field:
        return ()
    if isinstance(solution.value, (list, tuple)) and not _is_chat(solution.value):
        return _many(solution, generator)
    labels = read_labels(fields, has_steps=STEP_MARK in str(solution.value))
    return (text_chain(solution, generator=generator, labels=labels),)


def _given_steps(fields: Fields) -> Found | None:
    """Return the list of steps: `completions` are steps only beside labels, as TRL has them."""
    found = fields.find("steps")
    if found is None or "steps" in fields.mapping:
        return found
    sampled = found.path == "completions" and fields.find("labels") is None
    return None if sampled or "solution" in fields.mapping else found


def _sampled_list(fields: Fields) -> Found | None:
    """Return the list of sampled solutions, where the row has one with a text in it."""
    if "solution" in fields.mapping:
        return None
    for ours in ("solutions", "steps"):
        found = fields.find(ours)
        listed = found is not None and isinstance(found.value, (list, tuple))
        if found is not None and listed and any(isinstance(v, str) for v in sequence(found)):
            return found
    return None


def _is_chat(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], Mapping)


def _many(found: Found, generator: str | None) -> tuple[Chain, ...]:
    items = (Found(f"{found.path}[{i}]", item) for i, item in enumerate(sequence(found)))
    return tuple(one_of_several(partial(_sampled, item, generator)) for item in items)


def _sampled(found: Found, generator: str | None) -> Chain:
    return text_chain(found, generator=generator, labels=RawLabels())


def _from_chat(
    fields: Fields, messages: tuple[Message, ...], path: str
) -> tuple[tuple[Message, ...], tuple[Chain, ...]]:
    """Return the turns before the last answer, and that answer as the solution."""
    whole = messages[-1].text
    chain = text_chain(
        Found(f"{path}[{len(messages) - 1}].content", whole),
        generator=short(fields.find("generator")),
        labels=read_labels(fields, has_steps=STEP_MARK in whole),
    )
    asked = messages[:-1]
    if not any(message.role == "user" for message in asked):
        raise BadRowError(
            RejectReason.EMPTY_PROBLEM, f"{path} has no message of the user.", field=path
        )
    return asked, (chain,)


def _meta(fields: Fields) -> tuple[NamedValue, ...]:
    own = {found.path for name in _OWN_COLUMNS if (found := fields.find(name)) is not None}
    values = [
        NamedValue(name=name, value=_meta_text(value))
        for name, value in sorted(fields.row.items())
        if name not in own and _is_scalar(value) and len(str(value)) <= _META_LENGTH
    ]
    return tuple(values[:_META_COUNT])


def _meta_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not is_null(value)
