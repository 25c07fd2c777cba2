"""The job `dry_run`: read the inputs, say what labelling would do, write nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from annotate.inputs import read_file
from annotate.jobs.input_progress import input_files
from annotate.jobs.label import LabelRequest
from annotate.jobs.progress import Progress
from annotate.methods import roles_of
from schemas import Rejection, RejectReason

_MOST_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What the inputs hold, and what would be done with it."""

    files: tuple[str, ...]
    """Files that were read."""
    solutions: int
    """Solutions, repeats included."""
    bare_problems: int
    """Problems without a solution."""
    steps: int
    """Steps of all solutions."""
    rejected: Mapping[RejectReason, int]
    """Rows that would be set aside, by reason."""
    first_rejected: tuple[Rejection, ...]
    """The first ten of them."""
    would: str
    """What labelling would do, in words."""


def dry_run(request: LabelRequest, progress: Progress) -> DryRun:
    """Read the inputs of a request and count.

    Raises:
        InputError: If an input cannot be read at all.
    """
    files = input_files(request.inputs, progress)
    rejected: list[Rejection] = []
    reasons: Counter[RejectReason] = Counter()
    solutions = bare = steps = 0
    progress.start("reading", total=None, unit="rows")
    for file in files:
        taken = 0
        for item in read_file(file, options=request.options):
            progress.advance(1)
            if isinstance(item, Rejection):
                reasons[item.reason] += 1
                rejected = [*rejected, item][:_MOST_SHOWN]
                continue
            if request.limit is not None and taken >= request.limit:
                break
            taken += 1
            solutions += item.solution is not None
            bare += item.solution is None
            steps += len(item.solution.steps) if item.solution else 0
    would = "; ".join(
        f"{method.name}: gather by {', '.join(map(str, method.strategies))} and decide by "
        f"{method.rule}"
        for method in request.methods
    )
    roles = sorted(role.name.lower() for role in roles_of(request.methods))
    models = f"asks a {', a '.join(roles)}" if roles else "no model is called"
    return DryRun(
        files=tuple(file.uri for file in files),
        solutions=solutions,
        bare_problems=bare,
        steps=steps,
        rejected=dict(reasons),
        first_rejected=tuple(rejected),
        would=f"{would}; {models}",
    )
