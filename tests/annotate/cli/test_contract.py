"""What other tools rely on: views, columns, JSON on stdout, exit codes."""

import json
from pathlib import Path

import duckdb
import pytest

from annotate.cli.query import show_rows
from tests.running import GSM8K, HUMAN, Waymark, write_jsonl

COLUMNS = {
    "solutions": {
        "solution_id",
        "problem_id",
        "source_id",
        "n_steps",
        "final_answer",
        "outcome",
    },
    "evidence": {
        "solution_id",
        "step_index",
        "source",
        "outcome",
        "successes",
        "trials",
        "reason",
        "tokens",
        "seconds",
    },
    "labels": {
        "solution_id",
        "step_index",
        "rule",
        "verdict",
        "value",
        "value_kind",
        "p_correct",
    },
    "first_errors": {"solution_id", "rule", "first_error", "confidence"},
    "problems": {"problem_id"},
    "steps": {"solution_id", "step_index"},
    "sources": {"solution_id"},
    "rollouts": set(),
    "grades": set(),
    "rejected": {"reason"},
    "costs": {"seconds"},
}


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Waymark:
    """Return the tool in a folder whose `run` holds the labelled sample."""
    tool = Waymark(folder=tmp_path_factory.mktemp("contract"))
    tool("label", GSM8K, HUMAN, "--out", "run", "--method", "formal")
    return tool


@pytest.mark.parametrize("view", COLUMNS)
def test_each_view_has_its_columns_also_where_it_is_empty(labelled: Waymark, view: str) -> None:
    """The views and columns that the contract names are there."""
    names = {row["column_name"] for row in labelled.query("run", f"DESCRIBE {view}")}

    assert names >= COLUMNS[view]


def test_json_is_one_array_and_nothing_else(labelled: Waymark) -> None:
    """A program can read stdout as it is."""
    done = labelled(
        "query", "run", "SELECT 1 AS one, NULL AS none, 'ä' AS text", "--format", "json"
    )

    assert json.loads(done.stdout) == [{"one": 1, "none": None, "text": "ä"}]
    assert done.stderr == ""


def test_an_empty_result_is_an_empty_array(labelled: Waymark) -> None:
    """No rows is not no JSON."""
    assert labelled.query("run", "SELECT * FROM rollouts") == []


def test_columns_of_one_name_are_not_dropped_from_json(labelled: Waymark) -> None:
    """An object holds a name once: the user is told to name them apart."""
    line = labelled.fails("query", "run", "SELECT 1 AS x, 2 AS x", "--format", "json")

    assert "name them apart" in line


def test_numbers_are_numbers_in_json_also_from_the_shell(labelled: Waymark) -> None:
    """A decimal is no text, and the form asked for holds for statements on standard input."""
    done = labelled("query", "run", "--json", text="SELECT 0.5 AS half;\n")

    assert json.loads(done.stdout) == [{"half": 0.5}]


def test_a_boxed_solution_is_not_its_own_reference(waymark: Waymark) -> None:
    """Without an accepted answer nothing is graded."""
    view = json.loads(
        waymark("label", "--problem", "2 + 3?", "--solution", "\\boxed{7}", "--json").stdout
    )

    assert (view["answers"], view["outcome"]) == ([], "NOT_CHECKED")


def test_csv_has_a_header_and_all_rows(labelled: Waymark) -> None:
    """The other machine-readable form."""
    done = labelled("query", "run", "SELECT i FROM range(3) t(i)", "--format", "csv")

    assert done.stdout.splitlines() == ["i", "0", "1", "2"]


def test_ids_stay_whole_in_a_table_beside_long_texts(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of one problem's solutions differ in their last digits alone."""
    show_rows(
        duckdb.connect(),
        "SELECT repeat('3ff9', 7) || '000' || n AS solution_id, solution_id AS other_id, "
        "repeat('word ', 60) AS a, repeat('w', 99) AS b FROM range(2) t(n)",
    )
    page = capsys.readouterr().out

    assert [page.count(f"{'3ff9' * 7}000{n}") for n in range(2)] == [2, 2]


def test_every_solution_of_the_sample_is_labelled_once(labelled: Waymark) -> None:
    """400 + 140 rows give 540 solutions, each with one first error and one label per step."""
    counts = labelled.query(
        "run",
        """
        SELECT (SELECT count(*) FROM solutions) AS solutions,
               (SELECT count(DISTINCT solution_id) FROM first_errors
                WHERE rule = 'formal') AS firsts,
               (SELECT count(*) FROM steps) AS steps,
               (SELECT count(*) FROM labels WHERE rule = 'formal') AS labels,
               (SELECT sum(n_steps) FROM solutions) AS n_steps
        """,
    )

    assert counts == [
        {
            "solutions": 540,
            "firsts": 540,
            "steps": counts[0]["steps"],
            "labels": counts[0]["steps"],
            "n_steps": counts[0]["steps"],
        }
    ]


def test_outcomes_agree_with_who_published_the_solutions(labelled: Waymark) -> None:
    """GSM8K's own `is_correct` against the checker of final answers: at most one in 100 differs."""
    truth = {
        (number + 1, part): row[name]["is_correct"]
        for number, row in enumerate(map(json.loads, GSM8K.read_text().splitlines()))
        for part, name in enumerate(
            ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")
        )
    }
    found = labelled.query(
        "run",
        "SELECT row, part, outcome FROM sources JOIN solutions USING (solution_id) "
        "WHERE input_name LIKE 'gsm8k%'",
    )

    differing = [r for r in found if (r["outcome"] == "CORRECT") != truth[r["row"], r["part"]]]
    assert len(found) == 400
    assert len(differing) <= 4, differing


def test_outcomes_are_names_of_members(labelled: Waymark) -> None:
    """Verdicts and outcomes are words, and the four kinds of label are kept apart."""
    (row,) = labelled.query(
        "run",
        "SELECT (SELECT list(DISTINCT outcome) FROM evidence) AS said, "
        "(SELECT list(DISTINCT verdict) FROM labels) AS labels",
    )

    assert {"NO_OBJECTION", "INCORRECT", "NOT_APPLICABLE", "CORRECT"} <= set(row["said"])
    assert set(row["labels"]) <= {"CORRECT", "INCORRECT", "UNKNOWN", "NOT_CHECKED"}


def test_a_refuted_step_has_its_certificate(labelled: Waymark) -> None:
    """Both values and the claim, which is a part of the step's own text."""
    rows = labelled.query(
        "run",
        "SELECT e.certificate, s.text FROM evidence e JOIN steps s USING (solution_id, step_index) "
        "WHERE e.source = 'arithmetic' AND e.outcome = 'INCORRECT'",
    )

    assert rows
    for row in rows:
        assert row["certificate"]["claim"] in row["text"]
        assert [value["name"] for value in row["certificate"]["values"]] == ["stated", "computed"]


def test_a_sql_error_is_one_line(labelled: Waymark) -> None:
    """A slip in a query is the user's to mend, and names what is there."""
    assert "solutoins" in labelled.fails("query", "run", "SELECT * FROM solutoins")
    assert "no_such" in labelled.fails("query", "run", "SELECT no_such FROM solutions")
    assert "syntax" in labelled.fails("query", "run", "SELEC 1").lower()


def test_the_shell_answers_and_survives_an_error(labelled: Waymark) -> None:
    """Without SQL, statements are read from standard input."""
    done = labelled("query", "run", text="SELECT 41 + 1 AS n;\nSELEC;\nSELECT 'still here' AS t;\n")

    assert "42" in done.stdout
    assert "still here" in done.stdout
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_run_that_is_not_there_is_the_users_mistake(labelled: Waymark) -> None:
    """Each command that reads a run says so in one line."""
    for arguments in (["query", "no"], ["show", "no", "x"], ["check", "no"], ["digest", "no"]):
        assert "no run" in labelled.fails(*arguments)


def test_show_gives_steps_with_evidence(labelled: Waymark) -> None:
    """By solution id, by its first digits, or by the id in the input."""
    (row,) = labelled.query(
        "run",
        "SELECT solution_id, source_id FROM first_errors JOIN solutions USING (solution_id) "
        "WHERE first_error IS NOT NULL AND source_id LIKE 'multi%' ORDER BY 1 LIMIT 1",
    )
    page = labelled("show", "run", row["solution_id"]).stdout
    view = json.loads(labelled("show", "run", row["source_id"], "--json").stdout)

    assert "computed" in page
    assert view["solution_id"] == row["solution_id"]
    assert view["steps"][0]["labels"][0]["rule"] == "formal"


def test_relabel_adds_labels_without_asking_again(labelled: Waymark) -> None:
    """Another rule over the same evidence; the second time there is nothing to do."""
    before = labelled.query("run", "SELECT count(*) AS n FROM evidence")
    first = json.loads(labelled("relabel", "run", "--rule", "outcome", "--json").stdout)
    again = json.loads(labelled("relabel", "run", "--rule", "outcome", "--json").stdout)

    assert first["this_call"]["labelled"] == 540
    assert again["this_call"]["labelled"] == 0
    assert labelled.query("run", "SELECT count(*) AS n FROM evidence") == before
    rules = labelled.query(
        "run", "SELECT rule, count(*) AS n FROM first_errors GROUP BY ALL ORDER BY 1"
    )
    assert rules == [{"rule": "formal", "n": 540}, {"rule": "outcome", "n": 540}]


def test_relabel_tells_what_each_rule_covers(labelled: Waymark) -> None:
    """Two rules in one table; `all` is named alone."""
    told = json.loads(
        labelled("relabel", "run", "--rule", "formal", "--rule", "outcome", "--json").stdout
    )
    page = " ".join(labelled("relabel", "run", "--rule", "outcome").stdout.split())

    formal, outcome = (one["coverage"] for one in told["rules"])
    assert sum(formal[word] for word in ("decided", "undecided", "not_checked")) == 540
    assert formal["why"]["NO_FINDING"] > 0
    assert f"outcome 0 {outcome['decided']}" in page
    assert "name it alone" in labelled.fails("relabel", "run", "--rule", "all", "--rule", "vote")


def test_relabel_by_the_runs_own_rule_does_nothing(labelled: Waymark) -> None:
    """Equal provenance is one labelling, whichever command asked for it."""
    again = json.loads(labelled("relabel", "run", "--rule", "formal", "--json").stdout)

    assert again["this_call"]["labelled"] == 0


def test_check_finds_nothing_wrong(labelled: Waymark) -> None:
    """A run that was written undisturbed is whole."""
    assert json.loads(labelled("check", "run", "--json").stdout)["faults"] == []


@pytest.mark.parametrize("form", ["jsonl", "parquet", "qwen_prm", "processbench", "trl", "scan"])
def test_every_format_is_written(labelled: Waymark, form: str) -> None:
    """Each format gives a file, and says what it left out."""
    done = labelled("export", "run", "--rule", "formal", "--format", form, "--out", f"out.{form}")

    assert Path(labelled.folder, f"out.{form}").stat().st_size > 0
    assert "rows written" in done.stderr


def test_a_single_solution_is_labelled_on_the_terminal(waymark: Waymark) -> None:
    """No files: the problem, the solution and the answer are on the command line."""
    arguments = (
        "label",
        "--problem",
        "Tom has 3 boxes of 4 pens and 2 pens more. How many pens?",
        "--solution",
        "3 * 4 = 12\n12 + 2 = 15\nThe answer is 15.",
        "--answer",
        "14",
    )
    page = waymark(*arguments).stdout
    view = json.loads(waymark(*arguments, "--json").stdout)

    assert "12 + 2 = 15" in page
    assert [step["labels"][0]["verdict"] for step in view["steps"]] == [
        "UNKNOWN",
        "INCORRECT",
        "INCORRECT",
    ]
    assert view["outcome"] == "INCORRECT"
    assert list(waymark.folder.iterdir()) == []


def test_imported_labels_score_perfectly_against_themselves(waymark: Waymark) -> None:
    """What humans said, imported and evaluated against the same file, is exact throughout."""
    waymark("import", HUMAN, "--source", "human", "--out", "human")
    report = json.loads(waymark("evaluate", "human", "--truth", HUMAN, "--json").stdout)

    (scores,) = [entry["scores"] for entry in report["sets"]]
    assert report["n_paired"] == 140
    assert scores["exact"]["value"] == 1.0
    assert scores["f1"] == 1.0


def test_runs_and_files_are_evaluated_side_by_side(labelled: Waymark) -> None:
    """Paired on shared solutions, grouped by fields of the truth."""
    report = json.loads(
        labelled(
            "evaluate", "run:formal", HUMAN, "--truth", HUMAN, "--by", "set,domain", "--json"
        ).stdout
    )

    assert report["n_paired"] == 140
    assert [entry["name"] for entry in report["sets"]] == ["run:formal", str(HUMAN)]
    assert [grouping["names"] for grouping in report["groupings"]] == [["set"], ["domain"]]


def test_scores_of_a_reward_model_are_imported_as_evidence(waymark: Waymark) -> None:
    """Scores keep their values, and a threshold makes them labels of the rule `stated`."""
    rows = [{"problem": "p", "steps": ["a", "b"], "scores": [0.9, 0.2]}]
    write_jsonl(waymark.folder / "prm.jsonl", rows)
    waymark("import", "prm.jsonl", "--source", "my-prm", "--out", "run")

    assert waymark.query("run", "SELECT source, score FROM evidence ORDER BY step_index") == [
        {"source": "my-prm", "score": 0.9},
        {"source": "my-prm", "score": 0.2},
    ]
    assert waymark.query("run", "SELECT rule, first_error FROM first_errors") == [
        {"rule": "stated", "first_error": 1}
    ]
