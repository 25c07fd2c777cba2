"""Relabelling: what a run's evidence can serve, and what each rule makes of it."""

import asyncio

import pytest

from annotate.executors import Inline
from annotate.jobs import RelabelRequest, Silent, relabel, served_rules
from annotate.rules.base import Need
from annotate.rules.lacks import Lack
from tests.annotate.simulated_runs import (
    ROWS,
    WALK,
    Setting,
    rows_of,
    run_label,
    write_problems,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a run of rollouts up to first failures."""
    folder = tmp_path_factory.mktemp("relabel")
    out = str(folder / "run")
    run_label(out, write_problems(folder, ROWS[:4]), setting=Setting(methods=(WALK,)))
    return out


def test_rules_are_served_by_the_evidence_that_is_there(run: str) -> None:
    """Rollouts and outcomes, and no judge, verifier or import."""
    missing = served_rules(run)

    served = {"any_success", "half_root", "outcome", "posterior", "progress", "scan"}
    assert all(missing[rule] == () for rule in served)
    assert missing["consensus"] == missing["vote"] == (Need.OPINIONS,)
    assert (missing["formal"], missing["stated"]) == ((Need.FINDINGS,), (Need.IMPORTED,))


def test_coverage_adds_up_and_says_why(run: str) -> None:
    """Of all solutions; the second call labels nothing, and tells the same."""
    request = RelabelRequest(run=run, rule="progress")
    first = asyncio.run(relabel(request, Inline(workers=1), Silent()))
    again = asyncio.run(relabel(request, Inline(workers=1), Silent()))

    told = first.coverage
    ((total,),) = rows_of(run, "SELECT count(*) FROM solutions")
    assert told.decided + told.undecided + told.not_checked + told.not_read == total
    assert first.done.labelled == total - told.not_read > 0
    assert sum(told.why.values()) == told.undecided + told.not_checked > 0
    assert Lack.PREFIX_MISSING in told.why
    assert again.done.labelled == 0
    assert again.coverage == told
