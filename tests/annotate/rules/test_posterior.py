"""Rule `posterior`: what it says of cases that leave no doubt, and where it holds back."""

import pytest

from annotate.rules import SHIPPED, Case, Learned, PosteriorRule
from annotate.rules.belief import believe, leanings_of
from annotate.search import Posterior
from schemas import (
    Basis,
    Evidence,
    FirstErrorVerdict,
    InvalidArgumentError,
    LabelVerdict,
    Solution,
    ValueKind,
)
from tests.annotate.rules.gathered import (
    COMPLETER,
    PROBLEM,
    chain,
    decide,
    labels,
    opinion,
    prefix,
    right,
    root,
    steps,
    wrong,
)

L = LabelVerdict
WEAK = "weak 89abcdef"


def asked(solution: Solution, *successes: int) -> list[Evidence]:
    """Return prefixes with so many successes of sixteen each."""
    return [prefix(solution, step, count, 16) for step, count in enumerate(successes)]


def test_a_sharp_fall_of_success_is_the_first_error() -> None:
    """Fifteen of sixteen, then none: the values fall from near 1 to near 0 at that step."""
    solution = steps(5)
    rows = asked(solution, 15, 15, 0, 0)

    decision = decide(PosteriorRule(), solution, root(15, 16), *rows, wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert decision.confidence is not None
    assert decision.confidence > 0.95
    assert [s.verdict for s in labels(decision)] == [L.CORRECT] * 2 + [L.INCORRECT] * 3
    values = [s.p_correct for s in labels(decision) if s.p_correct is not None]
    assert values == sorted(values, reverse=True)
    assert values[1] > 0.95
    assert values[2] < 0.05
    assert {s.value_kind for s in labels(decision)} == {ValueKind.PROBABILITY_CORRECT}
    assert [s.basis for s in labels(decision)] == [Basis.OBSERVED] * 4 + [Basis.INFERRED]
    assert sum(decision.posterior) == pytest.approx(1)


def test_success_behind_an_error_is_no_proof_of_soundness() -> None:
    """Three of sixteen is little where the problem is nearly always solved: it is a recovery."""
    solution = steps(4)
    rows = asked(solution, 15, 3, 2)

    decision = decide(PosteriorRule(), solution, root(15, 16), *rows, wrong(solution))

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 1)


def test_an_open_case_is_undecided_with_its_numbers() -> None:
    """The problem's rate alone does not say where the error is."""
    solution = steps(6)

    decision = decide(PosteriorRule(), solution, root(8, 16), wrong(solution))

    assert decision.first_error is FirstErrorVerdict.UNDECIDED
    assert labels(decision)[2].verdict is L.UNKNOWN
    assert len(decision.posterior) == 7


def test_a_problem_that_is_never_solved_tells_nothing() -> None:
    """Asked in vain, against never asked."""
    solution = steps(3)

    hopeless = decide(PosteriorRule(), solution, root(0, 16), wrong(solution))
    unasked = decide(PosteriorRule(), solution, wrong(solution))

    assert {s.verdict for s in labels(hopeless)} == {L.UNKNOWN}
    assert {s.verdict for s in labels(unasked)} == {L.NOT_CHECKED}


def test_a_right_solution_is_right_until_rollouts_say_otherwise() -> None:
    """Where rollouts fail in the middle of it, it holds an error that it outlived."""
    solution = steps(3)

    plain = decide(PosteriorRule(), solution, root(15, 16), right(solution))
    rows = asked(solution, 16, 0)
    told = decide(PosteriorRule(), solution, root(15, 16), *rows, right(solution))

    assert plain.first_error is FirstErrorVerdict.NONE_FOUND
    assert (told.first_error, told.step_index) == (FirstErrorVerdict.FOUND, 1)


def test_an_observation_takes_no_label_and_no_probability() -> None:
    """What a tool answered is context: the posterior has a 0 at its place."""
    solution = chain("a\n", "b\n", "c\n", observed=(1,))
    decision = decide(PosteriorRule(), solution, root(8, 16), wrong(solution))

    assert decision.steps[1] is None
    assert decision.posterior[1] == 0
    assert sum(decision.posterior) == pytest.approx(1)


def test_a_confidence_outside_its_range_is_refused() -> None:
    """It is a probability."""
    with pytest.raises(InvalidArgumentError, match="confidence"):
        PosteriorRule(confidence=1.5)


def test_an_empty_step_tells_nothing_twice() -> None:
    """Its prefix is the one before it: without it the same is believed of the others."""
    rows = [root(12, 16)]
    plain, empty = chain("a\n", "b\n", "c\n"), chain("a\n", "", "b\n", "c\n")
    told = [prefix(plain, 0, 4, 8), prefix(plain, 1, 1, 8)]
    shared = [prefix(empty, 0, 4, 8), prefix(empty, 1, 4, 8), prefix(empty, 2, 1, 8)]
    alone = decide(PosteriorRule(), empty, *rows, *shared[::2], wrong(empty))

    assert decide(PosteriorRule(), empty, *rows, *shared, wrong(empty)) == alone
    assert decide(PosteriorRule(), plain, *rows, *told, wrong(plain)).posterior[-1] < 0.1


def test_a_step_that_prints_the_answer_is_no_proof_of_soundness_before_it() -> None:
    """Success comes back to 1 behind a fall to 0: the fall is an error, whatever came then."""
    solution = steps(6)
    rows = asked(solution, 12, 11, 0, 16, 16)
    decision = decide(PosteriorRule(), solution, root(12, 16), *rows, wrong(solution))

    assert decision.step_index == 2


def by_another(solution: Solution, *successes: int) -> list[Evidence]:
    """Return the same of another completer, which solves the problem less often."""
    rows = [prefix(solution, step, count, 16, source=WEAK) for step, count in enumerate(successes)]
    return [root(6, 16, source=WEAK), *rows]


def test_who_asked_of_a_solution_makes_no_difference() -> None:
    """One that only the lesser completer was asked about is decided, and observed, all the same."""
    known, other = steps(5, tag="a"), steps(5, tag="b")
    strong = [root(0, 16), *asked(known, 15, 15, 0, 0)]
    case = Case(
        problem=PROBLEM,
        solutions=(known, other),
        evidence=(wrong(known), wrong(other), *strong, *by_another(other, 6, 6, 0, 0)),
    )
    decision = PosteriorRule().decide(case, None)[1]

    assert (decision.first_error, decision.step_index) == (FirstErrorVerdict.FOUND, 2)
    assert [s.basis for s in labels(decision)] == [Basis.OBSERVED] * 4 + [Basis.INFERRED]


def test_several_completers_count_each_by_its_own_rates() -> None:
    """Neither decides alone; together they do, though one succeeds half as often as the other."""
    solution = steps(5)
    strong = [root(14, 16), *(prefix(solution, step, 3, 4) for step in (0, 1))]
    weak = by_another(solution, 6, 7, 0, 0)
    alone = decide(PosteriorRule(source=COMPLETER), solution, *strong, *weak, wrong(solution))
    other = decide(PosteriorRule(source=WEAK), solution, *strong, *weak, wrong(solution))
    both = decide(PosteriorRule(), solution, *strong, *weak, wrong(solution))

    assert alone.posterior[2] < other.posterior[2] < both.posterior[2]
    assert (both.first_error, both.step_index) == (FirstErrorVerdict.FOUND, 2)


def test_a_completer_that_asked_nothing_of_prefixes_changes_nothing() -> None:
    """Its rate on the bare problem says nothing of where the error is."""
    solution = steps(4)
    rows = [root(15, 16), *asked(solution, 15, 3, 2), wrong(solution)]

    told = decide(PosteriorRule(), solution, *rows)
    assert decide(PosteriorRule(), solution, *rows, root(2, 16, source=WEAK)) == told


def test_the_rule_believes_what_the_search_believed() -> None:
    """Of one completer's rollouts, with another's and a judge's opinion as what it leans on."""
    solution = steps(5)
    rows = [root(14, 16), *asked(solution, 15, 11, 3), *by_another(solution, 6, 7, 1)]
    case = Case(
        problem=PROBLEM,
        solutions=(solution,),
        evidence=(*rows, opinion(solution, 3), wrong(solution)),
    )
    (known,) = believe(case, Learned(), None)
    assert known is not None
    main = known.observed
    searched = Posterior(
        SHIPPED,
        n_steps=5,
        ends_wrong=True,
        root=main.root,
        leaning=leanings_of(case, Learned(), COMPLETER)[solution.solution_id],
    )
    for place in range(3):
        searched.observe(place, int(main.successes[place]), int(main.failures[place]))

    assert known.posterior.first_error() == pytest.approx(searched.first_error())
