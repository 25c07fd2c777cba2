"""Solution and Step: one chain of thought, cut without loss."""

from dataclasses import dataclass

from schemas.enums import StepKind
from schemas.ids import content_id
from schemas.problem import Problem

GIVEN_SEPARATOR = "\n\n"
"""Joins the steps of a solution that arrives already cut: what most PRMs are trained with."""

PROBLEM_DIGITS = 12
"""A solution's id begins with these many digits of its problem's: in every table sorted by
solution id, the solutions of a problem lie together, and a range of ids is a range of problems."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A step before it belongs to a solution: what the cutters of `annotate.segment` return."""

    text: str
    """Exact text, delimiters included: the pieces joined give the solution's text."""
    kind: StepKind = StepKind.RESPONSE
    """Part of the chain that the piece belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. Rows of a solution are in order of `step_index`."""

    solution_id: str
    """The solution it belongs to."""
    step_index: int
    """Position, 0-based."""
    kind: StepKind
    """Part of the chain; an OBSERVATION is never labelled."""
    text: str
    """Exact text, delimiters included. May be empty or blank where the source says so."""
    start: int
    """Offset of the first character in the solution's text."""
    end: int
    """Offset after the last character."""

    @property
    def content(self) -> str:
        """The text without surrounding white space: what is shown and exported."""
        return self.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """One chain of thought. The id hashes the problem, the steps and the separator."""

    solution_id: str
    """Content hash, see `make_solution`."""
    problem_id: str
    """The problem it answers."""
    content_id: str
    """Hash of question and stripped steps, without answers: pairs solutions across runs."""
    separator: str
    """Stands between the steps' texts; empty where a cutter kept the delimiters in the pieces."""
    steps: tuple[Step, ...]
    """In order, at least one."""

    @property
    def text(self) -> str:
        """The whole text: the steps joined by the separator."""
        return self.separator.join(step.text for step in self.steps)

    def prefix(self, n_steps: int) -> str:
        """Return the text of the first `n_steps` steps, 0 to all, as a next step would follow it.

        The separator stands after the last of them too, unless they are all.
        """
        text = self.separator.join(step.text for step in self.steps[:n_steps])
        return text + self.separator if 0 < n_steps < len(self.steps) else text


def make_solution(problem: Problem, pieces: tuple[Piece, ...], *, separator: str = "") -> Solution:
    """Build a solution under its content id, with the offsets of its steps."""
    own = content_id(
        "solution", [problem.problem_id, separator, [[p.kind.name, p.text] for p in pieces]]
    )
    solution_id = problem.problem_id[:PROBLEM_DIGITS] + own[PROBLEM_DIGITS:]
    steps = []
    start = 0
    for index, piece in enumerate(pieces):
        end = start + len(piece.text)
        steps.append(
            Step(
                solution_id=solution_id,
                step_index=index,
                kind=piece.kind,
                text=piece.text,
                start=start,
                end=end,
            )
        )
        start = end + len(separator)
    return Solution(
        solution_id=solution_id,
        problem_id=problem.problem_id,
        content_id=content_id(
            "content", [problem.question.strip(), [p.text.strip() for p in pieces]]
        ),
        separator=separator,
        steps=tuple(steps),
    )
