"""Sampled solutions: rollouts that become solutions, with one source row per occurrence. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.strategies.base import Context, Drawn
from schemas import Problem, Role, Solution, Source, content_id, make_solution, prefix_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A rollout with its number among those of its prefix."""

    ordinal: int
    """0-based."""
    drawn: Drawn
    """The rollout."""


def distinct(samples: Sequence[Sample]) -> tuple[tuple[Sample, ...], ...]:
    """Return the samples grouped by text, in order of first occurrence; blank texts are left out.

    A blank one has no step that a label could hang on.
    """
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        if sample.drawn.text.strip():
            groups.setdefault(sample.drawn.text, []).append(sample)
    return tuple(tuple(group) for group in groups.values())


def take_in(
    group: Sequence[Sample],
    prefix: str,
    *,
    problem: Problem,
    role: Role,
    context: Context,
    gathering_id: str,
) -> tuple[Solution, tuple[Source, ...]]:
    """Return the solution that equal samples of a prefix give, and its occurrences.

    Args:
        group: Samples of one text, at least one.
        prefix: What they continue; empty for whole solutions.
        problem: The problem.
        role: As what the policy was asked.
        context: Cuts texts and names the policy.
        gathering_id: Provenance: whose samples they are.
    """
    solution = make_solution(problem, context.cut(prefix + group[0].drawn.text))
    writer = context.source(role)
    # The key of a source is (input, row, part): the prefix is in the input, for ordinals start
    # anew with each one.
    drawn_from = prefix_id(problem.problem_id, prefix)
    input_id = content_id("sampled", [gathering_id, writer, role.name, drawn_from])
    sources = tuple(
        Source(
            input_id=input_id,
            row=sample.ordinal + 1,
            part=0,
            input_name=writer,
            source_id=sample.drawn.rollout_id,
            problem_id=problem.problem_id,
            solution_id=solution.solution_id,
            generator=writer,
            meta=(),
            gathering_id=gathering_id,
        )
        for sample in group
    )
    return solution, sources
