"""Opinions and signals count in full where they are as good as they say, else for less."""

from dataclasses import replace

import numpy as np
import pytest

from annotate.estimates.power_fit import POWERS, fit_power
from annotate.rules import SHIPPED, Learned, Observed
from annotate.rules.claims import Claim
from annotate.rules.leaning import leaning_of
from annotate.search import ClaimModel
from annotate.worlds.rates import RateWorld
from benchmarks.labelling.simulated import audited
from schemas import SourceKind

WORLD = RateWorld(name="judged", recovery=0.02, max_steps=6)
N = 60
HONEST = ClaimModel(hit=0.7, late=0.1, early=0.1, miss=0.1, alarm=0.2)
SOURCES = ("one", "two", "three", "four")


def judged(*, repeats: bool) -> tuple[list[Observed], Learned]:
    """Return audited solutions with four opinions of each, independent ones or one four times."""
    random = np.random.default_rng(3)
    told = []
    firsts = [solution.first_error for solution in WORLD.solutions(N)]
    for one, first in zip(audited(WORLD, N, k=16, first=0), firsts, strict=True):
        parts = (HONEST.hit, HONEST.late + HONEST.early, HONEST.miss)
        said = random.choice(3, size=len(SOURCES), p=parts)
        elsewhere = random.choice(np.delete(np.arange(one.n_steps), first), size=len(SOURCES))
        if repeats:
            said, elsewhere = (np.repeat(drawn[:1], len(SOURCES)) for drawn in (said, elsewhere))
        named = [
            (first, int(place), None)[kind] for kind, place in zip(said, elsewhere, strict=True)
        ]
        claims = tuple(
            Claim(source=source, kind=SourceKind.JUDGE, named=place)
            for source, place in zip(SOURCES, named, strict=True)
        )
        told.append(replace(one, claims=claims))
    learned = Learned(rates={"p": SHIPPED}, claims=dict.fromkeys(SOURCES, HONEST))
    return told, learned


def test_opinions_that_repeat_each_other_count_for_less() -> None:
    """Four judges that err apart count in full, nearly; one judge asked four times does not."""
    apart, together = (fit_power(*judged(repeats=repeats), "p") for repeats in (False, True))

    assert apart >= 0.6
    assert together <= apart - 0.2
    assert {apart, together} <= set(POWERS)


def test_where_nothing_but_rollouts_and_checks_speaks_there_is_nothing_to_weigh() -> None:
    """A check is no opinion: what it found counts in full, whatever the power."""
    (one, *_), learned = judged(repeats=False)
    checked = replace(one, claims=(Claim(source="sum", kind=SourceKind.VERIFIER, named=0),))
    weak = replace(learned, powers={"p": 0.3})

    assert fit_power([checked], learned, "p") == 1.0
    assert leaning_of(checked, weak, "p") == pytest.approx(leaning_of(checked, learned, "p"))
    assert leaning_of(one, weak, "p") == pytest.approx(0.3 * leaning_of(one, learned, "p"))
