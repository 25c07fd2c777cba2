"""What a rule is: evidence in, decisions out. Pure.

A rule sees a problem with all its solutions. It never sees who asked for the evidence or where it
is stored, and it does not know the provenance that its decisions are stored under.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol, runtime_checkable

from schemas import (
    Basis,
    Calibration,
    Evidence,
    FirstErrorVerdict,
    Gathering,
    LabelVerdict,
    Problem,
    Semantics,
    Solution,
    Step,
    StepKind,
    ValueKind,
    Visibility,
)
from verifiers.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem with its solutions and what was observed of them."""

    problem: Problem
    """The problem."""
    solutions: tuple[Solution, ...]
    """Its solutions, by id."""
    evidence: tuple[Evidence, ...] = ()
    """Observations of the gatherings that the rule reads, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecision:
    """What a rule decides of one step; see `StepLabel` for the fields."""

    verdict: LabelVerdict
    """The decision."""
    value: float | None = None
    """The rule's number, see `value_kind`."""
    value_kind: ValueKind | None = None
    """What `value` means."""
    p_correct: float | None = None
    """Probability that the step is correct, where the rule gives one."""
    basis: Basis = Basis.OBSERVED
    """Observed at this step, or carried here from another."""
    weight: float = 1.0
    """Training weight, >= 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a rule decides of one solution."""

    solution_id: str
    """The solution."""
    steps: tuple[StepDecision | None, ...]
    """[n_steps] Decisions; None for a step that is never labelled (an observation)."""
    first_error: FirstErrorVerdict
    """Found, none found, or undecided."""
    step_index: int | None = None
    """0-based first wrong step; set only where it was found."""
    confidence: float | None = None
    """Probability of the decision, where the rule gives one."""
    posterior: tuple[float, ...] = ()
    """[n_steps + 1] P(first error), last P(none); empty where the rule gives none."""
    uncorrected: tuple[float, ...] = ()
    """[n_steps + 1] P(first error that is never taken back), last P(none); the same."""
    visibility: Visibility = Visibility.ALL_ERRORS
    """Which errors the evidence could have shown."""
    semantics: Semantics = Semantics.FIRST_ERROR
    """What the steps' verdicts refer to."""


@unique
class Need(Enum):
    """A kind of evidence without which a rule decides nothing; the value is its name in words."""

    OUTCOMES = "outcomes"
    """What the final answers of solutions are worth."""
    ROOT_RATE = "rollouts of the bare problem"
    """By the policy that the prefixes were asked of."""
    PREFIXES = "rollouts from prefixes"
    """Of some prefixes of each solution."""
    EVERY_PREFIX = "rollouts from every prefix"
    """Of all but the last."""
    FINDINGS = "verifiers' findings"
    """What model-free checks say of steps."""
    OPINIONS = "opinions"
    """What judges say of solutions."""
    LISTS = "opinions that list all wrong steps"
    """By a judge that was asked for all of them."""
    POTENTIALS = "forced answers"
    """What the completer answers at once, behind the bare problem and every prefix but the last."""
    IMPORTED = "imported labels"
    """Labels or scores made elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """What the documentation says of a rule, in words."""

    first_error: str
    """Which step it calls the first wrong one."""
    value: str
    """What the value of a step is."""
    needs: tuple[Need, ...]
    """Kinds of evidence that it cannot do without."""
    also: str = ""
    """What else it takes, or takes in where it is there."""


@runtime_checkable
class Rule(Protocol):
    """A way of deciding. A frozen dataclass of primitives.

    One that reads the calibration says so by a class attribute `calibrated = True`: its labels then
    point to it, and with `source=None` it counts the rollouts of several completers. One to which
    only shares of all rollouts are of use says so by `needs_rates = True`: it is not run over
    strategies that stop drawing at the first success. One that ships describes itself in a class
    attribute `facts`; where its arguments make it need more, a property `needs` says so.
    """

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Changes whenever it may decide otherwise; part of the provenance of labels."""

    def reads(self, gathering: Gathering) -> bool:
        """Return whether the rule uses the evidence of a gathering."""

    def decide(self, case: Case, calibration: Calibration | None) -> Sequence[Decision]:
        """Return one decision for each solution of the case, in order."""


IMPORT = "import"
"""Name of the strategy under which imported evidence is stored."""


class ReadsAsked:
    """What rules share that use all evidence that was asked for, whoever asked."""

    __slots__ = ()

    def reads(self, gathering: Gathering) -> bool:
        """Return whether the rule uses the evidence of a gathering: all that was not imported."""
        return gathering.strategy != IMPORT


RULES: Registry[Rule] = Registry("rule", group="waymark.rules")
"""Ways of deciding, by name."""


def of_solution(evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """Group observations by the solution they are about; those about none are left out."""
    groups: dict[str, list[Evidence]] = {}
    for row in evidence:
        if row.solution_id is not None:
            groups.setdefault(row.solution_id, []).append(row)
    return groups


def is_labelled(step: Step) -> bool:
    """Return whether a step takes a label: what a tool answered is context."""
    return step.kind is not StepKind.OBSERVATION


def labelled_steps(solution: Solution) -> list[int]:
    """Return the steps of a solution that take a label, in order."""
    return [step.step_index for step in solution.steps if is_labelled(step)]


def asked_steps(solution: Solution) -> tuple[int, ...]:
    """Return the steps of which the prefix up to and including them is asked about, and read.

    The labelled ones but the last: for that, and for what a tool answered behind it, the outcome of
    the solution stands. An empty step without a separator is none of them: its prefix is that of
    the step before it, or the bare problem.
    """
    steps = labelled_steps(solution)[:-1]
    lengths = [0, *(len(solution.prefix(step + 1)) for step in steps)]
    pairs = itertools.pairwise(lengths)
    return tuple(step for step, (before, end) in zip(steps, pairs, strict=True) if end > before)


def first_error_of(verdicts: Sequence[LabelVerdict | None]) -> tuple[FirstErrorVerdict, int | None]:
    """Return the first error that verdicts state, of either semantics.

    The first INCORRECT step is the first error; none is held to exist only where every labelled
    step is CORRECT; else it is undecided.
    """
    for index, verdict in enumerate(verdicts):
        if verdict is LabelVerdict.INCORRECT:
            return FirstErrorVerdict.FOUND, index
    labelled = [verdict for verdict in verdicts if verdict is not None]
    if labelled and all(verdict is LabelVerdict.CORRECT for verdict in labelled):
        return FirstErrorVerdict.NONE_FOUND, None
    return FirstErrorVerdict.UNDECIDED, None
