"""Why a solution is undecided: what its rule lacks."""

from dataclasses import replace

import pytest
from hypothesis import given

from annotate.rules import Case
from annotate.rules.lacks import Lack, lacks_of
from annotate.rules.prefix_rates import STOPPED
from schemas import Evidence, FirstErrorVerdict, LabelVerdict, Outcome, Solution
from tests.annotate.rules.drawn_cases import WEAK, cases
from tests.annotate.rules.gathered import (
    PROBLEM,
    by_name,
    critique,
    ended,
    labels,
    opinion,
    potentials,
    prefix,
    prefixes,
    root,
    steps,
    wrong,
)
from tests.annotate.rules.test_laws import FEW, decided

SOLUTION = steps(4)
STOPS = [replace(row, reason=STOPPED) for row in prefixes(SOLUTION, 1, 1, 0)]
OVER_RATES = ("half_root", "success_rate", "scan", "noise_corrected", "relative_progress")
TWO = (prefix(SOLUTION, 0, 4), prefix(SOLUTION, 1, 0, source=WEAK))


def lack(rule: str, *evidence: Evidence, solution: Solution = SOLUTION) -> Lack:
    """Return what a rule lacks of one solution."""
    (found,) = lacks_of(
        by_name(rule), Case(problem=PROBLEM, solutions=(solution,), evidence=evidence)
    )
    return found


@pytest.mark.parametrize(
    ("rule", "evidence", "expected"),
    [
        ("half_root", (root(4, 8), *prefixes(SOLUTION, 3, 3, 0)), Lack.NO_OUTCOME),
        ("half_root", (ended(SOLUTION, Outcome.TRUNCATED),), Lack.OUTCOME_OPEN),
        ("half_root", (wrong(SOLUTION), prefix(SOLUTION, 0, 3)), Lack.NO_ROOT_RATE),
        ("half_root", (wrong(SOLUTION), root(0, 8)), Lack.NEVER_SOLVED),
        ("half_root", (wrong(SOLUTION), root(4, 8)), Lack.NO_PREFIX),
        ("half_root", (wrong(SOLUTION), root(4, 8), prefix(SOLUTION, 1, 4)), Lack.OPEN),
        ("any_success", (wrong(SOLUTION), prefix(SOLUTION, 1, 0, 0)), Lack.PREFIX_CENSORED),
        ("monotone_repair", (wrong(SOLUTION), prefix(SOLUTION, 0, 3)), Lack.OPEN),
        ("monotone_repair(fraction=0.5)", (wrong(SOLUTION),), Lack.NO_ROOT_RATE),
        ("progress", (wrong(SOLUTION), root(4, 8), prefix(SOLUTION, 1, 4)), Lack.PREFIX_MISSING),
        ("progress", (wrong(SOLUTION), root(4, 8), *prefixes(SOLUTION, 4, 4, 4)), Lack.OPEN),
        *((rule, (wrong(SOLUTION), root(6, 8), *STOPS), Lack.NO_PREFIX) for rule in OVER_RATES),
        ("any_success", (wrong(SOLUTION), root(6, 8), *STOPS), Lack.OPEN),
        ("posterior", (wrong(SOLUTION), root(4, 8), *TWO), Lack.OPEN),
        ("posterior", (wrong(SOLUTION), *TWO), Lack.NO_ROOT_RATE),
        ("posterior", (wrong(SOLUTION), root(4, 8), root(0, 8, source=WEAK)), Lack.NO_PREFIX),
        ("potential", (wrong(SOLUTION),), Lack.NO_POTENTIAL),
        ("potential", (wrong(SOLUTION), *potentials(SOLUTION, 0.0, 0.5)), Lack.PREFIX_MISSING),
        ("formal", (wrong(SOLUTION),), Lack.NO_FINDING),
        ("vote", (wrong(SOLUTION),), Lack.NO_OPINION),
        ("vote", (opinion(SOLUTION, 1, usable=False),), Lack.OPINION_UNREAD),
        ("vote", (opinion(SOLUTION, 1), opinion(SOLUTION, None, ordinal=1)), Lack.OPEN),
        ("step_vote", (opinion(SOLUTION, 1),), Lack.NO_OPINION),
        ("step_vote", (critique(SOLUTION, 1),), Lack.OPEN),
        ("stated", (wrong(SOLUTION),), Lack.NO_IMPORT),
    ],
)
def test_the_first_need_that_is_not_met_is_named(
    rule: str, evidence: tuple[Evidence, ...], expected: Lack
) -> None:
    """What was never asked and what was asked in vain are told apart."""
    assert lack(rule, *evidence) is expected


@FEW
@given(case=cases())
def test_where_nothing_was_checked_something_is_lacking(case: Case) -> None:
    """No rule says NOT_CHECKED of a whole solution while all that it needs is there."""
    for rule, taken, decision in decided(case):
        (found,) = lacks_of(rule, taken)

        verdicts = {step.verdict for step in labels(decision)}
        if decision.first_error is FirstErrorVerdict.UNDECIDED:
            assert verdicts != {LabelVerdict.NOT_CHECKED} or found is not Lack.OPEN, rule
