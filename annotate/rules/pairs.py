"""Preference pairs: two steps behind one prefix, of which one is known to be better. Pure.

A pair says more than two labels: both steps were written in the same place, so nothing but the step
itself makes the difference.

Source: pairwise labels of OmegaPRM (Luo et al. 2024, arXiv:2406.06592), siblings with the soft
target 1/2 (1 + MC_A - MC_B); certified by an outcome, as CSO (arXiv:2602.03412) does.
Differs from the papers: a pair takes a margin and intervals that do not meet, a correct completion
behind the chosen step and none behind the rejected one, in at least `least_trials`; siblings come
from any solutions of the problem, not of one tree alone.
"""

import itertools
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from annotate.rules.base import Case, is_labelled
from annotate.rules.fraction import check_fraction
from annotate.rules.prefix_rates import PrefixRates, Rate, read_shares
from annotate.rules.prefix_verdicts import outcomes_of
from annotate.rules.wilson import wilson
from schemas import LabelVerdict, prefix_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A step behind a prefix, with the rollouts drawn behind it."""

    solution_id: str
    """A solution that holds it, the first by id."""
    step_index: int
    """0-based step there."""
    text: str
    """The step with the white space around it: prefix and text are the text that was rolled out."""
    rate: Rate
    """Rollouts from there."""
    prefix_id: str
    """Of the prefix that ends with it: where its rollouts start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two steps behind one prefix."""

    problem_id: str
    """The problem."""
    source: str
    """Whose rollouts compare them."""
    prefix: str
    """Exact text of the solution before either step; empty for first steps."""
    chosen: Branch
    """The better step."""
    rejected: Branch
    """The worse one: no completion from there is known to be right."""
    certificate: str | None
    """Id of a right completion behind the chosen step: a rollout, or a solution; null where the run
    holds none."""

    @property
    def target(self) -> float:
        """Bradley-Terry target P(chosen is better) = 1/2 (1 + MC_A - MC_B), in (0.5, 1]."""
        return (1 + _share(self.chosen.rate) - _share(self.rejected.rate)) / 2


def preference_pairs(
    case: Case,
    reached: Mapping[str, str],
    *,
    source: str,
    margin: float = 0.25,
    least_trials: int = 8,
) -> list[Pair]:
    """Return the pairs that the rollouts of one policy certify, in order of their texts.

    The last step of a solution is in none: nothing is drawn behind it. Neither are observations,
    empty steps, and steps that differ in white space, case or Unicode form alone.

    Args:
        case: A problem with its solutions and rollouts.
        reached: Prefix id -> id of a right completion from there, of those that are stored.
        source: Policy whose rollouts are compared.
        margin: Least difference of the two success rates, in (0, 1].
        least_trials: Least rollouts behind each of the two, >= 1.

    Raises:
        InvalidArgumentError: If `margin` is not in (0, 1].
    """
    check_fraction("margin", margin, above_zero=True)
    witnesses = _witnesses(case) | dict(reached)
    return [
        Pair(
            problem_id=case.problem.problem_id,
            source=source,
            prefix=prefix,
            chosen=chosen,
            rejected=rejected,
            certificate=witnesses.get(chosen.prefix_id),
        )
        for prefix, branches in sorted(_branches(case, read_shares(case, source)).items())
        for chosen, rejected in itertools.permutations(branches, 2)
        if rejected.rate.successes == 0
        and rejected.prefix_id not in witnesses
        and min(chosen.rate.trials, rejected.rate.trials) >= least_trials
        and _share(chosen.rate) - _share(rejected.rate) >= margin
        and _interval(chosen.rate)[0] > _interval(rejected.rate)[1]
        and _normal(chosen.text) != _normal(rejected.text)
    ]


def _interval(rate: Rate) -> tuple[float, float]:
    return wilson(rate.successes, rate.trials)


def _share(rate: Rate) -> float:
    return rate.value or 0.0


def _branches(case: Case, rates: PrefixRates) -> dict[str, list[Branch]]:
    """Return the steps that were rolled out by the prefix before them, each text once, sorted."""
    found: dict[str, dict[str, Branch]] = {}
    for solution in sorted(case.solutions, key=lambda one: one.solution_id):
        for step, rate in zip(solution.steps, rates.of(solution), strict=True):
            if rate is None or not is_labelled(step) or not step.text.strip():
                continue
            prefix, whole = (solution.prefix(step.step_index + more) for more in (0, 1))
            branch = Branch(
                solution_id=solution.solution_id,
                step_index=step.step_index,
                text=whole.removeprefix(prefix),
                rate=rate,
                prefix_id=prefix_id(case.problem.problem_id, whole),
            )
            found.setdefault(prefix, {}).setdefault(branch.text, branch)
    return {prefix: [texts[text] for text in sorted(texts)] for prefix, texts in found.items()}


def _witnesses(case: Case) -> dict[str, str]:
    """Return for each prefix of a right solution the first such solution by id."""
    return {
        prefix_id(case.problem.problem_id, text): solution_id
        for solution_id, text in sorted(_right_prefixes(case), reverse=True)
    }


def _right_prefixes(case: Case) -> Iterator[tuple[str, str]]:
    for solution, outcome in zip(case.solutions, outcomes_of(case), strict=True):
        if outcome is LabelVerdict.CORRECT:
            for n_steps in range(1, len(solution.steps)):
                yield solution.solution_id, solution.prefix(n_steps)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
