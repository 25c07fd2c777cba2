"""Exported files: whole or not at all, and read back by the inputs with the same labels."""

import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from annotate.exports import (
    ExportOptions,
    ExportRow,
    Skipped,
    SkipReason,
    export_rows,
    read_rows,
)
from annotate.inputs import ParsedRow, ReadOptions
from annotate.inputs import read_rows as read_input
from schemas import (
    GIVEN_SEPARATOR,
    Basis,
    Evidence,
    ExportError,
    FirstError,
    FirstErrorVerdict,
    LabelVerdict,
    Piece,
    RegistryError,
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
    text_problem,
)

OpenRun = Callable[..., duckdb.DuckDBPyConnection]

RIGHT, WRONG, UNKNOWN = LabelVerdict.CORRECT, LabelVerdict.INCORRECT, LabelVerdict.UNKNOWN
GATHERING = make_gathering("ask_verifiers", arguments="{}", sources=("arithmetic",))
LABELLING = make_labelling(
    "formal",
    arguments="{}",
    method=None,
    gathering_ids=(GATHERING.gathering_id,),
    code_version="0.1.0",
)
OTHER = make_labelling(
    "outcome", arguments="{}", method=None, gathering_ids=(), code_version="0.1.0"
)
PROBLEMS = tuple(
    text_problem(f"Was ist {n} \u00d7 ½?\n\\[x^{n}\\]", answers=("7",)) for n in range(7)
)
STEP_TEXTS = (
    "plain",
    "two\nlines",
    "a blank\n\nline",
    "\\frac{1}{2} \\$5",
    "日本語 🙂 e\u0301",
    '"q" <b> \t end',
)
VERDICTS = ((RIGHT, RIGHT, WRONG, WRONG), (RIGHT, RIGHT), (RIGHT, UNKNOWN, WRONG), (UNKNOWN,))


def solution(number: int) -> tuple[Solution, tuple[LabelVerdict, ...]]:
    """Return a solution with the verdicts of its steps."""
    verdicts = VERDICTS[number % len(VERDICTS)]
    pieces = tuple(
        Piece(text=f"{i} {STEP_TEXTS[(number + i) % len(STEP_TEXTS)]}")
        for i in range(len(verdicts))
    )
    return make_solution(PROBLEMS[number], pieces, separator=GIVEN_SEPARATOR), verdicts


SOLUTIONS = [solution(number) for number in range(len(PROBLEMS))]


def first_error(made: Solution, verdicts: tuple[LabelVerdict, ...]) -> FirstError:
    """Return the first error that the verdicts state."""
    found = WRONG in verdicts
    clean = set(verdicts) == {RIGHT}
    decided = FirstErrorVerdict.NONE_FOUND if clean else FirstErrorVerdict.UNDECIDED
    return FirstError(
        labelling_id=LABELLING.labelling_id,
        solution_id=made.solution_id,
        verdict=FirstErrorVerdict.FOUND if found else decided,
        step_index=verdicts.index(WRONG) if found else None,
        confidence=None,
        posterior=(),
        uncorrected=(),
        visibility=None,
    )


@pytest.fixture
def con(open_run: OpenRun) -> duckdb.DuckDBPyConnection:
    """Return a connection to a run with seven labelled solutions, two of which share an id."""
    ids = ["same", "same", "c", "d", "e", "f", None]
    return open_run(
        problems=PROBLEMS,
        solutions=[made for made, _ in SOLUTIONS],
        steps=[step for made, _ in SOLUTIONS for step in made.steps],
        sources=[
            Source(
                input_id="0" * 32,
                row=number + 1,
                part=0,
                input_name="in.jsonl",
                source_id=ids[number],
                problem_id=made.problem_id,
                solution_id=made.solution_id,
                generator="g",
                meta=(),
            )
            for number, (made, _) in enumerate(SOLUTIONS)
        ],
        gatherings=[GATHERING],
        labellings=[LABELLING, OTHER],
        labels=[
            StepLabel(
                labelling_id=LABELLING.labelling_id,
                solution_id=made.solution_id,
                step_index=index,
                verdict=verdict,
                value=None,
                value_kind=None,
                p_correct=None,
                semantics=Semantics.FIRST_ERROR,
                basis=Basis.OBSERVED,
                weight=1.0,
            )
            for made, verdicts in SOLUTIONS
            for index, verdict in enumerate(verdicts)
        ],
        first_errors=[first_error(made, verdicts) for made, verdicts in SOLUTIONS],
        evidence=[
            Evidence(
                gathering_id=gathering_id,
                problem_id=made.problem_id,
                solution_id=made.solution_id,
                step_index=0,
                prefix_id=None,
                scope=Scope.STEP,
                source_kind=SourceKind.IMPORTED,
                source="scores",
                ordinal=0,
                score=number / 10,
            )
            for number, (made, _) in enumerate(SOLUTIONS[1:])
            for gathering_id in (GATHERING.gathering_id, "f" * 32)
        ],
    )


def exported(con: duckdb.DuckDBPyConnection, name: str, out: Path) -> list[ParsedRow]:
    """Return what the inputs read from an export."""
    export_rows(read_rows(con, LABELLING), name, str(out))
    parsed = list(read_input(str(out), options=ReadOptions()))
    return [row for row in parsed if isinstance(row, ParsedRow)]


def test_rows_come_in_order_whatever_the_chunk(con: duckdb.DuckDBPyConnection) -> None:
    """Chunks of any size give the same rows, in order of the solution id."""
    whole = list(read_rows(con, LABELLING))

    assert whole == list(read_rows(con, LABELLING, chunk_size=1))
    assert whole == list(read_rows(con, LABELLING, chunk_size=3))
    ids = [row.solution_id for row in whole if isinstance(row, ExportRow)]
    assert ids == sorted(made.solution_id for made, _ in SOLUTIONS)


def test_a_row_has_its_own_labels_and_the_evidence_read(con: duckdb.DuckDBPyConnection) -> None:
    """Labels of each solution stand with it; evidence of other gatherings stays out."""
    rows = {r.solution_id: r for r in read_rows(con, LABELLING) if isinstance(r, ExportRow)}

    for number, (made, verdicts) in enumerate(SOLUTIONS):
        row = rows[made.solution_id]
        assert tuple(step.verdict for step in row.steps) == verdicts
        assert [step.text for step in row.steps] == [step.text for step in made.steps]
        assert [item.score for item in row.evidence] == ([(number - 1) / 10] if number else [])


def test_ids_that_solutions_share_are_told_apart(con: duckdb.DuckDBPyConnection) -> None:
    """An id of the input is kept where it is the solution's own; every row has one of its own."""
    rows = [row for row in read_rows(con, LABELLING) if isinstance(row, ExportRow)]

    ids = {row.row_id for row in rows}
    assert len(ids) == len(rows)
    assert {"c", "d", "e", "f"} < ids
    assert "same" not in ids


def test_a_labelling_that_says_nothing_is_counted(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Solutions that a rule never decided are no rows: where that is all, the file stays."""
    out = tmp_path / "out.jsonl"
    out.write_bytes(b"before")
    with pytest.raises(ExportError, match=f"left out: {len(SOLUTIONS)} NOT_LABELLED"):
        export_rows(read_rows(con, OTHER), "jsonl", str(out))

    assert list(tmp_path.glob("*out*")) == [out]
    assert out.read_bytes() == b"before"


@pytest.mark.parametrize(("n_steps", "helps"), [(3, True), (1, False)])
def test_an_assumption_is_named_where_it_would_help(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, n_steps: int, *, helps: bool
) -> None:
    """A doubted step before a first error can be assumed right; without a first error none can."""
    rows = [
        row
        for row in read_rows(con, LABELLING)
        if isinstance(row, ExportRow) and len(row.steps) == n_steps
    ]

    with pytest.raises(ExportError, match="UNDECIDED_STEP") as caught:
        export_rows(rows, "trl", str(tmp_path / "out.jsonl"))
    assert ("--assume-correct-before-error" in str(caught.value)) == helps


@pytest.mark.parametrize("name", ["jsonl", "parquet", "processbench"])
def test_first_errors_are_read_back(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str
) -> None:
    """The inputs read an export as the same solutions with the same first errors."""
    suffix = ".parquet" if name == "parquet" else ".jsonl"
    rows = exported(con, name, tmp_path / f"out{suffix}")

    expected = {
        made.content_id: (decided.verdict, decided.step_index)
        for made, verdicts in SOLUTIONS
        if (decided := first_error(made, verdicts)).verdict is not FirstErrorVerdict.UNDECIDED
    }
    stated = {
        row.solution.content_id: (row.given.first_error, row.given.first_error_step)
        for row in rows
        if row.solution is not None and row.given.first_error is not None
    }
    assert stated == expected
    assert name == "processbench" or len(rows) == len(SOLUTIONS)


@pytest.mark.parametrize("name", ["qwen_prm", "trl"])
def test_step_labels_are_read_back(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, name: str
) -> None:
    """The inputs read decided steps up to the error with the labels that were written."""
    rows = exported(con, name, tmp_path / "out.jsonl")

    expected = set()
    for made, verdicts in SOLUTIONS:
        end = verdicts.index(WRONG) + 1 if WRONG in verdicts else len(verdicts)
        if UNKNOWN not in verdicts[:end]:
            texts = tuple(step.content for step in made.steps[:end])
            expected.add((texts, verdicts[:end]))
    stated = {
        (tuple(step.content for step in row.solution.steps), row.given.step_verdicts)
        for row in rows
        if row.solution is not None
    }
    assert expected <= stated
    assert {row.problem.question for row in rows} <= {p.question for p in PROBLEMS}


def test_parquet_holds_what_jsonl_holds(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Row by row the two files say the same."""
    lines, table = tmp_path / "a.jsonl", tmp_path / "a.parquet"
    export_rows(read_rows(con, LABELLING), "jsonl", str(lines))
    export_rows(read_rows(con, LABELLING), "parquet", str(table))

    stored = pq.read_table(table).to_pylist(maps_as_pydicts="strict")
    assert stored == [json.loads(line) for line in lines.read_text("utf-8").splitlines()]


def test_equal_exports_are_equal_files(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Twice the same, compressed or not; the compressed file holds the plain one."""
    for name in ("a.jsonl", "b.jsonl", "a.jsonl.gz", "b.jsonl.gz"):
        export_rows(read_rows(con, LABELLING), "jsonl", str(tmp_path / name))

    plain = (tmp_path / "a.jsonl").read_bytes()
    packed = (tmp_path / "a.jsonl.gz").read_bytes()
    assert plain == (tmp_path / "b.jsonl").read_bytes()
    assert packed == (tmp_path / "b.jsonl.gz").read_bytes()
    assert gzip.decompress(packed) == plain
    assert plain.endswith(b"}\n")


def test_standard_output_holds_nothing_else(
    con: duckdb.DuckDBPyConnection, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """`-` writes the rows and only them."""
    result = export_rows(read_rows(con, LABELLING), "processbench", "-")

    out = capsysbinary.readouterr().out
    assert len(out.splitlines()) == result.written
    assert all("label" in json.loads(line) for line in out.splitlines())


def test_a_failure_leaves_the_old_file(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A file takes its name only when complete, and no draft stays behind."""
    out = tmp_path / "out.jsonl"
    out.write_text("before")

    def breaking() -> Iterator[ExportRow | Skipped]:
        yield from list(read_rows(con, LABELLING))[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_rows(breaking(), "jsonl", str(out))

    assert out.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.jsonl"]


@pytest.mark.parametrize("out", ["missing/out.jsonl", "out.jsonl.zst", "s3://bucket/out.jsonl"])
def test_a_file_that_cannot_be_written_is_named(out: str, tmp_path: Path) -> None:
    """A folder that is not there, and what is not supported, is the user's to mend."""
    where = out if "://" in out else str(tmp_path / out)

    with pytest.raises(ExportError, match=r"out="):
        export_rows([], "jsonl", where)


def test_a_damaged_run_is_told_in_one_line(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """A truncated table fails the export with what to do, and leaves no file."""
    (steps,) = (tmp_path / "run" / "tables" / "steps").glob("*.parquet")
    os.truncate(steps, steps.stat().st_size // 2)

    with pytest.raises(StoreError, match="waymark check") as caught:
        export_rows(read_rows(con, LABELLING), "jsonl", str(tmp_path / "out.jsonl"))

    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.jsonl").exists()


def test_an_unknown_format_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt format is told with the one that was meant, and nothing is written."""
    with pytest.raises(RegistryError, match="processbench"):
        export_rows([], "procesbench", str(tmp_path / "out"))

    assert list(tmp_path.iterdir()) == []


def test_skipped_rows_are_counted_by_reason(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Rows written and rows skipped make up all solutions, and options move them."""
    strict = export_rows(read_rows(con, LABELLING), "trl", str(tmp_path / "a"))
    assuming = export_rows(
        read_rows(con, LABELLING),
        "trl",
        str(tmp_path / "b"),
        options=ExportOptions(assume_correct_before_error=True),
    )

    assert strict.written + sum(strict.skipped.values()) == len(SOLUTIONS)
    assert strict.skipped == {SkipReason.UNDECIDED_STEP: 3}
    assert assuming.skipped == {SkipReason.UNDECIDED_STEP: 1}
