"""ExportRow: one labelled solution with all that any export format needs of it."""

from dataclasses import dataclass

from schemas import (
    Basis,
    Certificate,
    FirstErrorVerdict,
    LabelVerdict,
    Message,
    NamedValue,
    Outcome,
    Scope,
    Semantics,
    SourceKind,
    StepKind,
    ValueKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportStep:
    """One step with its label."""

    solution_id: str
    """The solution."""
    kind: StepKind
    """Part of the chain; an OBSERVATION has no label."""
    text: str
    """Exact text, delimiters included."""
    verdict: LabelVerdict | None
    """The decision; null where the step was never to be labelled."""
    value: float | None = None
    """The rule's number."""
    value_kind: ValueKind | None = None
    """What `value` means."""
    p_correct: float | None = None
    """Probability of correctness, in [0, 1]."""
    basis: Basis | None = None
    """Observed here, or carried here; null where there is no label."""
    weight: float | None = None
    """Training weight, >= 0; null where there is no label."""
    semantics: Semantics | None = None
    """What the verdict refers to; null where there is no label."""

    @property
    def content(self) -> str:
        """The text without surrounding white space, as it is exported; may be empty."""
        return self.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEvidence:
    """One observation that the labelling read."""

    solution_id: str
    """The solution."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """One labelled solution."""

    row_id: str
    """The id in the input where no other solution of the run shares it; unique in the run."""
    solution_id: str
    """The solution."""
    problem_id: str
    """Its problem."""
    source_id: str | None
    """The id in the input row, shared or not."""
    input_name: str | None
    """File of its first occurrence; null where it was not read from one."""
    generator: str | None
    """Who wrote it."""
    meta: tuple[NamedValue, ...]
    """Other short fields of its first occurrence."""
    messages: tuple[Message, ...]
    """What is asked, at least one message."""
    answers: tuple[str, ...]
    """Accepted answers; empty where none is known."""
    domain: str | None
    """Subject of the problem."""
    language: str | None
    """BCP 47 tag."""
    final_answer: str | None
    """The answer found in it; null where none was found or looked for."""
    outcome: Outcome | None
    """How that compares; null where it was not checked."""
    steps: tuple[ExportStep, ...]
    """[n_steps] In order."""
    first_error: FirstErrorVerdict
    """What the labelling decided of the first wrong step."""
    first_error_step: int | None
    """0-based; set only where `first_error` is FOUND."""
    confidence: float | None
    """Probability of that decision, in [0, 1]."""
    semantics: Semantics
    """What the steps' verdicts refer to."""
    rule: str
    """The rule that decided."""
    method: str | None
    """The method that it was run as."""
    version: str
    """Version of Waymark that decided."""
    evidence: tuple[ExportEvidence, ...]
    """What was observed, by step; that of the whole solution last."""

    @property
    def question(self) -> str:
        """The text of the last user message."""
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "")
