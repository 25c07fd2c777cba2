"""Laws that every rule over rollouts and opinions keeps, whatever the evidence."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules import AnySuccess, Case, MonotoneRepair, Rule, SuccessRate
from annotate.rules.prefix_rates import STOPPED
from schemas import (
    Basis,
    Evidence,
    FirstErrorVerdict,
    LabelVerdict,
    Outcome,
    Scope,
    Solution,
    ValueKind,
)
from tests.annotate.rules.gathered import (
    PROBLEM,
    by_name,
    ended,
    labels,
    opinion,
    prefix,
    root,
    steps,
)

RULES = [
    by_name(spec)
    for spec in (
        "any_success",
        "success_rate",
        "success_rate(threshold=0.3)",
        "any_success(vouch=True)",
        "success_rate(threshold=0.3, vouch=True)",
        "half_root",
        "monotone_repair(fraction=0.5)",
        "scan",
        "consensus",
        "vote",
        "relative_progress",
        "progress(least=-0.3)",
        "advantage",
        "noise_corrected",
        "posterior",
        "posterior(confidence=0.9)",
        "grounded",
    )
]
OUTCOMES = [Outcome.CORRECT, Outcome.INCORRECT, Outcome.NO_ANSWER, Outcome.TRUNCATED]
RANGES = {
    ValueKind.PROGRESS: (-1, math.inf),
    ValueKind.ADVANTAGE: (-1, 1),
    ValueKind.SCORE: (-2, 2),
}
OTHER = steps(4, tag="x")


@st.composite
def evidence_of(draw: st.DrawFn, solution: Solution) -> list[Evidence]:
    """Draw what strategies may write of a solution: any prefixes, a root, opinions."""
    n = len(solution.steps)
    rows = [ended(solution, draw(st.sampled_from(OUTCOMES)))]
    for step in draw(st.sets(st.integers(0, n - 2))) if n > 1 else ():
        trials = draw(st.sampled_from([0, 4, 8]))
        rows.append(prefix(solution, step, draw(st.integers(0, trials)), trials))
    if draw(st.booleans()):
        rows.append(root(draw(st.integers(0, 16)), 16))
    for ordinal in range(draw(st.integers(0, 3))):
        names = draw(st.none() | st.integers(0, n - 1))
        rows.append(opinion(solution, names, ordinal=ordinal, usable=draw(st.booleans())))
    return rows


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a problem with one solution and what was observed of it."""
    solution = steps(draw(st.integers(1, 6)))
    rows = draw(evidence_of(solution))
    return Case(problem=PROBLEM, solutions=(solution,), evidence=tuple(rows))


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(case=cases())
def test_labels_never_recover_and_agree_with_the_first_error(rule: Rule, case: Case) -> None:
    """Right, then open, then wrong; the first error is the first wrong step or stays open."""
    (decision,) = rule.decide(case, None)

    verdicts = [step.verdict for step in labels(decision)]
    rank = [
        0 if v is LabelVerdict.CORRECT else 2 if v is LabelVerdict.INCORRECT else 1
        for v in verdicts
    ]
    assert rank == sorted(rank)
    if decision.first_error is FirstErrorVerdict.FOUND:
        assert decision.step_index == verdicts.index(LabelVerdict.INCORRECT)
    else:
        assert decision.step_index is None
    all_right = set(verdicts) == {LabelVerdict.CORRECT}
    assert all_right == (decision.first_error is FirstErrorVerdict.NONE_FOUND)


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(case=cases())
def test_an_observed_decision_has_a_value_in_its_range(rule: Rule, case: Case) -> None:
    """A step that is decided by its own evidence shows it; a kind stands beside each value."""
    (decision,) = rule.decide(case, None)

    for step in labels(decision):
        decided = step.verdict in {LabelVerdict.CORRECT, LabelVerdict.INCORRECT}
        assert step.value is not None or not decided or step.basis is Basis.INFERRED
        low, high = RANGES.get(step.value_kind or ValueKind.SUCCESS_RATE, (0, 1))
        assert step.value is None or low <= step.value <= high
        assert (step.value is None) == (step.value_kind is None)


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(case=cases(), data=st.data())
def test_neither_order_nor_repetition_of_evidence_matters(
    rule: Rule, case: Case, data: st.DataObject
) -> None:
    """The rows of a second gathering that shared all rollouts change nothing."""
    again = tuple(replace(row, gathering_id="again") for row in case.evidence)
    shuffled = data.draw(st.permutations(case.evidence + again))

    assert rule.decide(case, None) == rule.decide(replace(case, evidence=tuple(shuffled)), None)


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(case=cases(), other=evidence_of(OTHER))
def test_another_solution_that_shares_no_text_changes_nothing(
    rule: Rule, case: Case, other: list[Evidence]
) -> None:
    """Its outcome, its prefixes and its opinions are its own; the root's rate is the problem's."""
    own = tuple(row for row in other if row.solution_id is not None)
    case = replace(case, evidence=(*case.evidence, prefix(OTHER, 0, 3)))
    both = replace(case, solutions=(*case.solutions, OTHER), evidence=case.evidence + own)

    assert rule.decide(case, None)[0] == rule.decide(both, None)[0]


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(case=cases())
def test_a_rule_over_rates_makes_nothing_of_counts_that_stop_at_a_success(
    rule: Rule, case: Case
) -> None:
    """To it they were not gathered: what it decides is what it decides without them."""
    stopped = tuple(
        replace(row, reason=STOPPED) if row.scope is Scope.PREFIX else row for row in case.evidence
    )
    without = tuple(row for row in case.evidence if row.scope is not Scope.PREFIX)

    if getattr(rule, "needs_rates", False):
        told = rule.decide(replace(case, evidence=stopped), None)
        assert told == rule.decide(replace(case, evidence=without), None)
    else:
        told = rule.decide(replace(case, evidence=stopped), None)
        assert told == rule.decide(case, None)


@given(case=cases(), vouch=st.booleans())
def test_hard_and_soft_labels_agree_on_the_first_error(*, case: Case, vouch: bool) -> None:
    """At the threshold 0 a rate passes where there is a success; only the numbers differ."""
    (hard,) = AnySuccess(vouch=vouch).decide(case, None)
    (soft,) = SuccessRate(vouch=vouch).decide(case, None)

    assert (hard.first_error, hard.step_index) == (soft.first_error, soft.step_index)
    for one, other in zip(labels(hard), labels(soft), strict=True):
        assert (one.verdict, one.basis) == (other.verdict, other.basis)
        assert (one.value is None) == (other.value is None)
        assert one.value in {None, 0.0, 1.0}


@given(case=cases(), threshold=st.sampled_from([0.0, 0.3, 0.6]))
def test_vouching_makes_right_all_that_comes_before_the_last_pass(
    case: Case, threshold: float
) -> None:
    """The first error stands behind it; what was not taken back is as it was."""
    (plain,) = SuccessRate(threshold=threshold).decide(case, None)
    (vouched,) = SuccessRate(threshold=threshold, vouch=True).decide(case, None)
    values = [step.value for step in labels(vouched)]
    last = max((i for i, v in enumerate(values) if v is not None and v > threshold), default=-1)

    assert values == [step.value for step in labels(plain)]
    before = {step.verdict for step in labels(vouched)[: last + 1]}
    assert before <= {LabelVerdict.CORRECT}
    if vouched.step_index is not None:
        assert vouched.step_index > last
        assert plain.step_index is None or plain.step_index <= vouched.step_index
    if all(value is None or value > threshold for value in values[:last]):
        assert vouched == plain


@given(case=cases())
def test_a_vouched_hard_label_says_what_the_verdict_says(case: Case) -> None:
    """Nothing is called right with the value 0, or wrong with the value 1."""
    (decision,) = AnySuccess(vouch=True).decide(case, None)

    for step in labels(decision):
        if step.value is not None:
            right = step.verdict is LabelVerdict.CORRECT
            assert step.value == float(right)


@given(case=cases())
def test_a_repaired_label_never_rises_along_a_solution(case: Case) -> None:
    """It is the hard label of GLoRe: at no fraction it is `any_success` with its vouching."""
    (repaired,) = MonotoneRepair().decide(case, None)

    values = [step.value for step in labels(repaired) if step.value is not None]
    assert values == sorted(values, reverse=True)
    assert [repaired] == AnySuccess(vouch=True, resolution=0.0).decide(case, None)
