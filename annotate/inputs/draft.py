"""Draft: what a format finds in a row, before steps are cut and ids are made. Pure.

A draft holds exact texts. `annotate.inputs.build` turns it into problems and solutions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from annotate.inputs.fault import BadRowError, Fault
from schemas import AnswerType, LabelVerdict, Message, NamedValue, Outcome, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLabels:
    """Labels as a row states them, not yet held against the number of steps."""

    first_error: int | None = None
    """0-based step, -1 for none; null where not stated."""
    first_error_field: str = "first_error"
    """Field that states it."""
    verdicts: tuple[LabelVerdict, ...] = ()
    """One per step; empty where not stated."""
    verdicts_field: str = "labels"
    """Field that states them."""
    scores: tuple[float | None, ...] = ()
    """One per step; empty where not stated."""
    scores_field: str = "scores"
    """Field that states them."""
    error_steps: tuple[int, ...] = ()
    """0-based wrong steps, where a row lists them; the steps before the first of them are right."""
    error_steps_field: str = "error_steps"
    """Field that states them."""
    outcome: Outcome | None = None
    """Final answer right or wrong; null where not stated."""
    suspect: bool = False
    """The row marks its own label as doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One solution of a row: either a text to cut, or steps given."""

    text: str | None = None
    """The whole text; null where the steps are given."""
    steps: tuple[str, ...] | None = None
    """[n_steps] exact texts; null where there is one text."""
    field: str = "solution"
    """Field that holds it, for messages."""
    generator: str | None = None
    """Who wrote it."""
    labels: RawLabels = RawLabels()
    """What the row says of it."""
    fault: Fault | None = None
    """Why it is set aside while the row's other solutions are not; null where it is fine."""


def one_of_several(make: Callable[[], Chain]) -> Chain:
    """Return what `make` does; where it finds a fault, that is the fault of this solution alone."""
    try:
        return make()
    except BadRowError as error:
        return Chain(text="", fault=error.fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one row states."""

    messages: tuple[Message, ...]
    """The problem."""
    problem_field: str
    """Field that holds it, for messages."""
    chains: tuple[Chain, ...]
    """Its solutions; empty for a bare problem."""
    answers: tuple[str, ...] = ()
    """Accepted final answers."""
    answer_type: AnswerType = AnswerType.AUTO
    """How they are to be read."""
    domain: str | None = None
    """Subject."""
    language: str | None = None
    """BCP 47 tag."""
    row_id: str | None = None
    """Id of the row: one problem with its solutions."""
    problem_id: str | None = None
    """Id of the problem, where the row names that apart."""
    scope: tuple[str, ...] = ()
    """What an id is unique within, beside the file: values of `set` and `subset`."""
    meta: tuple[NamedValue, ...] = ()
    """Other short fields, by name."""


def user_message(text: str) -> tuple[Message, ...]:
    """Return a question as the one message that states it."""
    return (Message(role="user", parts=(Part(text=text),)),)
