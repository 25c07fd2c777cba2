"""Evidence: one observation about a problem, prefix, step or solution."""

from dataclasses import dataclass

from schemas.enums import CertificateKind, FindingVerdict, Outcome, Scope, SourceKind
from schemas.source import NamedValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a reader needs to check a verdict without trusting the tool."""

    kind: CertificateKind
    """What sort of certificate it is."""
    claim: str
    """The text that was judged, as written."""
    values: tuple[NamedValue, ...]
    """What was found: for TWO_VALUES `stated` and `computed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One observation: exactly one of a verdict, an outcome, counts or a score is set."""

    gathering_id: str
    """The strategy run that asked for it."""
    problem_id: str
    """The problem that it belongs to."""
    solution_id: str | None
    """The solution; null where it is about a problem or a prefix of no stored solution."""
    step_index: int | None
    """0-based step; for a PREFIX the last step of it; null where it is not about a step."""
    prefix_id: str | None
    """For rollouts: the prefix they start from."""
    scope: Scope
    """What it is about."""
    source_kind: SourceKind
    """Who made it."""
    source: str
    """Name of the verifier, policy, judge or imported data set."""
    ordinal: int
    """0-based number among the observations that agree in all the above."""
    verdict: FindingVerdict | None = None
    """What a check, a judge or an imported label says."""
    outcome: Outcome | None = None
    """How the solution's final answer compares; SOLUTION scope."""
    successes: int | None = None
    """Rollouts that reached an accepted answer."""
    trials: int | None = None
    """Rollouts that ended with an outcome that counts: censored ones are left out."""
    score: float | None = None
    """A number that claims no verdict, such as a reward model's score; of SCORES, see `reason`."""
    reason: str | None = None
    """Why, in words or as an `UnknownReason` member's name; of SCORES, what the number is."""
    certificate: Certificate | None = None
    """What refutes or proves, where something does."""
    backend: str | None = None
    """The tool behind the verdict, with its version."""
    tokens: int = 0
    """Tokens generated for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a piece of work took, as measured: not part of a run's equality."""

    gathering_id: str
    """The strategy run."""
    problem_id: str
    """The problem worked on."""
    solution_id: str | None
    """The solution worked on, null where the cost is the problem's."""
    source: str
    """The verifier, policy or judge that it was spent on."""
    seconds: float
    """Time spent, summed over attempts."""
    attempts: int
    """How often the work was started: 1 unless a limit stopped it."""
    money: float | None
    """Price in the policy's currency, null where it has none."""
