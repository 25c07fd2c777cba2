"""Trust in whom names first errors: by hand, from solutions whose first errors are known."""

import numpy as np
import pytest

from annotate.estimates.claim_fit import PRIOR_SOLUTIONS, fit_claims
from annotate.rules import Observed
from annotate.rules.claims import SHIPPED_CLAIMS, Claim
from annotate.search.rate_model import Floats
from schemas import SourceKind

N = 90


def told(named: int | None, first: int, n: int) -> list[tuple[Observed, Floats]]:
    """Return `n` solutions of three steps with a known first error, 3 for none, and a claim."""
    one = Observed(
        solution_id="s",
        ends_wrong=first < 3,
        root=(8, 8),
        successes=np.zeros(2, np.int64),
        failures=np.zeros(2, np.int64),
        claims=(Claim(source="judge", kind=SourceKind.JUDGE, named=named),),
    )
    return [(one, np.eye(4)[first])] * n


@pytest.mark.parametrize(("named", "part"), [(1, "hit"), (2, "late"), (0, "early"), (None, "miss")])
def test_what_is_said_of_a_known_error_is_counted_by_where_it_lies(
    named: int | None, part: str
) -> None:
    """All of them alike, beside the shipped model's ten: its share of 100 is the rest."""
    model = fit_claims(told(named, 1, N))["judge"]
    shipped = getattr(SHIPPED_CLAIMS[SourceKind.JUDGE], part)

    assert getattr(model, part) == pytest.approx((N + PRIOR_SOLUTIONS * shipped) / 100)
    assert model.alarm == SHIPPED_CLAIMS[SourceKind.JUDGE].alarm


def test_an_alarm_is_an_error_named_where_there_is_none() -> None:
    """A third of ninety sound solutions, beside the shipped model's ten."""
    model = fit_claims([*told(1, 3, 30), *told(None, 3, 60)])["judge"]
    shipped = SHIPPED_CLAIMS[SourceKind.JUDGE]

    assert model.alarm == pytest.approx((30 + PRIOR_SOLUTIONS * shipped.alarm) / 100)
    assert model.hit == pytest.approx(shipped.hit)
