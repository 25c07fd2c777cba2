"""Tests of the catalog: views over exactly the committed files, and queries of them."""

import uuid
from dataclasses import fields, replace
from pathlib import Path

import pytest

from annotate.storage import RunFolder, connect, open_store, query, write_rows
from schemas import TABLES, QueryError, StoreError, column_names, text_problem, to_arrow
from tests.annotate.storage.sample_run import (
    OPEN,
    PROBLEM,
    RIGHT,
    SOLUTIONS,
    UNASKED,
    WRONG,
    rows,
    sample_rows,
    write_sample,
    write_tables,
)

CONTRACT = {
    "problems": "problem_id question answers answer_type domain language messages",
    "solutions": "solution_id problem_id source_id n_steps final_answer outcome generator",
    "steps": "solution_id step_index kind text start end",
    "sources": "input_id row part input_name source_id problem_id solution_id generator meta",
    "rollouts": "rollout_id policy_id problem_id prefix_id ordinal text finish_reason tokens",
    "grades": "completion_id checker answer outcome reason",
    "evidence": "solution_id step_index source outcome successes trials reason tokens seconds",
    "labels": "solution_id step_index rule verdict value value_kind p_correct",
    "first_errors": "solution_id rule first_error confidence",
    "rejected": "input_id row part input_name field reason message excerpt",
    "costs": "gathering_id problem_id solution_id source seconds attempts money",
    "gatherings": "gathering_id strategy arguments sources calibration_id stop_rule",
    "policies": "policy_id name kind model fingerprint profile seeding reproducible",
    "calibrations": "calibration_id estimator parameters n_solutions",
    "labellings": "labelling_id rule arguments method gathering_ids calibration_id code_version",
}


@pytest.mark.parametrize("view", CONTRACT)
def test_every_view_has_its_columns(tmp_path: Path, run: RunFolder, view: str) -> None:
    """The columns that others rely on are there, in runs with rows and in empty ones alike."""
    empty = RunFolder.create_or_open(open_store(str(tmp_path / "empty")), {})
    full, none = (query(connect(each), f"DESCRIBE {view}").rows for each in (run, empty))
    names = [str(row[0]) for row in full]

    assert set(CONTRACT[view].split()) <= set(names)
    assert full == none
    assert rows(empty, f"FROM {view}") == []
    assert rows(run, f"FROM {view}")
    assert set(CONTRACT) == set(TABLES)


def test_solutions_carry_what_the_other_tables_say_of_them(run: RunFolder) -> None:
    """The first id in order of rows, the answer by the last checker, steps and occurrences."""
    found = {row["solution_id"]: row for row in rows(run, "FROM solutions")}

    assert len(found) == len(SOLUTIONS)
    right, wrong, unknown = (found[solution.solution_id] for solution in SOLUTIONS)
    assert (right["source_id"], right["n_occurrences"], right["generator"]) == (
        "second",
        3,
        "model-a",
    )
    assert (right["n_steps"], wrong["n_steps"], unknown["n_steps"]) == (2, 3, 1)
    assert (right["final_answer"], right["outcome"]) == ("5", "CORRECT")
    assert (wrong["final_answer"], wrong["outcome"]) == ("6", "INCORRECT")
    assert (unknown["final_answer"], unknown["outcome"], unknown["source_id"]) == (None,) * 3
    assert unknown["n_occurrences"] == 0
    assert right["question"] == "What is 2 + 3?"
    assert right["domain"] == "sums"


def test_question_is_the_problems_question(tmp_path: Path) -> None:
    """The view's text is `Problem.question`, also without a user message."""
    problems = [
        PROBLEM,
        UNASKED,
        text_problem(""),
        text_problem("a 'quoted' \n\u2028 line, 数学"),
        replace(PROBLEM, problem_id="system-only", messages=PROBLEM.messages[:1]),
        replace(PROBLEM, problem_id="two", messages=PROBLEM.messages * 2),
    ]
    run = write_sample(open_store(str(tmp_path / "run")), {"problems": problems})
    found = {row["problem_id"]: row["question"] for row in rows(run, "FROM problems")}

    assert {problem.problem_id: problem.question for problem in problems} == found


def test_first_errors_are_numbers_as_processbench_writes_them(run: RunFolder) -> None:
    """0-based where found, -1 where there is none, null where it is not decided."""
    found = {row["solution_id"]: row for row in rows(run, "FROM first_errors")}

    assert found[RIGHT.solution_id]["first_error"] == -1
    assert found[WRONG.solution_id]["first_error"] == 0
    assert found[OPEN.solution_id]["first_error"] is None
    assert {row["rule"] for row in found.values()} == {"formal"}
    assert found[WRONG.solution_id]["posterior"] == [0.5, 0.25, 0.25]


def test_labels_name_their_rule_and_method(run: RunFolder) -> None:
    """Each label row has the provenance that its labelling says."""
    found = rows(run, "FROM labels ORDER BY solution_id, step_index")

    assert len(found) == 6
    assert {(row["rule"], row["method"]) for row in found} == {("formal", "formal")}
    assert {row["verdict"] for row in found} == {"CORRECT", "INCORRECT", "UNKNOWN", "NOT_CHECKED"}


def test_seconds_of_evidence_add_up_to_what_was_measured(run: RunFolder) -> None:
    """A cost is shared among the observations it was spent on, so that it is counted once."""
    found = rows(
        run,
        "SELECT source, outcome, solution_id, step_index, seconds FROM evidence ORDER BY ALL",
    )
    by_source = {row["source"]: 0.0 for row in found}
    for row in found:
        by_source[row["source"]] += row["seconds"] or 0.0

    assert by_source == {"arithmetic": 4.0, "policy": 8.0, "answers": 0.0}
    shares = [row["seconds"] for row in found if row["solution_id"] == WRONG.solution_id]
    assert shares == [1.5, 1.5]
    assert {row["outcome"] for row in found} == {
        "NO_OBJECTION",
        "INCORRECT",
        "NOT_APPLICABLE",
        "CORRECT",
        None,
    }


def test_meta_is_a_map(run: RunFolder) -> None:
    """A named field of the source is reached by name."""
    found = rows(run, "SELECT DISTINCT meta['subset'] AS subset, meta['none'] AS none FROM sources")

    assert found == [{"subset": "easy", "none": None}]


def test_a_repeated_name_in_meta_does_no_harm(tmp_path: Path) -> None:
    """Of two values under one name the first counts; the query does not fail."""
    sources = sample_rows()["sources"]
    twice = replace(sources[0], meta=sources[0].meta * 2)  # type: ignore[attr-defined, type-var]  # a Source
    run = write_sample(open_store(str(tmp_path / "run")), {"sources": [twice]})

    assert rows(run, "SELECT meta FROM sources") == [{"meta": {"subset": "easy", "level": "1"}}]


@pytest.mark.parametrize("view", CONTRACT)
def test_views_neither_drop_nor_repeat_rows(run: RunFolder, view: str) -> None:
    """A view has as many rows as its table, though other tables are joined to it."""
    found = rows(run, f"SELECT count(*) AS n FROM (SELECT DISTINCT * FROM {view})")  # noqa: S608  # ours

    assert found == [{"n": len(sample_rows()[view])}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM labels",
        "SELECT verdict, count(*) FROM labels GROUP BY ALL",
        "SELECT first_error, count(*) FROM first_errors GROUP BY ALL",
        "SELECT outcome, count(*) FROM evidence GROUP BY ALL",
        "SELECT sum(trials) FROM evidence",
        "SELECT outcome, reason FROM evidence WHERE solution_id = 'x'",
    ],
)
def test_joins_cost_nothing_where_they_are_not_used(run: RunFolder, sql: str) -> None:
    """A query that uses no column of another table neither joins nor sorts for it."""
    plan = str(query(connect(run), f"EXPLAIN {sql}").rows[0][1])

    assert "Join" not in plan
    assert "Window" not in plan


def test_a_count_of_solutions_reads_no_steps(run: RunFolder) -> None:
    """The largest table is left out where the number of steps is not asked for."""
    one = "SELECT outcome, count(*) FROM solutions GROUP BY ALL"
    other = "SELECT n_steps, count(*) FROM solutions GROUP BY ALL"
    joins = [str(query(connect(run), f"EXPLAIN {sql}").rows[0][1]) for sql in (one, other)]

    assert joins[0].count("Hash Join") == joins[1].count("Hash Join") - 1


def test_only_committed_files_are_read(run: RunFolder) -> None:
    """A file without a commit does not exist; a removed one exists no more."""
    extra = write_rows(run.store, TABLES["problems"], [text_problem("uncommitted")])
    before = rows(run, "SELECT count(*) AS n FROM problems")
    run.commit([extra])
    during = rows(run, "SELECT count(*) AS n FROM problems")
    run.commit([], [extra.key])
    after = rows(run, "SELECT count(*) AS n FROM problems")

    assert (before, during, after) == ([{"n": 2}], [{"n": 3}], [{"n": 2}])


def test_a_connection_keeps_what_it_opened(run: RunFolder) -> None:
    """What is committed while a reader is connected does not change its counts."""
    con = connect(run)
    run.commit(write_tables(run.store, {"problems": [text_problem("later")]}))

    assert query(con, "SELECT count(*) FROM problems").rows == [(2,)]


def test_queries_run_in_any_place(run: RunFolder) -> None:
    """A run reads the same in memory, and in a folder whose name is full of traps."""
    sql = (
        "SELECT s.source_id, f.first_error FROM first_errors f JOIN solutions s USING (solution_id)"
    )
    sql += " ORDER BY ALL"
    trap = write_sample(open_store(f"{run.store.location}/it's [1] * ? {{a,b}} %20 é"))
    memory = write_sample(open_store(f"memory://{uuid.uuid4().hex}/run"))

    assert rows(run, sql) == rows(trap, sql) == rows(memory, sql)
    assert len(rows(run, sql)) == 3


@pytest.mark.service
def test_queries_run_over_s3(s3_url: str, run: RunFolder) -> None:
    """A run in an object store is queried in place, through fsspec."""
    remote = write_sample(open_store(f"{s3_url}/run"))
    sql = "SELECT verdict, count(*) AS n FROM labels GROUP BY ALL ORDER BY ALL"

    assert rows(run, sql) == rows(remote, sql)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT verdct FROM labels", r'"verdct" not found.*Candidate bindings: "verdict"'),
        ("FROM lables", r'Did you mean "labels".*The views are problems, solutions'),
        ("SELEC 1", "syntax error"),
        ("SELECT error('mine')", "mine"),
        ("SELECT 1 // 0 FROM labels", "zero"),
        ("SELECT 'a'::INT", "Could not convert"),
        ("SELECT nosuchfunction(1)", "nosuchfunction"),
        ("SELECT $missing", "missing"),
    ],
)
def test_a_wrong_query_is_told_in_one_line(run: RunFolder, sql: str, words: str) -> None:
    """DuckDB's words without the excerpt of the query; no traceback, no second line."""
    with connect(run) as con, pytest.raises(QueryError, match=words) as caught:
        query(con, sql)

    assert "\n" not in str(caught.value)
    assert "LINE 1" not in str(caught.value)


def test_parameters_are_bound(run: RunFolder) -> None:
    """Values reach the query as values."""
    with connect(run) as con:
        found = query(con, "SELECT $a AS x, $b AS y", {"a": "'; DROP", "b": [1, 2]})

    assert found.rows == [("'; DROP", [1, 2])]


def test_a_query_cannot_change_the_run(run: RunFolder) -> None:
    """Statements that write fail, or touch the connection only."""
    before = {key: run.store.read(key) for key in run.store.list()}
    for sql in ("DELETE FROM labels", "INSERT INTO steps FROM steps", "DROP TABLE stored.labels"):
        with pytest.raises(QueryError):
            query(connect(run), sql)
    query(connect(run), "DROP VIEW labels")

    assert before == {key: run.store.read(key) for key in run.store.list()}
    assert len(rows(run, "FROM labels")) == 6


def test_temporary_files_go_with_the_connection(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left in the temporary folder or the working directory."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.chdir(tmp_path)
    con = connect(run)
    query(con, "FROM solutions")
    during = list(scratch.iterdir())
    con.close()
    del con

    assert during
    assert list(scratch.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "scratch"]


def test_no_extension_is_fetched(run: RunFolder) -> None:
    """A query for something that an extension would bring fails at once, without the network."""
    with connect(run) as con, pytest.raises((QueryError, StoreError)):
        query(con, "FROM read_parquet('https://localhost:9/x.parquet')")


def test_records_and_views_agree_on_every_field(run: RunFolder) -> None:
    """No field of a record is lost between the table and `stored`."""
    for name, table in TABLES.items():
        with connect(run) as con:
            data = con.execute(f"FROM stored.{name}").fetchall()
            names = [column[0] for column in con.description or ()]

        assert list(column_names(table)) == names
        assert len(to_arrow(table, sample_rows()[name])) == len(data)
        assert {field.name for field in fields(table.record)} >= set(names)
