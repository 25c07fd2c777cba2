"""Rules against values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.rules import Case, Decision, Formal, OutcomeRule, Stated
from schemas import (
    Basis,
    Evidence,
    FindingVerdict,
    FirstErrorVerdict,
    InvalidArgumentError,
    LabelVerdict,
    Outcome,
    Piece,
    Scope,
    Solution,
    SourceKind,
    StepKind,
    ValueKind,
    make_solution,
    text_problem,
)

PROBLEM = text_problem("How many?", answers=("4",))
F = FindingVerdict
L = LabelVerdict


def solution_of(n_steps: int, *, observed: frozenset[int] = frozenset()) -> Solution:
    """Return a solution of `n_steps` steps, some of them observations."""
    kinds = [StepKind.OBSERVATION if i in observed else StepKind.RESPONSE for i in range(n_steps)]
    return make_solution(
        PROBLEM, tuple(Piece(text=f"step {i}\n", kind=k) for i, k in enumerate(kinds))
    )


def finding(  # noqa: PLR0913  # one keyword for each field that a rule may read
    solution: Solution,
    step: int | None,
    verdict: FindingVerdict | None = None,
    *,
    gathering: str = "g",
    outcome: Outcome | None = None,
    score: float | None = None,
    source: str = "arithmetic",
    kind: SourceKind = SourceKind.VERIFIER,
    ordinal: int = 0,
) -> Evidence:
    """Return one observation of a solution."""
    return Evidence(
        gathering_id=gathering,
        problem_id=solution.problem_id,
        solution_id=solution.solution_id,
        step_index=step,
        prefix_id=None,
        scope=Scope.SOLUTION if step is None else Scope.STEP,
        source_kind=kind,
        source=source,
        ordinal=ordinal,
        verdict=verdict,
        outcome=outcome,
        score=score,
    )


def verdicts(decision: Decision) -> list[LabelVerdict | None]:
    """Return the verdicts of a decision, None for a step without a label."""
    return [step.verdict if step else None for step in decision.steps]


def test_formal_makes_the_first_refuted_step_the_first_error() -> None:
    """No objection decides nothing; after the first refutation all is wrong by inference."""
    solution = solution_of(5)
    evidence = tuple(
        finding(solution, i, v)
        for i, v in enumerate([F.NOT_APPLICABLE, F.NO_OBJECTION, F.INCORRECT, F.NO_OBJECTION])
    )

    (decision,) = Formal().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    assert verdicts(decision) == [L.NOT_CHECKED, L.UNKNOWN, L.INCORRECT, L.INCORRECT, L.INCORRECT]
    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [step.basis for step in decision.steps if step][2:] == [
        Basis.OBSERVED,
        Basis.INFERRED,
        Basis.INFERRED,
    ]


def test_formal_is_undecided_unless_every_step_is_proved() -> None:
    """A timeout or silence is not a proof."""
    solution = solution_of(2)
    proved = (finding(solution, 0, F.CORRECT), finding(solution, 1, F.CORRECT))
    timeout = (finding(solution, 0, F.CORRECT), finding(solution, 1, F.UNKNOWN))

    (sound,) = Formal().decide(Case(problem=PROBLEM, solutions=(solution,), evidence=proved), None)
    (open_,) = Formal().decide(Case(problem=PROBLEM, solutions=(solution,), evidence=timeout), None)

    assert sound.first_error is FirstErrorVerdict.NONE_FOUND
    assert open_.first_error is FirstErrorVerdict.UNDECIDED
    assert verdicts(open_) == [L.CORRECT, L.UNKNOWN]


def test_formal_ignores_what_is_not_a_verifiers_finding() -> None:
    """An imported label is no formal evidence."""
    solution = solution_of(1)
    evidence = (finding(solution, 0, F.INCORRECT, source="human", kind=SourceKind.IMPORTED),)

    (decision,) = Formal().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    assert verdicts(decision) == [L.NOT_CHECKED]


def test_an_observation_is_never_labelled() -> None:
    """What a tool answered is context, also where a later step is wrong."""
    solution = solution_of(3, observed=frozenset({1}))
    evidence = (finding(solution, 0, F.INCORRECT),)

    (decision,) = Formal().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    assert verdicts(decision) == [L.INCORRECT, None, L.INCORRECT]


@given(st.permutations(range(6)), st.lists(st.sampled_from(list(F)), min_size=6, max_size=6))
def test_formal_does_not_depend_on_the_order_of_evidence(
    order: list[int], found: list[FindingVerdict]
) -> None:
    """Evidence is a set: two findings on a step give the same label either way round."""
    solution = solution_of(3)
    rows = [finding(solution, i % 3, v, ordinal=i) for i, v in enumerate(found)]
    shuffled = tuple(rows[i] for i in order)

    straight = Formal().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=tuple(rows)), None
    )
    turned = Formal().decide(Case(problem=PROBLEM, solutions=(solution,), evidence=shuffled), None)

    assert straight == turned


@given(st.lists(st.sampled_from(list(F)), min_size=1, max_size=8))
def test_first_error_semantics_never_recover(found: list[FindingVerdict]) -> None:
    """Once INCORRECT, always INCORRECT."""
    solution = solution_of(len(found))
    evidence = tuple(finding(solution, i, v) for i, v in enumerate(found))

    (decision,) = Formal().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    wrong = [v is L.INCORRECT for v in verdicts(decision)]
    assert wrong == sorted(wrong)


@pytest.mark.parametrize(
    ("outcome", "verdict", "first_error"),
    [
        (Outcome.CORRECT, L.CORRECT, FirstErrorVerdict.NONE_FOUND),
        (Outcome.INCORRECT, L.INCORRECT, FirstErrorVerdict.FOUND),
        (Outcome.NO_ANSWER, L.INCORRECT, FirstErrorVerdict.FOUND),
        (Outcome.CHECK_TIMEOUT, L.UNKNOWN, FirstErrorVerdict.UNDECIDED),
        (Outcome.TRUNCATED, L.UNKNOWN, FirstErrorVerdict.UNDECIDED),
        (Outcome.FAILED, L.UNKNOWN, FirstErrorVerdict.UNDECIDED),
        (Outcome.NOT_CHECKED, L.NOT_CHECKED, FirstErrorVerdict.UNDECIDED),
    ],
)
def test_outcome_copies_the_outcome_and_never_counts_a_censored_one(
    outcome: Outcome, verdict: LabelVerdict, first_error: FirstErrorVerdict
) -> None:
    """A timeout is not a wrong answer."""
    solution = solution_of(2)
    evidence = (finding(solution, None, outcome=outcome, source="answers"),)

    (decision,) = OutcomeRule().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    assert verdicts(decision) == [verdict, verdict]
    assert decision.first_error is first_error


def test_stated_takes_scores_by_threshold_and_keeps_them() -> None:
    """The first score below the threshold is the first error, at the threshold is not."""
    solution = solution_of(3)
    evidence = tuple(
        finding(solution, i, score=s, source="prm", kind=SourceKind.IMPORTED)
        for i, s in enumerate([0.9, 0.5, 0.49])
    )

    (decision,) = Stated(source="prm").decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [(s.value, s.value_kind) for s in decision.steps if s] == [
        (0.9, ValueKind.PROBABILITY_CORRECT),
        (0.5, ValueKind.PROBABILITY_CORRECT),
        (0.49, ValueKind.PROBABILITY_CORRECT),
    ]


@given(st.lists(st.sampled_from(list(F)), min_size=1, max_size=8))
def test_no_step_is_correct_behind_an_undecided_one(found: list[FindingVerdict]) -> None:
    """CORRECT means no error up to here, which nobody knows behind a step that is undecided."""
    solution = solution_of(len(found))
    evidence = tuple(finding(solution, i, v) for i, v in enumerate(found))

    (decision,) = Formal().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    correct = [v is L.CORRECT for v in verdicts(decision)]
    assert correct == sorted(correct, reverse=True)


def stated(rule: Stated, solution: Solution, *evidence: Evidence) -> Decision:
    """Return what the rule decides of one solution."""
    (decision,) = rule.decide(Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None)
    return decision


def imported(
    solution: Solution,
    step: int,
    verdict: FindingVerdict | None = None,
    *,
    score: float | None = None,
    ordinal: int = 0,
) -> Evidence:
    """Return what an imported source says of a step."""
    kind = SourceKind.IMPORTED
    return finding(solution, step, verdict, score=score, source="x", kind=kind, ordinal=ordinal)


def test_stated_leaves_steps_behind_a_gap_undecided() -> None:
    """A label that is missing in the middle is told by no later one; an error behind it is."""
    solution = solution_of(5)
    said = [(0, F.CORRECT), (2, F.CORRECT), (3, F.INCORRECT)]

    decision = stated(Stated(), solution, *(imported(solution, i, v) for i, v in said))

    assert verdicts(decision) == [L.CORRECT, L.NOT_CHECKED, L.UNKNOWN, L.INCORRECT, L.INCORRECT]
    assert decision.step_index == 3


def test_stated_does_not_call_a_reward_a_probability() -> None:
    """One score outside [0, 1] makes none of the solution's a probability; the threshold holds."""
    solution = solution_of(3)
    rows = [imported(solution, i, score=s) for i, s in enumerate([2.5, 0.7, -1.0])]

    decision = stated(Stated(), solution, *rows)

    assert verdicts(decision) == [L.CORRECT, L.CORRECT, L.INCORRECT]
    assert [(s.value, s.value_kind) for s in decision.steps if s] == [(None, None)] * 3


def test_stated_takes_a_threshold_on_another_scale_where_it_is_told() -> None:
    """`unbounded` says that scores are no probabilities, also where they look like some."""
    solution = solution_of(2)
    rows = [imported(solution, i, score=s) for i, s in enumerate([0.5, -3.0])]

    decision = stated(Stated(threshold=-2.0, unbounded=True), solution, *rows)

    assert verdicts(decision) == [L.CORRECT, L.INCORRECT]
    assert [s.value for s in decision.steps if s] == [None, None]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), float("inf"), True, "0.5", None])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    """It is a number in [0, 1]; the message says how else."""
    with pytest.raises(InvalidArgumentError, match=r"in \[0, 1\].*unbounded=True"):
        Stated(threshold=threshold)
    with pytest.raises(InvalidArgumentError, match="threshold"):
        Stated(threshold=float("nan"), unbounded=True)


@pytest.mark.parametrize(
    ("verdict", "score", "label"),
    [(F.CORRECT, 0.1, L.CORRECT), (F.INCORRECT, 0.9, L.INCORRECT), (F.UNKNOWN, 0.9, L.UNKNOWN)],
)
def test_what_a_row_says_in_words_stands_over_its_score(
    verdict: FindingVerdict, score: float, label: LabelVerdict
) -> None:
    """The threshold is a reading of scores, the verdict is what the source holds."""
    solution = solution_of(1)

    decision = stated(
        Stated(),
        solution,
        imported(solution, 0, verdict, ordinal=2),
        imported(solution, 0, score=score, ordinal=3),
    )

    assert verdicts(decision) == [label]
    assert [s.value for s in decision.steps if s] == [score]


def test_a_score_of_another_row_may_still_contradict_a_verdict() -> None:
    """Only the score beside the verdict is settled by it."""
    solution = solution_of(1)

    decision = stated(
        Stated(),
        solution,
        imported(solution, 0, F.CORRECT, ordinal=0),
        imported(solution, 0, score=0.9, ordinal=1),
        imported(solution, 0, score=0.2, ordinal=3),
    )

    assert verdicts(decision) == [L.UNKNOWN]


def test_a_step_that_is_wrong_by_inference_carries_no_score() -> None:
    """The score behind the first error is not what made the step wrong."""
    solution = solution_of(3)
    rows = [imported(solution, i, score=s) for i, s in enumerate([0.9, 0.1, 0.95])]

    decision = stated(Stated(), solution, *rows)

    assert [(s.verdict, s.value, s.basis) for s in decision.steps if s] == [
        (L.CORRECT, 0.9, Basis.OBSERVED),
        (L.INCORRECT, 0.1, Basis.OBSERVED),
        (L.INCORRECT, None, Basis.INFERRED),
    ]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((Outcome.CORRECT, Outcome.INCORRECT), L.UNKNOWN),
        ((Outcome.NO_ANSWER, Outcome.CORRECT), L.UNKNOWN),
        ((Outcome.CORRECT, Outcome.CORRECT), L.CORRECT),
        ((Outcome.NO_ANSWER, Outcome.INCORRECT), L.INCORRECT),
        ((Outcome.CHECK_TIMEOUT, Outcome.CORRECT), L.CORRECT),
        ((Outcome.INCORRECT, Outcome.FAILED), L.INCORRECT),
        ((Outcome.FAILED, Outcome.NOT_CHECKED), L.UNKNOWN),
    ],
)
def test_outcome_does_not_choose_between_checkers_that_disagree(
    outcomes: tuple[Outcome, ...], verdict: LabelVerdict
) -> None:
    """Two gatherings that differ decide nothing, in any order; a censored one does not differ."""
    solution = solution_of(2)
    rows = tuple(
        finding(solution, None, outcome=o, source="answers", gathering=f"g{n}")
        for n, o in enumerate(outcomes)
    )

    for evidence in (rows, rows[::-1]):
        (decision,) = OutcomeRule().decide(
            Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
        )
        assert verdicts(decision) == [verdict, verdict]


def test_stated_does_not_choose_between_contradicting_labels() -> None:
    """Two occurrences of one solution, labelled differently, leave the step undecided."""
    solution = solution_of(2)
    evidence = tuple(
        finding(solution, i, v, source="human", kind=SourceKind.IMPORTED, ordinal=n)
        for n, row in enumerate([(F.CORRECT, F.CORRECT), (F.CORRECT, F.INCORRECT)])
        for i, v in enumerate(row)
    )

    (decision,) = Stated().decide(
        Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None
    )

    assert verdicts(decision) == [L.CORRECT, L.UNKNOWN]
    assert decision.first_error is FirstErrorVerdict.UNDECIDED


def test_stated_refuses_to_choose_between_sources() -> None:
    """Which source is meant must be said."""
    solution = solution_of(1)
    evidence = tuple(
        finding(solution, 0, F.CORRECT, source=name, kind=SourceKind.IMPORTED) for name in "ab"
    )

    with pytest.raises(InvalidArgumentError, match=r"\['a', 'b'\]"):
        Stated().decide(Case(problem=PROBLEM, solutions=(solution,), evidence=evidence), None)
