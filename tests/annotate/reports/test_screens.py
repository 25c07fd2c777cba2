"""Counts of screens, from a run made of hand-written records."""

from collections.abc import Callable

import duckdb

from annotate.reports import Mark, TruthRow, collect_truth, read_comparison
from annotate.reports.screens import count_screens
from schemas import (
    Evidence,
    FirstError,
    FirstErrorVerdict,
    Piece,
    Problem,
    Scope,
    SourceKind,
    make_gathering,
    make_labelling,
    make_solution,
    prefix_id,
    text_problem,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]
SCREEN = make_gathering("screen", arguments='{"n":4}', sources=("one",))
SEARCH = make_gathering("omega_prm", arguments="{}", sources=("one",))
PROBLEMS = [text_problem(f"What is {n}?", answers=(str(n),)) for n in range(4)]


def rate(problem: Problem, word: str | None, *, successes: int, gathering: str) -> Evidence:
    """Return the rate of a problem, with the word that a screen found for it."""
    return Evidence(
        gathering_id=gathering,
        problem_id=problem.problem_id,
        solution_id=None,
        step_index=None,
        prefix_id=prefix_id(problem.problem_id, ""),
        scope=Scope.PROBLEM,
        source_kind=SourceKind.ROLLOUTS,
        source="one",
        ordinal=0,
        successes=successes,
        trials=4,
        reason=word,
        tokens=10,
    )


def test_problems_are_counted_by_the_word_of_the_screen(open_run: OpenRun) -> None:
    """A root's rate without a word is another strategy's, and no screen's."""
    words = [("KEPT", 2), ("ALL_WRONG", 0), ("KEPT", 1), ("ALL_RIGHT", 4)]
    evidence = [
        rate(problem, word, successes=n, gathering=SCREEN.gathering_id)
        for problem, (word, n) in zip(PROBLEMS, words, strict=True)
    ]
    evidence.append(rate(PROBLEMS[0], None, successes=2, gathering=SEARCH.gathering_id))
    con = open_run(
        problems=sorted(PROBLEMS, key=lambda p: p.problem_id),
        gatherings=[SCREEN, SEARCH],
        evidence=sorted(evidence, key=lambda e: (e.gathering_id, e.problem_id)),
    )

    (counts,) = count_screens(con)

    assert counts.gathering_id == SCREEN.gathering_id
    assert (counts.strategy, counts.arguments, counts.source) == ("screen", '{"n":4}', "one")
    assert list(counts.problems.items()) == [("KEPT", 2), ("ALL_RIGHT", 1), ("ALL_WRONG", 1)]
    assert (counts.rollouts, counts.tokens) == (16, 40)


def test_what_a_screen_dropped_is_told_apart_from_what_a_method_could_not_decide(
    open_run: OpenRun,
) -> None:
    """Of three undecided solutions one is of a problem that its own screen set aside."""
    solutions = [make_solution(problem, (Piece(text="So."),)) for problem in PROBLEMS]
    words = ("KEPT", "ALL_WRONG", "KEPT", "KEPT")
    labelling = make_labelling(
        "scan",
        arguments="{}",
        method="scan",
        gathering_ids=(SCREEN.gathering_id,),
        code_version="0.1.0",
    )
    decided = [FirstErrorVerdict.UNDECIDED] * 3 + [FirstErrorVerdict.NONE_FOUND]
    con = open_run(
        problems=PROBLEMS,
        solutions=solutions,
        steps=[step for solution in solutions for step in solution.steps],
        gatherings=[SCREEN, SEARCH],
        evidence=[
            *(
                rate(problem, word, successes=1, gathering=SCREEN.gathering_id)
                for problem, word in zip(PROBLEMS, words, strict=True)
            ),
            rate(PROBLEMS[0], "ALL_WRONG", successes=0, gathering=SEARCH.gathering_id),
        ],
        labellings=[labelling],
        first_errors=[
            FirstError(
                labelling_id=labelling.labelling_id,
                solution_id=solution.solution_id,
                verdict=verdict,
                step_index=None,
                confidence=None,
                posterior=(),
                uncorrected=(),
                visibility=None,
            )
            for solution, verdict in zip(solutions, decided, strict=True)
        ],
    )
    none = Mark(verdict=FirstErrorVerdict.NONE_FOUND)
    truth = collect_truth(
        TruthRow(content_id=solution.content_id, mark=none, groups={}, suspect=False)
        for solution in solutions
    )

    (report,) = read_comparison(con, {"scan": labelling}, truth).methods

    assert (report.undecided, report.dropped) == (3, 1)


def test_a_run_without_a_screen_has_no_counts(open_run: OpenRun) -> None:
    """Nothing was screened, so nothing is reported."""
    assert count_screens(open_run(problems=PROBLEMS[:1])) == ()
