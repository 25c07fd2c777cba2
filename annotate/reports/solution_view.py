"""One solution with all that is said of it: steps, labels, first errors, evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from annotate.reports.first_error_scores import Mark
from annotate.reports.label_set import mark_of_view
from annotate.reports.queries import run_query
from annotate.storage import name_labellings, read_labellings
from schemas import (
    Basis,
    Certificate,
    LabelVerdict,
    Outcome,
    Problem,
    QueryError,
    Scope,
    Semantics,
    Solution,
    SourceKind,
    Step,
    StepKind,
    ValueKind,
    Visibility,
    prefix_id,
)

_MIN_PREFIX = 6  # hexadecimal digits of a solution id that are taken for one
_SHOWN = 5  # candidates that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One piece of evidence."""

    step_index: int | None
    """0-based step; null where it is about the whole solution."""
    scope: Scope
    """What it is about."""
    source_kind: SourceKind
    """Who made it."""
    source: str
    """Name of the verifier, policy, judge or data set."""
    outcome: str | None
    """Name of the verdict or outcome; null where it is a count or a score."""
    successes: int | None
    """Rollouts that reached an accepted answer."""
    trials: int | None
    """Rollouts that counted."""
    score: float | None
    """A number without a verdict."""
    reason: str | None
    """Why, in words."""
    certificate: Certificate | None
    """What refutes or proves."""
    backend: str | None
    """The tool behind the verdict."""
    tokens: int
    """Tokens generated for it."""
    is_shared: bool
    """Whether it was asked for another solution that begins with the same text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLabel:
    """The label of one step under one labelling."""

    step_index: int
    """0-based step."""
    labelling_id: str
    """Provenance."""
    rule: str
    """The rule that decided."""
    name: str
    """How its labelling is called: the method, else the rule."""
    verdict: LabelVerdict
    """The decision."""
    value: float | None
    """The rule's number."""
    value_kind: ValueKind | None
    """What `value` means."""
    p_correct: float | None
    """Probability of correctness, in [0, 1]."""
    semantics: Semantics
    """What the verdict refers to."""
    basis: Basis
    """Observed here, or carried here from another step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFirstError:
    """The first error under one labelling."""

    labelling_id: str
    """Provenance."""
    rule: str
    """The rule that decided."""
    method: str | None
    """The method that it was run as."""
    name: str
    """How its labelling is called: the method, else the rule."""
    mark: Mark
    """The decision."""
    confidence: float | None
    """Probability of the decision, in [0, 1]."""
    uncorrected: tuple[float, ...]
    """[n_steps + 1] P(first error that is never taken back), last P(none); empty if not given."""
    visibility: Visibility | None
    """Which errors the evidence could have shown; null in old runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Where a solution stands in the input."""

    input_name: str
    """File name."""
    row: int
    """1-based line or row."""
    part: int
    """0-based position in that row."""
    source_id: str | None
    """The id in the input row."""
    generator: str | None
    """Who wrote it, as the source says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One step with what is said of it."""

    step_index: int
    """0-based position."""
    kind: StepKind
    """Part of the chain."""
    text: str
    """The text without surrounding white space."""
    labels: tuple[ShownLabel, ...]
    """By name; none where the step was not labelled."""
    evidence: tuple[Observation, ...]
    """What was observed of this step, or of the prefix that it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolutionView:
    """One solution with all that is said of it."""

    solution_id: str
    """Its id."""
    problem_id: str
    """Its problem's id."""
    question: str
    """What is asked."""
    answers: tuple[str, ...]
    """Accepted answers; empty where none is known."""
    domain: str | None
    """Subject of the problem."""
    final_answer: str | None
    """The answer that was found in it; null where none was found or looked for."""
    outcome: Outcome | None
    """How that compares; null where it was not checked."""
    sources: tuple[Occurrence, ...]
    """Where it stands in the input, in order; samples that several gatherings drew alike once."""
    first_errors: tuple[ShownFirstError, ...]
    """One for each labelling, by name."""
    steps: tuple[ShownStep, ...]
    """[n_steps] In order."""
    evidence: tuple[Observation, ...]
    """What was observed of the solution as a whole, and of the bare problem."""


def find_solution(con: duckdb.DuckDBPyConnection, key: str) -> str:
    """Return the id of the solution that `key` means.

    Args:
        con: Connection with the views of a run.
        key: A solution id, an id of the input, or at least six digits of a solution id.

    Raises:
        QueryError: If it means none, or several; the message names candidates.
    """
    after = key + "g" if len(key) >= _MIN_PREFIX else None  # the digit after `f`
    meant = list(run_query(con, "solution_ids", _Meant, key=key, after=after))
    if len(meant) == 1:
        return meant[0].solution_id
    if meant:
        shown = ", ".join(row.words for row in meant[:_SHOWN])
        more = f" and {len(meant) - _SHOWN} more" if len(meant) > _SHOWN else ""
        raise QueryError(
            f"{key!r} means {len(meant)} solutions: {shown}{more}. Give one of these ids."
        )
    near = [repr(row.source_id) for row in run_query(con, "near_ids", _Near, key=key)]
    hint = f"the nearest ids of the input are {', '.join(near)}." if near else "there is none."
    if key and any(run_query(con, "solution_ids", _Meant, key=key, after=key + "g")):
        raise QueryError(
            f"{key!r} is too short for the start of a solution id: give {_MIN_PREFIX} digits or "
            f"more; {hint}"
        )
    raise QueryError(f"there is no solution {key!r}: {hint}")


def view_solution(con: duckdb.DuckDBPyConnection, key: str) -> SolutionView:
    """Return the solution that `key` means with all that is said of it.

    Args:
        con: Connection with the views of a run.
        key: See `find_solution`.

    Raises:
        QueryError: If it means none, or several; or if a file of the run cannot be read.
    """
    solution_id = find_solution(con, key)
    (head,) = run_query(con, "solution", _Head, solution_id=solution_id)
    (problem,) = run_query(con, "problem", Problem, problem_id=head.problem_id)
    steps = list(run_query(con, "solution_steps", Step, solution_id=solution_id))
    names = name_labellings(read_labellings(con))
    labels = sorted(
        (
            replace(row, name=names.get(row.labelling_id, row.rule))
            for row in run_query(con, "solution_labels", ShownLabel, solution_id=solution_id)
        ),
        key=lambda row: row.name,
    )
    first_errors = [
        row.shown(names)
        for row in run_query(con, "solution_first_errors", _FirstError, solution_id=solution_id)
    ]
    evidence = _evidence(con, head.solution(solution_id, steps))
    return SolutionView(
        solution_id=solution_id,
        problem_id=head.problem_id,
        question=problem.question,
        answers=problem.answers,
        domain=problem.domain,
        final_answer=head.final_answer,
        outcome=head.outcome,
        sources=tuple(
            dict.fromkeys(run_query(con, "solution_sources", Occurrence, solution_id=solution_id))
        ),
        first_errors=tuple(sorted(first_errors, key=lambda row: row.name)),
        steps=tuple(_shown_step(step, labels, evidence) for step in steps),
        evidence=tuple(row for row in evidence if row.step_index is None),
    )


def _evidence(con: duckdb.DuckDBPyConnection, solution: Solution) -> list[Observation]:
    """Return what was observed of a solution, of its prefixes for whichever one, of its problem."""
    problem_id = solution.problem_id
    rows = run_query(
        con,
        "solution_evidence",
        Observation,
        solution_id=solution.solution_id,
        problem_id=problem_id,
        root_id=prefix_id(problem_id, ""),
        prefix_ids=[
            prefix_id(problem_id, solution.prefix(n)) for n in range(1, len(solution.steps))
        ],
    )
    return list(rows)


def _shown_step(
    step: Step, labels: Sequence[ShownLabel], evidence: Sequence[Observation]
) -> ShownStep:
    return ShownStep(
        step_index=step.step_index,
        kind=step.kind,
        text=step.content,
        labels=tuple(row for row in labels if row.step_index == step.step_index),
        evidence=tuple(row for row in evidence if row.step_index == step.step_index),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """A row of `solution_ids.sql`."""

    solution_id: str
    """A solution that the key may mean."""
    source_id: str | None
    """Its id in the input."""
    generator: str | None
    """Who wrote it."""

    @property
    def words(self) -> str:
        """How a message names it."""
        known = ", ".join(text for text in (self.source_id, self.generator) if text is not None)
        return f"{self.solution_id} ({known})" if known else self.solution_id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """A row of `near_ids.sql`."""

    source_id: str
    """An id of the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """A row of `solution.sql`."""

    problem_id: str
    """Its problem."""
    content_id: str
    """Hash of question and steps."""
    separator: str
    """Stands between the steps."""
    final_answer: str | None
    """The answer that was found."""
    outcome: Outcome | None
    """How it compares."""

    def solution(self, solution_id: str, steps: Sequence[Step]) -> Solution:
        """Return the solution as it was labelled."""
        return Solution(
            solution_id=solution_id,
            problem_id=self.problem_id,
            content_id=self.content_id,
            separator=self.separator,
            steps=tuple(steps),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _FirstError:
    """A row of `solution_first_errors.sql`."""

    labelling_id: str
    """Provenance."""
    rule: str
    """The rule that decided."""
    method: str | None
    """The method that it was run as."""
    first_error: int | None
    """0-based, -1 or null, as in the view."""
    confidence: float | None
    """Probability of the decision."""
    uncorrected: tuple[float, ...]
    """As in the view."""
    visibility: Visibility | None
    """As in the view."""

    def shown(self, names: Mapping[str, str]) -> ShownFirstError:
        """Return the row with its decision as a mark, and how its labelling is called."""
        return ShownFirstError(
            labelling_id=self.labelling_id,
            rule=self.rule,
            method=self.method,
            name=names.get(self.labelling_id, self.rule),
            mark=mark_of_view(self.first_error),
            confidence=self.confidence,
            uncorrected=self.uncorrected,
            visibility=self.visibility,
        )
