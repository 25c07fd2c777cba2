"""One solution of a stored run: found by its id, and shown with its evidence."""

import json
from collections.abc import Callable
from dataclasses import replace

import duckdb
import pytest

from annotate.reports import find_solution, plain, solution_page, view_solution
from schemas import FindingVerdict, Piece, QueryError, Scope, SourceKind, make_solution, prefix_id
from tests.annotate.reports.reported_run import (
    GATHERING,
    OTHER,
    PROBLEM,
    RECORDS,
    RIGHT,
    SHARED,
    UNREAD,
    WRONG,
    shown,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def con(open_run: OpenRun) -> duckdb.DuckDBPyConnection:
    """Return a connection to a run with one right and one wrong solution."""
    return open_run(**RECORDS)


def test_a_solution_is_found_by_id_prefix_or_input_id(con: duckdb.DuckDBPyConnection) -> None:
    """Whole id, the start of it that is its own, and the id in the input mean one solution."""
    expected = WRONG.solution_id

    assert find_solution(con, WRONG.solution_id) == expected
    assert find_solution(con, WRONG.solution_id[:16]) == expected
    assert find_solution(con, "sum-3") == expected


def test_an_ambiguous_id_names_the_candidates(con: duckdb.DuckDBPyConnection) -> None:
    """An id, or a start of ids, that two solutions have is refused with both and their writers."""
    for key in ("sum-1", PROBLEM.problem_id[:6]):
        with pytest.raises(QueryError) as caught:
            find_solution(con, key)

        message = str(caught.value)
        assert f"{RIGHT.solution_id} (sum-1, ann)" in message
        assert f"{WRONG.solution_id} (sum-1, bob)" in message


@pytest.mark.parametrize("key", ["sum-4", "", WRONG.solution_id[:5], "' OR 1=1 --"])
def test_an_unknown_id_names_the_nearest(con: duckdb.DuckDBPyConnection, key: str) -> None:
    """What means nothing, or is too short to be the start of an id, is refused with a hint."""
    with pytest.raises(QueryError, match="sum-") as caught:
        find_solution(con, key)

    assert ("give 6 digits or more" in str(caught.value)) == (key == WRONG.solution_id[:5])


def test_a_page_shows_each_step_with_its_verdict_and_evidence(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Numbers, text, verdict in words, confidence and the certificate are on the page."""
    page = shown(solution_page(view_solution(con, "sum-3")))

    assert "first error by formal: step 0 (confidence 0.75)" in page
    assert "Step 0  formal INCORRECT p=0.25" in page
    assert 'arithmetic INCORRECT: "3 + 4 = 8" stated 8, computed 7' in page
    assert "Step 1  formal INCORRECT (inferred)" in page
    assert "0 of 4 rollouts succeed" in page
    assert "final answer: 8 (INCORRECT)" in page


def test_a_page_joins_rollouts_of_prefixes_that_solutions_share(open_run: OpenRun) -> None:
    """Of one prefix and policy the row with most trials stands, whoever it was asked for."""
    own = make_solution(PROBLEM, (Piece(text="a"), Piece(text="b")), separator="\n")
    other = make_solution(PROBLEM, (Piece(text="a"), Piece(text="c")), separator="\n")
    first = prefix_id(PROBLEM.problem_id, "a\n")
    counted = replace(UNREAD, step_index=0, prefix_id=first, successes=3)
    shared = replace(counted, solution_id=other.solution_id, trials=8)
    screened = replace(SHARED, prefix_id=prefix_id(PROBLEM.problem_id, ""), reason="KEPT")
    opinion = replace(
        counted,
        solution_id=own.solution_id,
        prefix_id=None,
        scope=Scope.STEP,
        source_kind=SourceKind.JUDGE,
        source="critic",
        verdict=FindingVerdict.INCORRECT,
        successes=None,
        trials=None,
    )
    con = open_run(
        problems=[PROBLEM],
        solutions=[own, other],
        steps=[*own.steps, *other.steps],
        gatherings=[GATHERING, OTHER],
        evidence=[
            replace(counted, solution_id=own.solution_id),
            shared,
            screened,
            opinion,
            replace(shared, step_index=1, prefix_id=prefix_id(PROBLEM.problem_id, "a\nc")),
        ],
    )
    view = view_solution(con, own.solution_id)
    page = shown(solution_page(view))

    counts = [[(row.trials, row.is_shared) for row in step.evidence] for step in view.steps]
    assert counts == [[(None, False), (8, True)], []]
    assert "policy 1 of 8 rollouts of the bare problem succeed: KEPT" in page
    assert "3 of 8 rollouts succeed (asked for another solution that begins alike)" in page
    assert "judge critic INCORRECT" in page


def test_a_page_shows_text_as_it_is(con: duckdb.DuckDBPyConnection) -> None:
    """Markup in a step is shown, and an escape sequence never reaches the terminal."""
    page = shown(solution_page(view_solution(con, "sum-3")))

    assert "So [red]8[/red].\\x1b[2J" in page
    assert "\x1b[2J" not in page


def test_a_view_is_plain_json(con: duckdb.DuckDBPyConnection) -> None:
    """The JSON form names enums and holds steps with their labels and evidence."""
    view = json.loads(json.dumps(plain(view_solution(con, "sum-3")), allow_nan=False))

    assert view["outcome"] == "INCORRECT"
    assert [place["row"] for place in view["sources"]] == [2, 3]
    assert view["steps"][0]["labels"][0]["verdict"] == "INCORRECT"
    assert view["steps"][0]["evidence"][0]["certificate"]["claim"] == "3 + 4 = 8"
    assert view["first_errors"][0]["mark"] == {"verdict": "FOUND", "step_index": 0}
