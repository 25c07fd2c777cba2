"""Fit of claim models: whom solutions audited by rollouts bear out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from annotate.rules.claims import SHIPPED_CLAIMS, Claim
from annotate.rules.observed import Observed
from annotate.search import ClaimModel
from annotate.search.rate_model import Floats

PRIOR_SOLUTIONS: Final = 10.0
"""Solutions of each kind that the shipped model counts for."""


def fit_claims(weighed: Sequence[tuple[Observed, Floats]]) -> dict[str, ClaimModel]:
    """Return what each source of claims is worth, by name.

    Args:
        weighed: Solutions with what was claimed of them, each with its [n_steps + 1] P(first
            error) by all evidence, the claims among it: so a source is not blamed for what rollouts
            are unsure of.

    Cost: no model calls.
    """
    return {source: sums.model() for source, sums in _sums(weighed).items()}


@dataclass(frozen=False, slots=True, kw_only=True)
class _Sums:
    """Expected claims of one source. Mutable: sums over solutions."""

    parts: Floats
    """[4] Hits, late, early, missed, of solutions with an error."""
    alarms: float
    """Solutions without an error of which a step was named."""
    clean: float
    """Solutions without an error."""

    def model(self) -> ClaimModel:
        """Return the shares that these sums say."""
        hit, late, early, miss = (float(part) for part in self.parts / self.parts.sum())
        alarm = self.alarms / self.clean
        return ClaimModel(hit=hit, late=late, early=early, miss=miss, alarm=alarm)

    def add(self, claim: Claim, first: Floats, weight: float) -> None:
        """Add one claim, given P(first error)."""
        errs = first[:-1]
        self.clean += weight * first[-1]
        if claim.named is None:
            self.parts[3] += weight * errs.sum()
            return
        named = claim.named
        shares = (errs[named], errs[:named].sum(), errs[named + 1 :].sum())
        self.parts[:3] += weight * np.array(shares)
        self.alarms += weight * first[-1]


def _sums(weighed: Sequence[tuple[Observed, Floats]]) -> Mapping[str, _Sums]:
    sums: dict[str, _Sums] = {}
    for one, first in weighed:
        for claim in one.claims:
            repeats = sum(other.source == claim.source for other in one.claims)
            kept = sums.setdefault(claim.source, _begin(SHIPPED_CLAIMS[claim.kind]))
            kept.add(claim, first, 1 / repeats)
    return sums


def _begin(shipped: ClaimModel) -> _Sums:
    parts = np.array([shipped.hit, shipped.late, shipped.early, shipped.miss])
    return _Sums(
        parts=PRIOR_SOLUTIONS * parts,
        alarms=PRIOR_SOLUTIONS * shipped.alarm,
        clean=PRIOR_SOLUTIONS,
    )
