"""StepLabel and FirstError: what a rule decided."""

from dataclasses import dataclass

from schemas.enums import Basis, FirstErrorVerdict, LabelVerdict, Semantics, ValueKind, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLabel:
    """The label of one step under one labelling."""

    labelling_id: str
    """Provenance: rule, arguments, method, gatherings."""
    solution_id: str
    """The solution."""
    step_index: int
    """0-based step."""
    verdict: LabelVerdict
    """The decision."""
    value: float | None
    """The rule's number, see `value_kind`; null where it gives none."""
    value_kind: ValueKind | None
    """What `value` means; null where there is none."""
    p_correct: float | None
    """Probability that the step is correct, in [0, 1]; only where the rule gives one."""
    semantics: Semantics
    """What the verdict refers to."""
    basis: Basis
    """Observed at this step, or carried here from another."""
    weight: float
    """Training weight, >= 0; 1 unless the rule says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstError:
    """The first wrong step of one solution under one labelling."""

    labelling_id: str
    """Provenance: rule, arguments, method, gatherings."""
    solution_id: str
    """The solution."""
    verdict: FirstErrorVerdict
    """Found, none found, or undecided."""
    step_index: int | None
    """0-based; set only where the verdict is FOUND."""
    confidence: float | None
    """Probability of the decision, in [0, 1]; null where the rule gives none."""
    posterior: tuple[float, ...]
    """[n_steps + 1] P(step is the first error), last P(none); empty where the rule gives none."""
    uncorrected: tuple[float, ...]
    """[n_steps + 1] P(step is the first error that is never taken back), last P(none); empty where
    the rule gives none."""
    visibility: Visibility | None
    """Which errors the evidence could have shown; null in runs from before schema version 4."""
