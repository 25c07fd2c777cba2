"""Why a solution is undecided: what its rule lacks."""

import pytest
from hypothesis import given

from annotate.rules import Case, Rule
from annotate.rules.lacks import Lack, lacks_of
from schemas import Evidence, FirstErrorVerdict, LabelVerdict, Outcome, Solution
from tests.annotate.rules.gathered import (
    PROBLEM,
    by_name,
    critique,
    ended,
    labels,
    opinion,
    prefix,
    prefixes,
    root,
    steps,
    wrong,
)
from tests.annotate.rules.test_laws import RULES, cases

SOLUTION = steps(4)


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


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(case=cases())
def test_where_nothing_was_checked_something_is_lacking(rule: Rule, case: Case) -> None:
    """No rule says NOT_CHECKED of a whole solution while all that it needs is there."""
    (decision,) = rule.decide(case, None)
    (found,) = lacks_of(rule, case)

    verdicts = {step.verdict for step in labels(decision)}
    if decision.first_error is FirstErrorVerdict.UNDECIDED:
        assert verdicts != {LabelVerdict.NOT_CHECKED} or found is not Lack.OPEN
