"""What users get wrong: one line on stderr, exit code 2, nothing lost."""

import json
import os
from pathlib import Path

import pytest

from annotate.cli.main import main
from annotate.methods import METHODS
from tests.running import GSM8K, HUMAN, Waymark, write_jsonl

GOOD = {"id": "a", "problem": "1 + 1?", "solution": "1 + 1 = 2\nThe answer is 2", "answer": "2"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("label", "--no-such-flag"), "--no-such-flag"),
        (("labl",), "labl"),
        (("label",), "nothing to label"),
        (("label", "missing.jsonl", "--out", "run"), "missing.jsonl"),
        (("label", str(HUMAN)), "--out"),
        (("label", str(HUMAN), "--out", "run", "--method", "fromal"), "did you mean 'formal'"),
        (("label", str(HUMAN), "--out", "run", "--rule", "formal(x=1)"), "does not take"),
        (("label", str(HUMAN), "--out", "run", "--map", "prblem=q"), "prblem"),
        (("label", str(HUMAN), "--out", "run", "--map", "problem=q"), "none of 140 rows"),
        (("label", str(HUMAN), "--out", "run", "--segment", "by-magic"), "by-magic"),
        (("label", str(HUMAN), "--out", "run", "--limit", "0"), "--limit"),
        (("label", str(HUMAN), "--out", "run", "--address", "here"), "--address"),
        (("label", str(HUMAN), "--out", "run", "--plugin", "no.py"), "no.py"),
        (("label", "--problem", "p", "--solution", " "), "solution"),
        (("label", "--problem", "p"), "give both"),
        (("label", "--problem", "p", "--solution", "s", "--dry-run"), "--dry-run reads files"),
        (("label", "--problem", "p", "--solution", "\udcff"), "not UTF-8"),
        (("import", str(HUMAN), "--out", "run"), "--source"),
        (("import", str(HUMAN), "--out", "run", "--source", " "), "--source is blank"),
        (("export", "run", "--format", "docx"), "known: jsonl, pairs, parquet"),
        (("evaluate", str(HUMAN), "--truth", "missing.jsonl"), "missing.jsonl"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    arguments: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The value at fault is named, and nothing is written. In this process, which is cheaper."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    found = capsys.readouterr()

    assert (ended.value.code, found.out, len(found.err.splitlines())) == (2, "", 1)
    assert told in found.err
    assert not (tmp_path / "run").exists()


def test_bad_rows_are_set_aside_with_line_and_field_and_the_rest_is_labelled(
    waymark: Waymark,
) -> None:
    """One row of each kind of fault; none of them kills the run."""
    rows = [
        GOOD,
        b'{"problem": "cut off',
        b'{"problem": "bytes \xff", "solution": "x"}',
        {"id": "b", "problem": "no solution here", "solution": 17},
        {"id": "c", "problem": "empty", "solution": "  "},
        {"solution": "no problem"},
        {**GOOD, "solution": "1 + 1 = 3\nThe answer is 3"},
        b'{"problem": "long", "solution": "' + b"x" * 10_000_000 + b'"}',
        [1, 2],
        {"id": "d", "problem": "label", "steps": ["a", "b"], "first_error": 7},
        {**GOOD, "id": "e"},
    ]
    write_jsonl(waymark.folder / "rows.jsonl", rows)

    done = waymark("label", "rows.jsonl", "--out", "run")

    rejected = waymark.query("run", "SELECT row, field, reason FROM rejected ORDER BY row")
    assert [(r["row"], r["reason"]) for r in rejected] == [
        (2, "INVALID_JSON"),
        (3, "INVALID_UTF8"),
        (4, "WRONG_TYPE"),
        (5, "EMPTY_SOLUTION"),
        (6, "MISSING_FIELD"),
        (7, "ID_CONFLICT"),
        (8, "TOO_LARGE"),
        (9, "NOT_AN_OBJECT"),
        (10, "BAD_LABEL"),
    ]
    assert [r["field"] for r in rejected][2:6] == ["solution", "solution", "problem", "id"]
    assert "rows.jsonl:4: solution WRONG_TYPE" in done.stderr
    assert waymark.query("run", "SELECT source_id, n_occurrences FROM solutions") == [
        {"source_id": "a", "n_occurrences": 2}
    ]


def test_strict_stops_at_the_first_bad_row(waymark: Waymark) -> None:
    """Then the row is the error."""
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD, {"solution": "x"}])

    assert "rows.jsonl:2: problem MISSING_FIELD" in waymark.fails(
        "label", "rows.jsonl", "--out", "run", "--strict"
    )


def test_a_folder_of_another_method_is_refused_and_the_difference_told(waymark: Waymark) -> None:
    """Results of two kinds never mix in silence."""
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD])
    waymark("label", "rows.jsonl", "--out", "run")

    line = waymark.fails("label", "rows.jsonl", "--out", "run", "--method", "outcome")
    assert "formal" in line
    assert "outcome" in line
    line = waymark.fails("label", "rows.jsonl", "--out", "run", "--segment", "sentence")
    assert "segmentation: 'auto' in the run, 'sentence' asked for" in line


def test_a_folder_that_is_no_run_is_refused(waymark: Waymark) -> None:
    """Nobody's files are mixed with a run's."""
    (waymark.folder / "docs").mkdir()
    (waymark.folder / "docs" / "thesis.tex").write_text("years of work")
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD])

    assert "thesis.tex" in waymark.fails("label", "rows.jsonl", "--out", "docs")


def test_an_input_that_changed_is_refused_and_one_that_is_new_is_added(waymark: Waymark) -> None:
    """Inputs may be added, never changed."""
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD])
    write_jsonl(waymark.folder / "more.jsonl", [{**GOOD, "solution": "2\nThe answer is 2"}])
    waymark("label", "rows.jsonl", "--out", "run")
    waymark("label", "rows.jsonl", "more.jsonl", "--out", "run")
    write_jsonl(waymark.folder / "rows.jsonl", [{**GOOD, "answer": "3"}])

    assert waymark.query("run", "SELECT count(*) AS n FROM first_errors") == [{"n": 2}]
    assert "has changed" in waymark.fails("label", "rows.jsonl", "--out", "run")


def test_an_input_is_read_under_the_same_names_each_time(waymark: Waymark) -> None:
    """Another mapping would make other problems of the same rows."""
    row = {"q": "1 + 1?", "text": "1 + 1 = 2", "gold": "2"}
    write_jsonl(waymark.folder / "rows.jsonl", [row])
    names = ("--map", "problem=q", "--map", "solution=text")
    waymark("label", "rows.jsonl", "--out", "run", *names)

    line = waymark.fails("label", "rows.jsonl", "--out", "run", *names, "--map", "answer=gold")
    assert "repeat the same --map" in line


def test_a_limit_may_grow_and_ends_in_the_same_run(waymark: Waymark) -> None:
    """Labelling ten, then all, gives what labelling all at once gives."""
    waymark("label", HUMAN, "--out", "grown", "--limit", "10")
    assert waymark.query("grown", "SELECT count(*) AS n FROM solutions") == [{"n": 10}]
    waymark("label", HUMAN, "--out", "grown")
    waymark("label", HUMAN, "--out", "whole")

    assert waymark.digest("grown") == waymark.digest("whole")


def test_a_rerun_adds_nothing(waymark: Waymark) -> None:
    """The second time there is nothing to read and nothing to check."""
    waymark("label", HUMAN, "--out", "run")
    before = waymark.digest("run")
    again = json.loads(waymark("label", HUMAN, "--out", "run", "--json").stdout)

    assert again["this_call"]["labelled"] == 0
    assert again["this_call"]["ingested"]["rows"] == 0
    assert waymark.digest("run") == before


def test_a_dry_run_counts_and_writes_nothing(waymark: Waymark) -> None:
    """What would be read, what would be set aside."""
    report = json.loads(waymark("label", GSM8K, "--dry-run", "--json").stdout)

    assert report["solutions"] == 400
    assert list(waymark.folder.iterdir()) == []


def test_what_an_input_lacks_is_said_where_nothing_is_labelled(waymark: Waymark) -> None:
    """An empty file, problems alone, and a truth without first errors are told apart."""
    (waymark.folder / "empty.jsonl").touch()
    bare = {"id": "b", "problem": "2 + 2?", "answer": "4"}
    write_jsonl(waymark.folder / "bare.jsonl", [bare])
    write_jsonl(waymark.folder / "good.jsonl", [GOOD])

    empty = waymark("label", "empty.jsonl", "--out", "empty").stdout
    alone = waymark.fails("label", "bare.jsonl", "--out", "bare")
    mixed = waymark("label", "good.jsonl", "bare.jsonl", "--out", "run").stdout

    assert "The inputs hold no rows." in empty
    assert "No row held a solution" not in empty
    assert "the method formal draws none" in alone
    assert "--method omegaprm --policy embedded" in alone
    assert not (waymark.folder / "bare").exists()
    assert "1 problem has no solution, and no method here draws one." in mixed
    again = waymark.fails("label", "run", "--out", "copy")
    assert "'run' is a run folder" in again
    assert "waymark relabel" in again
    told = waymark.fails("evaluate", "run", "--truth", "good.jsonl")
    assert "the truth holds no row with a first error" in told


def test_a_corrupt_file_is_named_and_the_rest_stays_readable(waymark: Waymark) -> None:
    """Check says which file and what to do; queries that do not need it still answer."""
    waymark("label", HUMAN, "--out", "run")
    (labels,) = Path(waymark.folder, "run", "tables", "labels").iterdir()
    labels.write_bytes(labels.read_bytes()[:200])

    done = waymark("check", "run", code=2)
    assert labels.name in done.stdout
    assert waymark.query("run", "SELECT count(*) AS n FROM solutions") == [{"n": 140}]
    assert "waymark check" in waymark.fails("query", "run", "SELECT count(verdict) FROM labels")
    (steps,) = Path(waymark.folder, "run", "tables", "steps").iterdir()
    steps.write_bytes(steps.read_bytes()[:200])
    assert "waymark check" in waymark.fails("relabel", "run", "--rule", "outcome")


def test_a_newer_schema_is_refused(waymark: Waymark) -> None:
    """A run of a later version is not guessed at."""
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD])
    waymark("label", "rows.jsonl", "--out", "run")
    run_file = waymark.folder / "run" / "run.json"
    held = json.loads(run_file.read_text())
    run_file.write_text(json.dumps({**held, "schema_version": 999}))

    assert "upgrade Waymark" in waymark.fails("query", "run", "SELECT 1")


def test_settings_come_from_the_file_and_flags_override_them(waymark: Waymark) -> None:
    """waymark.toml gives defaults; an unknown section or key is an error."""
    config = waymark.folder / "waymark.toml"
    config.write_text("[label]\nlimit = 3\n")
    write_jsonl(waymark.folder / "rows.jsonl", [{**GOOD, "id": str(i)} for i in range(9)])

    waymark("label", "rows.jsonl", "--out", "three")
    waymark("label", "rows.jsonl", "--out", "five", "--limit", "5")
    counts = [
        waymark.query(run, "SELECT count(*) AS n FROM sources")[0]["n"] for run in ("three", "five")
    ]
    assert counts == [3, 5]

    config.write_text('[label]\nout = "from_file"\nmap = ["solution=text"]\n')
    write_jsonl(waymark.folder / "named.jsonl", [{"problem": "p", "text": "1 + 1 = 2"}])
    waymark("label", "named.jsonl")
    assert waymark.query("from_file", "SELECT count(*) AS n FROM solutions") == [{"n": 1}]

    config.write_text("[label]\nlimt = 3\n")
    assert "did you mean 'limit'" in waymark.fails("label", "rows.jsonl", "--out", "run")
    config.write_text("[lable]\nlimit = 3\n")
    assert "did you mean 'label'" in waymark.fails("label", "rows.jsonl", "--out", "run")
    config.write_text("[label]\nlimit = [1]\n")
    assert "limit = [1]" in waymark.fails("label", "rows.jsonl", "--out", "run")
    config.write_text("[label\n")
    assert "not valid TOML" in waymark.fails("label", "rows.jsonl", "--out", "run")


def test_the_environment_sets_options_by_their_flags_names(
    waymark: Waymark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WAYMARK_LABEL_OUT is --out of label."""
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD])
    monkeypatch.setattr(
        "tests.running.environment", lambda: {**os.environ, "WAYMARK_LABEL_OUT": "by_environment"}
    )
    waymark("label", "rows.jsonl")

    assert waymark.query("by_environment", "SELECT count(*) AS n FROM solutions") == [{"n": 1}]


def test_init_writes_settings_that_are_read_back(waymark: Waymark) -> None:
    """The file is valid, names every option, and is not replaced by accident."""
    waymark("init")
    text = (waymark.folder / "waymark.toml").read_text()
    write_jsonl(waymark.folder / "rows.jsonl", [GOOD])
    (waymark.folder / "waymark.toml").write_text(text.replace("# shard_size", "shard_size"))

    waymark("label", "rows.jsonl", "--out", "run")
    assert "[label]" in text
    assert "--force" in waymark.fails("init")


def test_methods_are_listed_and_told(waymark: Waymark) -> None:
    """All of them in JSON; one with what its parts say; an unknown name in one line."""
    listed = json.loads(waymark("methods", "--json").stdout)
    told = waymark("methods", "epicprm").stdout

    assert [one["name"] for one in listed] == list(METHODS)
    assert '--rule "half_root(fraction=0.5)"' in told
    assert "held against: labels worked out by hand; its published code" in told
    assert "Cost: at most `k * ceil(log2(n_steps))` rollouts per wrong solution" in told
    assert "did you mean 'epicprm'?" in waymark.fails("methods", "epicprn")


def test_doctor_tells_versions(waymark: Waymark) -> None:
    """What is installed and what is missing."""
    report = json.loads(waymark("doctor", "--json").stdout)

    assert {"duckdb", "ray"} <= {part["name"] for part in report["parts"]}
