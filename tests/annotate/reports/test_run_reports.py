"""Reports read from a stored run: choice of labelling, label sets, truth, summary, one solution."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from annotate.reports import (
    Mark,
    evaluate,
    find_solution,
    plain,
    read_label_set,
    read_truth,
    solution_page,
    summarise,
    summary_tables,
    view_solution,
)
from annotate.storage import choose_labelling
from schemas import (
    Basis,
    Certificate,
    CertificateKind,
    Cost,
    Evidence,
    FindingVerdict,
    FirstError,
    FirstErrorVerdict,
    Grade,
    Labelling,
    LabelVerdict,
    NamedValue,
    Outcome,
    Piece,
    QueryError,
    Rejection,
    RejectReason,
    Scope,
    Semantics,
    Solution,
    Source,
    SourceKind,
    StepLabel,
    StoreError,
    make_gathering,
    make_labelling,
    make_solution,
    prefix_id,
    text_problem,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]

PROBLEM = text_problem("What is 3 + 4?", answers=("7",), domain="sums")
RIGHT = make_solution(PROBLEM, (Piece(text="3 + 4 = 7"), Piece(text="So 7.")), separator="\n\n")
WRONG = make_solution(
    PROBLEM, (Piece(text="3 + 4 = 8"), Piece(text="So [red]8[/red].\x1b[2J")), separator="\n\n"
)
GATHERING = make_gathering("ask_verifiers", arguments="{}", sources=("arithmetic",))
OTHER = make_gathering("every_prefix", arguments="{}", sources=("policy",))


def labelling(rule: str, arguments: str = "{}") -> Labelling:
    """Return a labelling that reads the first gathering only."""
    return make_labelling(
        rule,
        arguments=arguments,
        method="formal",
        gathering_ids=(GATHERING.gathering_id,),
        code_version="0.1.0",
    )


FORMAL = labelling("formal")


def source(solution: Solution, row: int, source_id: str, generator: str) -> Source:
    """Return an occurrence of a solution."""
    return Source(
        input_id="0" * 32,
        row=row,
        part=0,
        input_name="in.jsonl",
        source_id=source_id,
        problem_id=PROBLEM.problem_id,
        solution_id=solution.solution_id,
        generator=generator,
        meta=(NamedValue(name="set", value=f"set{row}"),),
    )


def label(solution: Solution, step: int, verdict: LabelVerdict) -> StepLabel:
    """Return a label by the rule `formal`."""
    return StepLabel(
        labelling_id=FORMAL.labelling_id,
        solution_id=solution.solution_id,
        step_index=step,
        verdict=verdict,
        value=None,
        value_kind=None,
        p_correct=0.25 if step == 0 else None,
        semantics=Semantics.FIRST_ERROR,
        basis=Basis.OBSERVED if step == 0 else Basis.INFERRED,
        weight=1.0,
    )


def first_error(solution: Solution, verdict: FirstErrorVerdict, step: int | None) -> FirstError:
    """Return a first error by the rule `formal`."""
    return FirstError(
        labelling_id=FORMAL.labelling_id,
        solution_id=solution.solution_id,
        verdict=verdict,
        step_index=step,
        confidence=0.75 if step is not None else None,
        posterior=(),
        uncorrected=(),
        visibility=None,
    )


REFUTED = Evidence(
    gathering_id=GATHERING.gathering_id,
    problem_id=PROBLEM.problem_id,
    solution_id=WRONG.solution_id,
    step_index=0,
    prefix_id=None,
    scope=Scope.STEP,
    source_kind=SourceKind.VERIFIER,
    source="arithmetic",
    ordinal=0,
    verdict=FindingVerdict.INCORRECT,
    certificate=Certificate(
        kind=CertificateKind.TWO_VALUES,
        claim="3 + 4 = 8",
        values=(
            NamedValue(name="stated", value="8"),
            NamedValue(name="computed", value="7"),
        ),
    ),
    tokens=5,
)
SHARED = Evidence(  # rollouts from the bare problem: half of their cost is each solution's
    gathering_id=GATHERING.gathering_id,
    problem_id=PROBLEM.problem_id,
    solution_id=None,
    step_index=None,
    prefix_id="p",
    scope=Scope.PROBLEM,
    source_kind=SourceKind.ROLLOUTS,
    source="policy",
    ordinal=0,
    successes=1,
    trials=8,
    tokens=100,
)
UNREAD = Evidence(  # of a gathering that the labelling did not read
    gathering_id=OTHER.gathering_id,
    problem_id=PROBLEM.problem_id,
    solution_id=WRONG.solution_id,
    step_index=1,
    prefix_id="q",
    scope=Scope.PREFIX,
    source_kind=SourceKind.ROLLOUTS,
    source="policy",
    ordinal=0,
    successes=0,
    trials=4,
    tokens=1000,
)
RECORDS: dict[str, list[object]] = {
    "problems": [PROBLEM],
    "solutions": [RIGHT, WRONG],
    "steps": [*RIGHT.steps, *WRONG.steps],
    "sources": [
        source(RIGHT, 1, "sum-1", "ann"),
        source(WRONG, 2, "sum-1", "bob"),
        source(WRONG, 3, "sum-3", "cat"),
    ],
    "grades": [
        Grade(
            completion_id=WRONG.solution_id,
            checker="answers",
            checker_version="1",
            answer="8",
            outcome=Outcome.INCORRECT,
            reason=None,
        )
    ],
    "evidence": [REFUTED, SHARED, UNREAD],
    "costs": [
        Cost(
            gathering_id=GATHERING.gathering_id,
            problem_id=PROBLEM.problem_id,
            solution_id=WRONG.solution_id,
            source="arithmetic",
            seconds=0.5,
            attempts=1,
            money=None,
        )
    ],
    "gatherings": [GATHERING, OTHER],
    "labellings": [FORMAL],
    "labels": [
        label(WRONG, 0, LabelVerdict.INCORRECT),
        label(WRONG, 1, LabelVerdict.INCORRECT),
        label(RIGHT, 0, LabelVerdict.UNKNOWN),
        label(RIGHT, 1, LabelVerdict.NOT_CHECKED),
    ],
    "first_errors": [
        first_error(WRONG, FirstErrorVerdict.FOUND, 0),
        first_error(RIGHT, FirstErrorVerdict.UNDECIDED, None),
    ],
    "rejected": [
        Rejection(
            input_id="0" * 32,
            row=9,
            part=0,
            input_name="in.jsonl",
            field="steps",
            reason=RejectReason.MISSING_FIELD,
            message="no steps",
            excerpt="{}",
        )
    ],
}


@pytest.fixture
def con(open_run: OpenRun) -> duckdb.DuckDBPyConnection:
    """Return a connection to a run with one right and one wrong solution."""
    return open_run(**RECORDS)


def shown(renderable: object) -> str:
    """Return what a terminal of 100 columns would show."""
    console = Console(width=100)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_the_only_labelling_is_taken(con: duckdb.DuckDBPyConnection) -> None:
    """Without a rule, with its name, or with the start of its id: the same labelling."""
    by_id = choose_labelling(con, FORMAL.labelling_id[:6])

    assert choose_labelling(con) == choose_labelling(con, "formal") == by_id == FORMAL


def test_an_unknown_rule_names_those_there(con: duckdb.DuckDBPyConnection) -> None:
    """A rule that the run has no labels of is the user's mistake."""
    with pytest.raises(QueryError, match=r"'outcome'.*formal"):
        choose_labelling(con, "outcome")


def test_several_labellings_need_a_choice(open_run: OpenRun) -> None:
    """Two rules without a choice are refused; two of one name are told apart by id."""
    strict = labelling("formal", '{"strict":true}')
    con = open_run(labellings=[FORMAL, strict])

    with pytest.raises(QueryError, match=r"--rule.*formal.*formal"):
        choose_labelling(con)
    with pytest.raises(QueryError, match=strict.labelling_id[:8]):
        choose_labelling(con, "formal")
    assert choose_labelling(con, strict.labelling_id[:8]) == strict


def test_a_run_without_labels_says_how_to_get_some(open_run: OpenRun) -> None:
    """Nothing to choose from is told with the command that mends it."""
    with pytest.raises(QueryError, match="waymark label"):
        choose_labelling(open_run(problems=[PROBLEM]))


def test_a_label_set_has_decisions_and_costs_of_its_gatherings(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Shared costs are split between the problem's solutions, unread gatherings left out."""
    labels = read_label_set(con, FORMAL)

    wrong, right = labels.predictions[WRONG.content_id], labels.predictions[RIGHT.content_id]
    assert wrong.mark == Mark(verdict=FirstErrorVerdict.FOUND, step_index=0)
    assert right.mark == Mark(verdict=FirstErrorVerdict.UNDECIDED)
    assert (wrong.tokens, wrong.rollouts, wrong.seconds) == (55, 5, 0.5)
    assert (right.tokens, right.rollouts, right.seconds) == (50, 4, 0)
    assert wrong.confidence == 0.75


def test_a_run_is_a_truth_where_it_is_decided(con: duckdb.DuckDBPyConnection) -> None:
    """Undecided solutions are left out; groups come from the first occurrence and the problem."""
    truth = read_truth(con, FORMAL)

    assert list(truth.rows) == [WRONG.content_id]
    groups = truth.rows[WRONG.content_id].groups
    expected = {"set": "set2", "domain": "sums", "generator": "bob", "input_name": "in.jsonl"}
    assert groups == expected
    assert evaluate([read_label_set(con, FORMAL)], truth).sets[0].scores.exact.value == 1


def test_a_summary_counts_everything_once(con: duckdb.DuckDBPyConnection) -> None:
    """Solutions, rejections, outcomes, verdicts, first errors and evidence are counted by kind."""
    summary = summarise(con)

    assert (summary.problems, summary.solutions, summary.steps) == (1, 2, 4)
    assert summary.rejected == {RejectReason.MISSING_FIELD: 1}
    assert summary.outcomes == {Outcome.INCORRECT: 1}
    assert summary.verdicts["formal"][LabelVerdict.INCORRECT] == 2
    assert sum(summary.verdicts["formal"].values()) == 4
    counts = summary.first_errors["formal"]
    assert (counts.found, counts.none_found, counts.undecided) == ({0: 1}, 0, 1)
    assert summary.evidence == {"arithmetic": {"INCORRECT": 1}, "policy": {"ROLLOUTS": 2}}
    assert "MISSING_FIELD 1" in shown(summary_tables(summary))
    assert json.loads(json.dumps(plain(summary)))["outcomes"] == {"INCORRECT": 1}


def test_an_empty_run_has_a_summary(open_run: OpenRun) -> None:
    """A run of which all rows were rejected is summed up, too."""
    summary = summarise(open_run(rejected=RECORDS["rejected"]))

    assert summary.solutions == 0
    assert "solutions 0" in shown(summary_tables(summary))


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
    with pytest.raises(QueryError, match="sum-"):
        find_solution(con, key)


def test_a_damaged_run_is_told_in_one_line(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A truncated table fails the reports that read it with what to do."""
    (steps,) = (tmp_path / "run" / "tables" / "steps").glob("*.parquet")
    os.truncate(steps, steps.stat().st_size // 2)

    with pytest.raises(StoreError, match="waymark check") as caught:
        summarise(con)

    assert "\n" not in str(caught.value)


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
