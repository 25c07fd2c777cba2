"""Evidence as strategies write it, for tests of rules."""

from collections.abc import Sequence
from dataclasses import replace

from annotate.rules import RULES, Case, Decision, Rule, StepDecision
from annotate.rules.opinions import say_listed
from schemas import (
    Evidence,
    FindingVerdict,
    Outcome,
    Piece,
    Scope,
    ScoreKind,
    Solution,
    SourceKind,
    StepKind,
    make_solution,
    prefix_id,
    text_problem,
)
from verifiers.spec import build, parse_spec

PROBLEM = text_problem("How many?", answers=("4",))
COMPLETER = "embedded 01234567"
JUDGE = "judge 89abcdef"


def chain(*texts: str, observed: Sequence[int] = ()) -> Solution:
    """Return a solution of the given steps, some of them observations."""
    return make_solution(
        PROBLEM,
        tuple(
            Piece(text=text, kind=StepKind.OBSERVATION if i in observed else StepKind.RESPONSE)
            for i, text in enumerate(texts)
        ),
    )


def steps(n: int, *, tag: str = "") -> Solution:
    """Return a solution of `n` steps of equal length that shares no prefix with other tags."""
    return chain(*(f"{tag}{i:03}\n" for i in range(n)))


def row(  # noqa: PLR0913  # one keyword for each field that a rule may read
    solution: Solution | None,
    step: int | None,
    scope: Scope,
    kind: SourceKind,
    *,
    source: str,
    gathering: str = "g",
    ordinal: int = 0,
    prefix: str | None = None,
    counts: tuple[int, int] | None = None,
    outcome: Outcome | None = None,
    verdict: FindingVerdict | None = None,
) -> Evidence:
    """Return one row of evidence; `counts` are successes and trials."""
    return Evidence(
        gathering_id=gathering,
        problem_id=PROBLEM.problem_id,
        solution_id=None if solution is None else solution.solution_id,
        step_index=step,
        prefix_id=None if prefix is None else prefix_id(PROBLEM.problem_id, prefix),
        scope=scope,
        source_kind=kind,
        source=source,
        ordinal=ordinal,
        verdict=verdict,
        outcome=outcome,
        successes=None if counts is None else counts[0],
        trials=None if counts is None else counts[1],
    )


def root(successes: int, trials: int, *, source: str = COMPLETER, gathering: str = "g") -> Evidence:
    """Return the rate of the bare problem."""
    return row(
        None,
        None,
        Scope.PROBLEM,
        SourceKind.ROLLOUTS,
        source=source,
        gathering=gathering,
        prefix="",
        counts=(successes, trials),
    )


def prefix(
    solution: Solution,
    step: int,
    successes: int,
    trials: int = 8,
    *,
    source: str = COMPLETER,
    gathering: str = "g",
) -> Evidence:
    """Return the rate of the prefix up to and including a step."""
    return row(
        solution,
        step,
        Scope.PREFIX,
        SourceKind.ROLLOUTS,
        source=source,
        gathering=gathering,
        prefix=solution.prefix(step + 1),
        counts=(successes, trials),
    )


def prefixes(solution: Solution, *successes: int) -> list[Evidence]:
    """Return the rates of the first prefixes, of eight rollouts each."""
    return [prefix(solution, i, n) for i, n in enumerate(successes)]


def ended(solution: Solution, outcome: Outcome, *, gathering: str = "g") -> Evidence:
    """Return the outcome of a solution."""
    return row(
        solution,
        None,
        Scope.SOLUTION,
        SourceKind.VERIFIER,
        source="answers",
        gathering=gathering,
        outcome=outcome,
    )


def right(solution: Solution) -> Evidence:
    """Return a right outcome."""
    return ended(solution, Outcome.CORRECT)


def wrong(solution: Solution) -> Evidence:
    """Return a wrong outcome."""
    return ended(solution, Outcome.INCORRECT)


def opinion(
    solution: Solution,
    names: int | None,
    *,
    ordinal: int = 0,
    usable: bool = True,
    source: str = JUDGE,
    gathering: str = "j",
) -> Evidence:
    """Return what a judge says: the first wrong step, none, or nothing that counts."""
    said = FindingVerdict.CORRECT if names is None else FindingVerdict.INCORRECT
    return row(
        solution,
        names if usable else None,
        Scope.SOLUTION if names is None or not usable else Scope.STEP,
        SourceKind.JUDGE,
        source=source,
        gathering=gathering,
        ordinal=ordinal,
        verdict=said if usable else FindingVerdict.UNKNOWN,
    )


def critique(solution: Solution, *wrong: int, ordinal: int = 0) -> Evidence:
    """Return what a judge says that was asked for all wrong steps."""
    said = opinion(solution, wrong[0] if wrong else None, ordinal=ordinal)
    return replace(said, reason=say_listed(wrong))


def finding(solution: Solution, step: int, verdict: FindingVerdict) -> Evidence:
    """Return what a verifier says of a step."""
    return row(
        solution, step, Scope.STEP, SourceKind.VERIFIER, source="arithmetic", verdict=verdict
    )


def potential(
    solution: Solution,
    step: int | None,
    score: float | None,
    *,
    source: str = COMPLETER,
    gathering: str = "g",
) -> Evidence:
    """Return the potential of the prefix up to and including a step, or of the bare problem."""
    one = row(
        None if step is None else solution,
        step,
        Scope.PREFIX,
        SourceKind.SCORES,
        source=source,
        gathering=gathering,
        prefix="" if step is None else solution.prefix(step + 1),
        verdict=FindingVerdict.UNKNOWN if score is None else None,
    )
    reason = "NO_CONTINUATION" if score is None else ScoreKind.POTENTIAL.name
    return replace(one, score=score, reason=reason)


def potentials(solution: Solution, *scores: float | None) -> list[Evidence]:
    """Return the potentials of the bare problem and of the first prefixes."""
    places = (None, *range(len(scores) - 1))
    return [potential(solution, step, score) for step, score in zip(places, scores, strict=True)]


def decide(rule: Rule, solution: Solution, *evidence: Evidence) -> Decision:
    """Return what a rule decides of one solution."""
    (decision,) = rule.decide(Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None)
    return decision


def by_name(spec: str) -> Rule:
    """Return a rule as a method names it."""
    return build(RULES, parse_spec(spec))


def labels(decision: Decision) -> list[StepDecision]:
    """Return the labels of a decision without the steps that take none."""
    return [step for step in decision.steps if step is not None]
