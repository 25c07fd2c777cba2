"""Claims: who names which first error of a solution, as the posterior reads them. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from annotate.rules.base import Case, labelled_steps, of_solution
from annotate.search.claim_model import ClaimModel
from annotate.search.rate_model import Floats
from schemas import Evidence, FindingVerdict, Solution, SourceKind

_SPEAKS = {FindingVerdict.CORRECT, FindingVerdict.INCORRECT, FindingVerdict.NO_OBJECTION}
"""Verdicts of a check that could be made."""

SHIPPED_CLAIMS: Mapping[SourceKind, ClaimModel] = {
    SourceKind.VERIFIER: ClaimModel(hit=0.2, late=0.1, early=0.005, miss=0.695, alarm=0.005),
    SourceKind.JUDGE: ClaimModel(hit=0.4, late=0.2, early=0.1, miss=0.3, alarm=0.2),
}
"""What is believed of whom, before a run has audited solutions enough: checks are seldom wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one source says of a solution, once."""

    source: str
    """The judge or the verifier."""
    kind: SourceKind
    """Which of the two."""
    named: int | None
    """Place of the first wrong step among those that take a label; null where it names none."""
    whole: bool = True
    """Whether it looked at every step that takes a label."""


def read_claims(case: Case) -> list[tuple[Claim, ...]]:
    """Return [n_solutions] the claims about each solution of a case, in a fixed order.

    An opinion that could not be read is none. A verifier names the first step that it refutes, and
    none where it could check some step and refuted none.
    """
    rows = of_solution(case.evidence)
    return [_of(solution, rows.get(solution.solution_id, ())) for solution in case.solutions]


def claims_likelihood(
    claims: Sequence[Claim], models: Mapping[str, ClaimModel], n_steps: int
) -> Floats:
    """Return [n_steps + 1] log likelihood of claims by first error, the last for none.

    Several opinions of one source count like one of their mean: they repeat each other.

    Args:
        claims: About one solution.
        models: What was learned of sources, by name.
        n_steps: Its steps that take a label.
    """
    by_source: defaultdict[tuple[str, SourceKind], list[Claim]] = defaultdict(list)
    for claim in claims:
        by_source[claim.source, claim.kind].append(claim)
    log = np.zeros(n_steps + 1)
    for (source, kind), said in by_source.items():
        model = models.get(source, SHIPPED_CLAIMS[kind])
        log += np.mean([model.log_likelihood(one.named, n_steps) for one in said], axis=0)
    return log


def _of(solution: Solution, rows: Sequence[Evidence]) -> tuple[Claim, ...]:
    places = {step: place for place, step in enumerate(labelled_steps(solution))}
    opinions: dict[tuple[str, int], Claim] = {}
    findings: defaultdict[str, dict[int, set[FindingVerdict]]] = defaultdict(dict)
    for row in rows:
        if row.verdict is None:
            continue
        if row.source_kind is SourceKind.JUDGE:
            named = None if row.step_index is None else places.get(row.step_index)
            clean = row.step_index is None and row.verdict is FindingVerdict.CORRECT
            if clean or (named is not None and row.verdict is FindingVerdict.INCORRECT):
                claim = Claim(source=row.source, kind=SourceKind.JUDGE, named=named)
                opinions[row.source, row.ordinal] = claim
        elif row.source_kind is SourceKind.VERIFIER and row.step_index in places:
            place = places[row.step_index]
            findings[row.source].setdefault(place, set()).add(row.verdict)
    checks = [_first_refuted(*told, len(places)) for told in sorted(findings.items())]
    return (*(claim for _, claim in sorted(opinions.items())), *(c for c in checks if c))


def _first_refuted(
    source: str, by_place: Mapping[int, set[FindingVerdict]], n_steps: int
) -> Claim | None:
    spoken = sum(bool(verdicts & _SPEAKS) for verdicts in by_place.values())
    if not spoken:
        return None
    refuted = [place for place, told in by_place.items() if FindingVerdict.INCORRECT in told]
    return Claim(
        source=source,
        kind=SourceKind.VERIFIER,
        named=min(refuted, default=None),
        whole=spoken == n_steps,
    )
