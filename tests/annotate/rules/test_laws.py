"""Laws that every rule over rollouts and opinions keeps, whatever the evidence."""

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.rules import RULES, AnySuccess, Case, Decision, MonotoneRepair, Rule, SuccessRate
from annotate.rules.base import Need, RuleFacts
from annotate.rules.prefix_rates import STOPPED
from annotate.rules.prefix_verdicts import outcomes_of
from schemas import (
    Basis,
    Evidence,
    FirstErrorVerdict,
    LabelVerdict,
    Scope,
    Semantics,
    SourceKind,
    ValueKind,
)
from tests.annotate.rules.drawn_cases import WEAK, cases, evidence_of, read_by
from tests.annotate.rules.gathered import (
    COMPLETER,
    by_name,
    chain,
    decide,
    labels,
    prefix,
    root,
    steps,
    wrong,
)

ALL = [
    by_name(spec)
    for spec in (
        *sorted(RULES),
        "success_rate(threshold=0.3)",
        "any_success(vouch=True)",
        "success_rate(threshold=0.3, vouch=True)",
        "monotone_repair(fraction=0.5)",
        "progress(least=-0.3)",
        "posterior(confidence=0.9)",
        f"half_root(source={COMPLETER!r})",
    )
]
"""Every rule that is registered, as it is by default, and some with other arguments."""
VALUED = [rule for rule in ALL if rule.name not in {"formal", "fover", "stated"}]
"""All but those whose verdicts rest on no number of their own."""


def _needs(rule: Rule) -> tuple[Need, ...]:
    facts = getattr(rule, "facts", None)
    assert isinstance(facts, RuleFacts)
    return facts.needs


RANGES = {
    ValueKind.PROGRESS: (-2, math.inf),
    ValueKind.ADVANTAGE: (-1, 1),
    ValueKind.SCORE: (-2, 2),
}
OTHER = steps(4, tag="x")
FEW = settings(max_examples=150, deadline=None)


def decided(case: Case) -> Iterator[tuple[Rule, Case, Decision]]:
    """Yield every rule, what it takes of a case of one solution, and what it decides."""
    for rule in ALL:
        taken = read_by(rule, case)
        (decision,) = rule.decide(taken, None)
        yield rule, taken, decision


@FEW
@given(case=cases())
def test_labels_never_recover_and_agree_with_the_first_error(case: Case) -> None:
    """Right, then open, then wrong; the first error is the first wrong step or stays open."""
    for rule, _, decision in decided(case):
        verdicts = [step.verdict for step in labels(decision)]
        rank = [
            0 if v is LabelVerdict.CORRECT else 2 if v is LabelVerdict.INCORRECT else 1
            for v in verdicts
        ]
        assert rank == sorted(rank) or decision.semantics is Semantics.LOCAL, rule
        if decision.first_error is FirstErrorVerdict.FOUND:
            places = [i for i, step in enumerate(decision.steps) if step is not None]
            assert decision.step_index == places[verdicts.index(LabelVerdict.INCORRECT)], rule
        else:
            assert decision.step_index is None, rule
        all_right = set(verdicts) == {LabelVerdict.CORRECT}
        assert all_right == (decision.first_error is FirstErrorVerdict.NONE_FOUND), rule


@FEW
@given(case=cases())
def test_a_refuted_answer_holds_an_error(case: Case) -> None:
    """Who reads outcomes finds it or leaves it open; only the posterior may doubt the checker."""
    (outcome,) = outcomes_of(case)
    for rule, _, decision in decided(case):
        if Need.OUTCOMES in _needs(rule) and rule.name != "posterior":
            none = decision.first_error is FirstErrorVerdict.NONE_FOUND
            assert not none or outcome is not LabelVerdict.INCORRECT, rule


@FEW
@given(case=cases())
def test_an_observed_decision_has_a_value_in_its_range(case: Case) -> None:
    """A step that is decided by its own evidence shows it; a kind stands beside each value."""
    for rule, _, decision in decided(case):
        for step in labels(decision):
            wants = step.verdict in {LabelVerdict.CORRECT, LabelVerdict.INCORRECT}
            wants = wants and rule in VALUED and step.basis is Basis.OBSERVED
            assert step.value is not None or not wants, rule
            low, high = RANGES.get(step.value_kind or ValueKind.SUCCESS_RATE, (0, 1))
            assert step.value is None or low <= step.value <= high, rule
            assert (step.value is None) == (step.value_kind is None), rule


@FEW
@given(case=cases(), data=st.data())
def test_neither_order_nor_repetition_of_evidence_matters(case: Case, data: st.DataObject) -> None:
    """Second gatherings that shared all rollouts change nothing, be it of one completer alone."""
    shared = [row for row in case.evidence if row.source != WEAK]
    again = [replace(row, gathering_id=f"{row.gathering_id} again") for row in shared]
    shuffled = tuple(data.draw(st.permutations([*case.evidence, *again])))

    for rule, _, decision in decided(case):
        taken = read_by(rule, replace(case, evidence=shuffled))
        assert rule.decide(taken, None) == [decision], rule


@FEW
@given(case=cases(several=False), other=evidence_of(OTHER, several=False))
def test_another_solution_that_shares_no_text_changes_nothing(
    case: Case, other: list[Evidence]
) -> None:
    """Its outcome, its prefixes and its opinions are its own; the root's rate is the problem's."""
    own = tuple(row for row in other if row.solution_id is not None)
    case = replace(case, evidence=(*case.evidence, prefix(OTHER, 0, 3)))
    both = replace(case, solutions=(*case.solutions, OTHER), evidence=case.evidence + own)

    for rule, _, decision in decided(case):
        assert rule.decide(both, None)[0] == decision, rule


@FEW
@given(case=cases())
def test_a_rule_over_rates_makes_nothing_of_counts_that_stop_at_a_success(case: Case) -> None:
    """To it they were not gathered: what it decides is what it decides without them."""

    def is_drawn(row: Evidence) -> bool:
        return row.scope is Scope.PREFIX and row.source_kind is SourceKind.ROLLOUTS

    stopped = tuple(replace(row, reason=STOPPED) if is_drawn(row) else row for row in case.evidence)
    without = tuple(row for row in case.evidence if not is_drawn(row))

    for rule, taken, decision in decided(replace(case, evidence=stopped)):
        if getattr(rule, "needs_rates", False):
            other = read_by(rule, replace(case, evidence=without))
        else:
            plain = (replace(row, reason=None) if is_drawn(row) else row for row in taken.evidence)
            other = replace(taken, evidence=tuple(plain))
        assert rule.decide(other, None) == [decision], rule


BY_ROLLOUTS = [
    rule
    for rule in ALL
    if {Need.PREFIXES, Need.EVERY_PREFIX} & set(_needs(rule)) and Need.OPINIONS not in _needs(rule)
]


@pytest.mark.parametrize("rule", BY_ROLLOUTS, ids=str)
def test_an_empty_first_step_is_not_judged_by_the_bare_problem(rule: Rule) -> None:
    """Of a wrong solution of which no prefix was asked the same is said as without the step."""
    plain, empty = chain("x\n", "y\n", "z\n"), chain("", "x\n", "y\n", "z\n")
    one = decide(rule, plain, root(0, 8), wrong(plain))
    other = decide(rule, empty, root(0, 8), wrong(empty))

    assert {step.verdict for step in labels(other)} == {step.verdict for step in labels(one)}
    assert other.step_index is one.step_index is None


@pytest.mark.parametrize("rule", BY_ROLLOUTS, ids=str)
def test_what_a_tool_answers_last_is_judged_with_the_step_before_it(rule: Rule) -> None:
    """Its prefix is not read: the outcome stands for both, and makes no wrong solution right."""
    told, bare = chain("a\n", "b\n", "c\n", observed=(2,)), chain("a\n", "b\n")
    for successes in (8, 0):
        asked = prefix(told, 1, successes)
        one = decide(rule, told, root(8, 8), prefix(told, 0, 8), asked, wrong(told))
        other = decide(rule, bare, root(8, 8), prefix(bare, 0, 8), wrong(bare))

        assert labels(one) == labels(other)
        assert (one.first_error, one.step_index) == (other.first_error, other.step_index)


PLAIN = cases(several=False, stopped=False)


@given(case=PLAIN, vouch=st.booleans())
def test_hard_and_soft_labels_agree_on_the_first_error(*, case: Case, vouch: bool) -> None:
    """At the threshold 0 a rate passes where there is a success; only the numbers differ."""
    (hard,) = AnySuccess(vouch=vouch).decide(case, None)
    (soft,) = SuccessRate(vouch=vouch).decide(case, None)

    assert (hard.first_error, hard.step_index) == (soft.first_error, soft.step_index)
    for one, other in zip(labels(hard), labels(soft), strict=True):
        assert (one.verdict, one.basis) == (other.verdict, other.basis)
        assert (one.value is None) == (other.value is None)
        assert one.value in {None, 0.0, 1.0}


@given(case=PLAIN, threshold=st.sampled_from([0.0, 0.3, 0.6]))
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


@given(case=PLAIN)
def test_a_vouched_hard_label_says_what_the_verdict_says(case: Case) -> None:
    """Nothing is called right with the value 0, or wrong with the value 1."""
    (decision,) = AnySuccess(vouch=True).decide(case, None)

    for step in labels(decision):
        if step.value is not None:
            right = step.verdict is LabelVerdict.CORRECT
            assert step.value == float(right)


@given(case=PLAIN)
def test_a_repaired_label_never_rises_along_a_solution(case: Case) -> None:
    """It is the hard label of GLoRe: at no fraction it is `any_success` with its vouching."""
    (repaired,) = MonotoneRepair().decide(case, None)

    values = [step.value for step in labels(repaired) if step.value is not None]
    assert values == sorted(values, reverse=True)
    assert [repaired] == AnySuccess(vouch=True, resolution=0.0).decide(case, None)
