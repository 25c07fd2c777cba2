"""Strategy `screen`: is the problem worth labelling, and which samples of it are taken in?"""

from dataclasses import dataclass, replace
from typing import ClassVar

from annotate.rules.base import Case
from annotate.strategies.base import STRATEGIES, Context, Gathered, StrategyFacts
from annotate.strategies.outcomes import WRONG
from annotate.strategies.probing import Probe, Prober, require_at_least
from annotate.strategies.sampled import Sample, distinct, take_in
from schemas import InvalidArgumentError, Outcome, Role
from verifiers.spec import Spec

KEPT = "KEPT"
"""The word for a problem that goes on."""

_ROLES = {
    "generator": Role.GENERATOR,
    "completer": Role.COMPLETER,
    "prover": Role.PROVER,
}


@STRATEGIES.register("screen")
@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Draw whole solutions, keep the problem by their success rate, and take some of them in.

    Too hard a problem makes sound steps look wrong; one that is always solved has nothing to find.
    Where the case has no solutions, wrong and right samples become its solutions, the first of each
    by ordinal, equal texts once. A sample without an answer is a wrong one; a censored one is
    neither, and never taken in.

    Source: OmegaPRM (arXiv:2406.06592), 32 samples, neither all wrong nor all right; SCAN
    (arXiv:2509.16548), self-confidence at least 0.75: `min_rate=0.75, strict=False`.
    Differs from SCAN: problems, not samples, are kept; samples without an answer are not dropped;
    classes are not balanced.
    Cost: `n` rollouts per problem.
    """

    n: int = 32
    """Whole solutions that are drawn, >= 1."""
    min_rate: float = 0.0
    """Least success rate, in [0, 1]."""
    max_rate: float = 1.0
    """Greatest success rate, in [0, 1]."""
    strict: bool = True
    """Whether the rates themselves are outside: then 0 and 1 drop all wrong and all right."""
    take_wrong: int = 8
    """Wrong samples taken in at most, >= 0."""
    take_right: int = 8
    """Right samples taken in at most, >= 0."""
    role: str = "generator"
    """Whose rate it is: `generator`, `completer` or `prover`. Rules that compare rollouts with the
    root's rate (`scan`, `half_root`) need that of the policy that makes the rollouts."""
    name: ClassVar[str] = "screen"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks=(
            "n whole solutions of a problem; drops it with a counted word (`ALL_WRONG`, "
            "`ALL_RIGHT`, `BELOW_RATE`, `ABOVE_RATE`, `ALL_CUT`, `NO_OUTCOME`)"
        ),
        calls="n per problem",
    )
    """Its row in the documentation."""
    version: ClassVar[str] = "1"
    """Changes whenever it may ask otherwise."""
    samples: ClassVar[bool] = True
    """It draws solutions of a problem that comes without any."""
    stop_rule: ClassVar[str] = "all"
    """It draws all its samples at once."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If a number is outside its range, or the role is no such word.
        """
        require_at_least(1, self.name, (("n", self.n),))
        require_at_least(
            0, self.name, (("take_wrong", self.take_wrong), ("take_right", self.take_right))
        )
        if not 0 <= self.min_rate <= self.max_rate <= 1:
            raise InvalidArgumentError(
                f"strategy {self.name!r}: min_rate={self.min_rate!r} and "
                f"max_rate={self.max_rate!r} must be in [0, 1], the least first."
            )
        if self.role not in _ROLES:
            raise InvalidArgumentError(
                f"strategy {self.name!r}: role={self.role!r} must be one of {', '.join(_ROLES)}."
            )

    def verifiers(self) -> tuple[Spec, ...]:
        """Return the verifiers that it may ask: none."""
        return ()

    def checkers(self) -> tuple[Spec, ...]:
        """Return the checkers that it may ask: none, samples come graded."""
        return ()

    def roles(self) -> tuple[Role, ...]:
        """Return the role whose policy it asks."""
        return (_ROLES[self.role],)

    async def gather(self, case: Case, context: Context, gathering_id: str) -> Gathered:
        """Draw the samples of one problem, and say whether it goes on."""
        (role,) = self.roles()
        prober = Prober(context=context, problem=case.problem, role=role, gathering_id=gathering_id)
        probe = await prober.root(self.n)
        word = self._word(probe)
        evidence = (replace(probe.row, reason=word),)
        if word != KEPT or case.solutions:
            return Gathered(evidence=evidence)
        return replace(self._taken_in(probe, prober), evidence=evidence)

    def _word(self, probe: Probe) -> str:
        """Return why the problem is kept or screened out."""
        if probe.trials == 0:
            cut = all(drawn.outcome is Outcome.TRUNCATED for drawn in probe.drawn)
            return "ALL_CUT" if probe.drawn and cut else "NO_OUTCOME"
        low, rate, high = self.min_rate, probe.rate, self.max_rate
        if (low < rate < high) if self.strict else (low <= rate <= high):
            return KEPT
        if probe.successes in {0, probe.trials}:
            return "ALL_RIGHT" if probe.successes else "ALL_WRONG"
        return "BELOW_RATE" if rate <= low else "ABOVE_RATE"

    def _taken_in(self, probe: Probe, prober: Prober) -> Gathered:
        samples = [Sample(ordinal=i, drawn=drawn) for i, drawn in enumerate(probe.drawn)]
        wrong = distinct([s for s in samples if s.drawn.outcome in WRONG])
        right = distinct([s for s in samples if s.drawn.outcome is Outcome.CORRECT])
        taken = [
            take_in(
                group,
                "",
                problem=prober.problem,
                role=prober.role,
                context=prober.context,
                gathering_id=prober.gathering_id,
            )
            for group in (*wrong[: self.take_wrong], *right[: self.take_right])
        ]
        return Gathered(
            evidence=(),
            solutions=tuple(solution for solution, _ in taken),
            sources=tuple(row for _, rows in taken for row in rows),
        )
