"""Spending: what a labelling asked of models, and who bears it."""

from collections.abc import Callable
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.reports import read_label_set
from annotate.reports.comparison import read_compared
from annotate.reports.spending import (
    Cost,
    Labelled,
    Spent,
    read_paid,
    read_spent,
    share_out,
    total_drawn,
)
from schemas import (
    Evidence,
    FindingVerdict,
    FirstError,
    FirstErrorVerdict,
    Grade,
    Outcome,
    Piece,
    PolicyRow,
    Problem,
    Role,
    Rollout,
    Scope,
    Seeding,
    Solution,
    SourceKind,
    make_gathering,
    make_labelling,
    make_solution,
    prefix_id,
    text_problem,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]

SCREEN = make_gathering("screen", arguments="{}", sources=("one",)).gathering_id
WALK = make_gathering("first_failure", arguments="{}", sources=("one",)).gathering_id
ASKS = [
    make_gathering("forced_answer", arguments=told, sources=("answers 1", "completer one {}"))
    for told in (
        '{"k":5,"max_tokens":10,"scored":true}',
        '{"k":3,"max_tokens":10,"scored":false}',
        '{"k":2,"max_tokens":20,"scored":true}',
    )
]
SCORED, AGREED, LONGER = (one.gathering_id for one in ASKS)
KEPT, DROPPED = sorted(
    (text_problem("Kept?", answers=("1",)), text_problem("Dropped?", answers=("2",))),
    key=lambda problem: problem.question,
    reverse=True,
)
A, B = (make_solution(KEPT, (Piece(text="a\n"), Piece(text=last))) for last in "bc")
LABELLING = make_labelling(
    "any_success",
    arguments="{}",
    method=None,
    gathering_ids=(SCREEN, WALK, SCORED, AGREED, LONGER),
    code_version="0.1.0",
)
POLICY = PolicyRow(
    policy_id="p" * 32,
    name="one",
    kind="one",
    model="one",
    fingerprint="",
    profile="{}",
    seeding=Seeding.PER_REQUEST,
    reproducible=True,
)


def completions(problem: Problem, prefix: str, tokens: int, n: int) -> list[Rollout]:
    """Return `n` completions of a prefix."""
    place = prefix_id(problem.problem_id, prefix)
    return [
        Rollout(
            rollout_id=f"{place[:20]}{ordinal}",
            request_id=place,
            policy_id=POLICY.policy_id,
            role=Role.COMPLETER,
            sampling="{}",
            problem_id=problem.problem_id,
            prefix_id=place,
            ordinal=ordinal,
            text="x",
            finish_reason="stop",
            prompt_tokens=1,
            tokens=tokens,
        )
        for ordinal in range(n)
    ]


ROLLOUTS = [
    *completions(KEPT, "", 10, 4),
    *completions(KEPT, "a\n", 5, 3),
    *completions(DROPPED, "", 10, 4),
]
CUT = ROLLOUTS[3].rollout_id


def counted(
    gathering_id: str, problem: Problem, solution: Solution | None, trials: int, tokens: int
) -> Evidence:
    """Return the counts of the bare problem, or of the first step of a solution."""
    return Evidence(
        gathering_id=gathering_id,
        problem_id=problem.problem_id,
        solution_id=solution.solution_id if solution else None,
        step_index=0 if solution else None,
        prefix_id=prefix_id(problem.problem_id, "a\n" if solution else ""),
        scope=Scope.PREFIX if solution else Scope.PROBLEM,
        source_kind=SourceKind.ROLLOUTS,
        source="one",
        ordinal=0,
        successes=0,
        trials=trials,
        tokens=tokens,
    )


def forced(
    gathering_id: str, solution: Solution | None, tokens: int, *, told: bool = True
) -> Evidence:
    """Return what the answer asked for at once says of the kept problem or of a first step."""
    return Evidence(
        gathering_id=gathering_id,
        problem_id=KEPT.problem_id,
        solution_id=solution.solution_id if solution else None,
        step_index=0 if solution else None,
        prefix_id=prefix_id(KEPT.problem_id, "a\n" if solution else ""),
        scope=Scope.PREFIX,
        source_kind=SourceKind.SCORES,
        source="one by agreement" if gathering_id == AGREED else "one",
        ordinal=0,
        verdict=None if told else FindingVerdict.UNKNOWN,
        score=0.5 if told else None,
        reason="POTENTIAL" if told else "NO_CONTINUATION",
        tokens=tokens,
    )


OPINION = Evidence(
    gathering_id=WALK,
    problem_id=KEPT.problem_id,
    solution_id=A.solution_id,
    step_index=None,
    prefix_id=None,
    scope=Scope.SOLUTION,
    source_kind=SourceKind.JUDGE,
    source="critic",
    ordinal=0,
    verdict=FindingVerdict.UNKNOWN,
    reason="UNPARSABLE",
    tokens=7,
)
EVIDENCE = [
    counted(SCREEN, KEPT, None, 3, 40),  # four were drawn: the last one was cut
    counted(SCREEN, DROPPED, None, 4, 40),
    counted(WALK, KEPT, None, 2, 20),  # the first two of the screen's
    counted(WALK, KEPT, A, 2, 10),
    counted(WALK, KEPT, B, 3, 15),  # the same three as A's two, and one more
    OPINION,
    replace(OPINION, gathering_id=SCREEN),  # the same opinion, asked for twice
]
FORCED = [
    forced(SCORED, None, 25),
    forced(SCORED, A, 24),
    forced(SCORED, B, 24),  # the same five
    forced(AGREED, A, 14),  # the first three of these
    forced(LONGER, A, 30, told=False),  # others: they may be longer
    replace(
        forced(SCORED, A, 0), prefix_id=None, scope=Scope.STEP, reason="MEAN_ENTROPY"
    ),  # a pass over what is there
]


@pytest.fixture
def con(open_run: OpenRun) -> duckdb.DuckDBPyConnection:
    """Return a connection to a run of two problems, one of which was dropped."""
    grades = [
        Grade(
            completion_id=one.rollout_id,
            checker="answers",
            checker_version="1",
            answer=None,
            outcome=Outcome.TRUNCATED if one.rollout_id == CUT else Outcome.INCORRECT,
            reason=None,
        )
        for one in ROLLOUTS
    ]
    return open_run(
        policies=[POLICY],
        problems=[KEPT, DROPPED],
        solutions=[A, B],
        rollouts=ROLLOUTS,
        grades=grades,
        gatherings=ASKS,
        evidence=EVIDENCE + FORCED,
        labellings=[LABELLING],
        first_errors=[
            FirstError(
                labelling_id=LABELLING.labelling_id,
                solution_id=one.solution_id,
                verdict=FirstErrorVerdict.UNDECIDED,
                step_index=None,
                confidence=None,
                posterior=(),
                uncorrected=(),
                visibility=None,
            )
            for one in sorted((A, B), key=lambda one: one.solution_id)
        ],
    )


def row(problem: Problem, solution: Solution | None, *numbers: float) -> Spent:
    """Return what is expected: completions and tokens drawn, and used."""
    drawn, drawn_tokens, used, used_tokens = numbers
    return Spent(
        problem_id=problem.problem_id,
        solution_id=solution.solution_id if solution else None,
        drawn_rollouts=drawn,
        drawn_tokens=drawn_tokens,
        used_rollouts=used,
        used_tokens=used_tokens,
    )


def test_each_completion_counts_once_and_is_shared_by_those_who_asked(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """A cut rollout and an opinion that names nothing are drawn and not used."""
    spent = read_spent(con, [SCREEN, WALK])

    assert set(spent) == {
        row(KEPT, None, 4, 40, 3, 30),
        row(KEPT, A, 1.5 + 1, 7.5 + 7, 1.5, 7.5),
        row(KEPT, B, 1.5, 7.5, 1.5, 7.5),
        row(DROPPED, None, 4, 40, 4, 40),
    }
    assert total_drawn(spent) == Cost(rollouts=12, tokens=102)
    assert read_paid(con) == Cost(rollouts=11, tokens=95)  # the opinion is stored elsewhere here
    assert total_drawn(read_spent(con, [WALK])) == Cost(rollouts=2 + 3 + 1, tokens=20 + 15 + 7)


def test_forced_answers_are_completions_shared_by_those_who_asked(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Five of the problem and five of the prefix, two longer ones that said nothing; no passes."""
    spent = read_spent(con, [SCORED, AGREED, LONGER])

    assert set(spent) == {
        row(KEPT, None, 5, 25, 5, 25),
        row(KEPT, A, 2.5 + 2, 12 + 30, 2.5, 12),
        row(KEPT, B, 2.5, 12, 2.5, 12),
    }
    assert total_drawn(read_spent(con, [AGREED])) == Cost(rollouts=3, tokens=14)


def test_counts_without_stored_completions_are_taken_as_they_are(open_run: OpenRun) -> None:
    """Where the run holds no completion of a prefix, those that counted are all that is known."""
    con = open_run(problems=[KEPT], solutions=[A], evidence=[counted(WALK, KEPT, A, 2, 10)])

    assert read_spent(con, [WALK]) == (row(KEPT, A, 2, 10, 2, 10),)


def test_a_dropped_problem_is_paid_for_by_all_labelled_solutions(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """A: half of the kept root, its own, half of the dropped one. What B used is no less."""
    labelled = [
        Labelled(solution_id=one.solution_id, problem_id=KEPT.problem_id, content_id=one.content_id)
        for one in (A, B)
    ]
    shares = share_out(read_spent(con, [SCREEN, WALK]), labelled)

    assert shares[A.solution_id].drawn == Cost(rollouts=2 + 2.5 + 2, tokens=20 + 14.5 + 20)
    assert shares[A.solution_id].used == Cost(rollouts=1.5 + 1.5, tokens=15 + 7.5)
    assert shares[B.solution_id].drawn == Cost(rollouts=2 + 1.5 + 2, tokens=20 + 7.5 + 20)


def test_evaluations_and_comparisons_tell_the_same_cost(con: duckdb.DuckDBPyConnection) -> None:
    """Of rollouts, opinions and forced answers alike; a problem that was dropped is borne too."""
    labels = read_label_set(con, LABELLING)
    shares = read_compared(con, LABELLING, "m").shares

    assert {one: (p.tokens, p.rollouts) for one, p in labels.predictions.items()} == {
        one: (share.drawn.tokens, share.used.rollouts) for one, share in shares.items()
    }
    a, b = (labels.predictions[one.content_id] for one in (A, B))
    assert (a.rollouts, a.tokens) == (3 + 5, 20 + 7.5 + 7 + 12.5 + 12 + 30 + 20)
    assert (b.rollouts, b.tokens) == (3 + 5, 20 + 7.5 + 12.5 + 12 + 20)


names = st.sampled_from("pqr")
spending = st.builds(
    Spent,
    problem_id=names,
    solution_id=st.one_of(st.none(), st.sampled_from("abc")),
    drawn_rollouts=st.integers(0, 100),
    drawn_tokens=st.integers(0, 1000),
    used_rollouts=st.just(0),
    used_tokens=st.just(0),
)
solutions = st.builds(
    Labelled, solution_id=st.sampled_from("abc"), problem_id=names, content_id=st.just("")
)


@given(
    st.lists(spending),
    st.lists(solutions, min_size=1, unique_by=lambda one: one.solution_id),
)
def test_shares_make_up_all_that_was_drawn(spent: list[Spent], labelled: list[Labelled]) -> None:
    """Whoever is labelled, what was drawn is borne: no token is lost or counted twice."""
    shares = share_out(spent, labelled)

    borne = sum((share.drawn for share in shares.values()), Cost())
    assert borne.tokens == pytest.approx(total_drawn(spent).tokens)
    assert borne.rollouts == pytest.approx(total_drawn(spent).rollouts)
