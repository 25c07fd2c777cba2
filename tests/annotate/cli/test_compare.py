"""`waymark compare` and `waymark threshold`: methods against truth, and what follows for export."""

import contextlib
import io
import json
from pathlib import Path

import pytest

from annotate.cli.main import main
from annotate.worlds.simulated import DELIMITER, SimulatedWorld, first_error
from schemas import Piece, make_solution
from tests.annotate.simulated_runs import rows_of
from tests.running import write_jsonl

N_PROBLEMS, N_DRAWN = 5, 2
N_SOLUTIONS = 9  # one was drawn twice
METHODS = ("math_shepherd", "waymark", "outcome")
COMPARE = ("compare", "rows.jsonl", "--truth", "rows.jsonl", "--out", "run")
METHODS_ASKED = ("--methods", ",".join(METHODS), "--policy", "simulated", "--no-policy-check")
THRESHOLD = ("threshold", "run", "--truth", "rows.jsonl", "--rule", "posterior")


def write_rows(path: Path) -> Path:
    """Write solutions of simulated problems with their first errors."""
    world = SimulatedWorld()
    rows = []
    for problem in world.problems(N_PROBLEMS):
        for number in range(N_DRAWN):
            text = world.complete(problem.question, "", number)
            pieces = tuple(Piece(text=step) for step in text.split(DELIMITER))
            at = first_error(problem, make_solution(problem, pieces))
            rows.append(
                {
                    "problem": problem.question,
                    "answer": problem.answers[0],
                    "solution": text,
                    "first_error": -1 if at is None else at,
                }
            )
    return write_jsonl(path, rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run of three methods, made by the command."""
    folder = tmp_path_factory.mktemp("compare")
    write_rows(folder / "rows.jsonl")
    page = io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(page),
        pytest.raises(SystemExit) as ended,
    ):
        main([*COMPARE, *METHODS_ASKED])
    (folder / "page.txt").write_text(page.getvalue())
    assert ended.value.code == 0
    return folder


@pytest.fixture
def there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder, as the current one."""
    monkeypatch.chdir(folder)
    return folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Return what a command prints: on stdout, or the one line of a mistake."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    found = capsys.readouterr()
    assert ended.value.code == code, found.err
    if code:
        assert (found.out, len(found.err.splitlines())) == ("", 1)
    return found.err if code else found.out


def test_methods_are_compared_by_what_they_say_and_what_they_asked_for(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same command asks nothing anew; completions that methods share are paid for once."""
    page = (there / "page.txt").read_text()
    report = json.loads(told(capsys, *COMPARE, *METHODS_ASKED, "--json"))
    held = json.loads(told(capsys, "compare", "--run", "run", "--truth", "rows.jsonl", "--json"))

    comparison = report["comparison"]
    assert report["this_call"]["rollouts"] == 0
    ((paid, tokens),) = rows_of(str(there / "run"), "SELECT count(*), sum(tokens) FROM rollouts")
    assert comparison["paid"] == comparison["together"] == {"rollouts": paid, "tokens": tokens}
    shepherd, ours, outcome = comparison["methods"]
    assert [one["name"] for one in comparison["methods"]] == list(METHODS)
    assert sorted(one["name"] for one in held["comparison"]["methods"]) == sorted(METHODS)
    assert comparison["n_compared"] == comparison["n_truth"] == N_SOLUTIONS
    assert shepherd["drawn"]["tokens"] > ours["drawn"]["tokens"] > outcome["drawn"]["tokens"] == 0
    # All truths were labelled: the mean of what each cost makes up all that was drawn.
    in_all = shepherd["drawn_in_all"]["tokens"]
    assert shepherd["drawn"]["tokens"] * comparison["n_compared"] == pytest.approx(in_all)
    assert [point["confidence"] for point in shepherd["curve"]["points"]] == [None]
    assert ours["trusted"]["threshold"]["outcome"] == "TOO_FEW"
    assert "of these, dropped by the screen" in page
    assert "9 solutions that all methods labelled and the truth holds" in page
    assert "A math_shepherd, B waymark, C outcome" in page


def test_a_threshold_is_what_an_export_is_cut_at(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that is printed writes the decisions that were counted, and no others."""
    few = ("--precision", "0.5", "--least", "2")
    page = told(capsys, *THRESHOLD, *few)
    found = json.loads(told(capsys, *THRESHOLD, *few, "--json"))
    words = found["export"][1:]
    done = json.loads(told(capsys, *words, "--format", "jsonl", "--out", "cut.jsonl", "--json"))

    level = found["confidence"]
    assert f"--rule posterior --at {level:g} --format qwen_prm" in page
    threshold = found["threshold"]
    n_taken = threshold["chosen"]["decided"] + threshold["coverage"]["hits"]
    assert done["written"] == n_taken
    assert sum(done["skipped"].values()) == N_SOLUTIONS - n_taken
    rows = [json.loads(line) for line in (there / "cut.jsonl").read_text().splitlines()]
    assert min(row["labels"]["confidence"] for row in rows) >= level


def test_labels_without_a_confidence_are_left_out_of_a_cut_export(
    there: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where that is all of them, the line says why, and the file stays as it was."""
    cut = ("export", "run", "--format", "jsonl", "--out", str(there / "cut.jsonl"), "--json")
    sure = json.loads(told(capsys, *cut, "--rule", "waymark", "--at", "0.9"))
    bare = told(capsys, *cut, "--rule", "math_shepherd", "--at", "0.5", code=2)

    assert sure["skipped"]["BELOW_CONFIDENCE"] > 0
    assert f"left out: {N_SOLUTIONS} NO_CONFIDENCE. The rule gives no confidence" in bare
    assert len((there / "cut.jsonl").read_text().splitlines()) == sure["written"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("compare", "--truth", "rows.jsonl"), "nothing to compare"),
        (("compare", "rows.jsonl", "--truth", "rows.jsonl"), "--out is missing"),
        (("compare", "rows.jsonl", "--truth", "rows.jsonl", "--out", "x"), "--methods is missing"),
        (("compare", "rows.jsonl", "--truth", "rows.jsonl", "--run", "run"), "leave PROBLEMS"),
        (("compare", "--run", "run", "--truth", "bare.jsonl"), "no row with a first error"),
        (("compare", "--run", "run", "--truth", "other.jsonl"), "no solution is shared"),
        (
            ("compare", "--run", "run", "--truth", "rows.jsonl", "--methods", "scan"),
            "no labels by method",
        ),
        ((*COMPARE, "--methods", "wymark"), "did you mean 'waymark'"),
        (
            (
                *("compare", "alone.jsonl", "--truth", "rows.jsonl", "--out", "x"),
                *("--methods", "scan,outcome", *METHODS_ASKED[2:]),
            ),
            "the method outcome draws none: leave it out",
        ),
        ((*THRESHOLD[:3], "bare.jsonl"), "no row with a first error"),
        ((*THRESHOLD, "--least", "99"), "99 are needed"),
        ((*THRESHOLD[:4], "--rule", "any_success"), "has a confidence"),
        ((*THRESHOLD[:3], "other.jsonl", "--rule", "posterior"), "no solution is shared"),
        ((*THRESHOLD, "--precision", "nan"), "--precision nan"),
        (("export", "run", "--format", "jsonl", "--rule", "posterior", "--at", "nan"), "at=nan"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    there: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    """What is missing or cannot be had is named, before anything is paid for."""
    problem = {"problem": "1 + 1?", "solution": "1 + 1 = 2"}
    write_jsonl(there / "bare.jsonl", [problem])
    write_jsonl(there / "alone.jsonl", [{"problem": "1 + 1?", "answer": "2"}])
    write_jsonl(there / "other.jsonl", [{**problem, "first_error": -1}])

    assert line in told(capsys, *arguments, code=2)
    assert not (there / "x").exists()
