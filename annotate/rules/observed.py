"""Observed: what is known of one solution, step by labelled step. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotate.rules.base import Case, asked_steps, labelled_steps
from annotate.rules.claims import Claim, read_claims
from annotate.rules.prefix_rates import PrefixRates, read_rates
from annotate.rules.prefix_verdicts import outcomes_of
from annotate.search.rate_model import Floats
from annotate.signals import signals_of
from annotate.signals.scores import scores_by_step
from schemas import LabelVerdict, Solution

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """Counts of one solution by one completer, and what others say of it."""

    solution_id: str
    """The solution."""
    ends_wrong: bool
    """Whether its answer is wrong; else it is right."""
    root: tuple[int, int]
    """Successes and failures of the bare problem."""
    successes: Ints
    """[n_labelled - 1] Rollouts that succeeded, by prefix: the one that ends with the n-th step
    that takes a label."""
    failures: Ints
    """[n_labelled - 1] Rollouts that failed, by prefix."""
    claims: tuple[Claim, ...] = ()
    """What judges and verifiers say of it."""
    signals: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """[n_labelled, n_signals] What its steps show by themselves; of no rows where nobody looked."""

    @property
    def n_steps(self) -> int:
        """Steps that take a label, >= 1."""
        return len(self.successes) + 1


def observe_case(case: Case, source: str | None = None) -> list[Observed | None]:
    """Return [n_solutions] what rollouts say of each; null where its outcome is not known.

    Args:
        case: A problem with its evidence.
        source: Name of the completer; None where prefixes were asked of one only.

    Raises:
        InvalidArgumentError: If `source` is None and prefixes were asked of several.
    """
    rates = read_rates(case, source)
    signals = read_signals(case, source)
    known = (LabelVerdict.CORRECT, LabelVerdict.INCORRECT)
    return [
        observe_solution(
            solution, rates, claims, shown, ends_wrong=outcome is LabelVerdict.INCORRECT
        )
        if outcome in known and labelled_steps(solution)
        else None
        for solution, outcome, claims, shown in zip(
            case.solutions, outcomes_of(case), read_claims(case), signals, strict=True
        )
    ]


def observe_solution(
    solution: Solution,
    rates: PrefixRates,
    claims: tuple[Claim, ...],
    signals: Floats,
    *,
    ends_wrong: bool,
) -> Observed:
    """Return the counts of one solution with at least one step that takes a label."""
    steps = labelled_steps(solution)[:-1]
    asked = rates.of(solution)
    new = new_prefixes(solution, steps)
    told = [asked[step] if own else None for step, own in zip(steps, new, strict=True)]
    counts = [(rate.successes, rate.trials - rate.successes) if rate else (0, 0) for rate in told]
    successes, failures = np.array(counts, np.int64).reshape(len(steps), 2).T
    root = rates.root
    return Observed(
        solution_id=solution.solution_id,
        ends_wrong=ends_wrong,
        root=(root.successes, root.trials - root.successes) if root else (0, 0),
        successes=successes,
        failures=failures,
        claims=claims,
        signals=signals,
    )


def new_prefixes(solution: Solution, steps: Sequence[int]) -> list[bool]:
    """Return [n] whether each step is asked about: the rollouts of an empty one are told once."""
    asked = set(asked_steps(solution))
    return [step in asked for step in steps]


def read_signals(case: Case, source: str | None = None) -> list[Floats]:
    """Return [n_solutions] what the steps of each solution show, [n_labelled, n_signals].

    Args:
        case: A problem with its evidence.
        source: Whose scores of steps count; None takes whatever there are.
    """
    scores = scores_by_step(case.evidence, source)
    found = []
    for solution in case.solutions:
        steps = labelled_steps(solution)
        told = [scores.get((solution.solution_id, step), {}) for step in steps]
        texts = [solution.steps[step].text for step in steps]
        found.append(signals_of(case.problem.question, texts, told) if steps else np.zeros((0, 0)))
    return found
