"""Jobs in this process: stores that are no folder, several inputs, imports beside labels."""

import asyncio
import uuid
from pathlib import Path

import pytest

from annotate.executors import Inline
from annotate.inputs import ReadOptions
from annotate.jobs import (
    ImportRequest,
    LabelReport,
    LabelRequest,
    RelabelRequest,
    Silent,
    import_labels,
    label,
    relabel,
)
from annotate.methods import get_method
from annotate.storage import RunFolder, check, connect, digest, open_store, query
from schemas import FirstErrorVerdict, StoreError
from tests.running import HUMAN, write_jsonl

ROWS = [
    {"id": str(n), "problem": f"p{n % 7}", "solution": f"{n} + 1 = {n + 1 + (n == 5)}\n{n}"}
    for n in range(30)
]


def run_label(out: str, *inputs: Path, shard_size: int = 4) -> LabelReport:
    """Label inputs by formal evidence."""
    request = LabelRequest(
        inputs=tuple(map(str, inputs)),
        out=out,
        methods=(get_method("formal"),),
        options=ReadOptions(),
        shard_size=shard_size,
    )
    return asyncio.run(label(request, Inline(workers=1), Silent()))


def rows_of(out: str, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with connect(RunFolder.open(open_store(out))) as con:
        return query(con, sql).rows


def test_a_run_in_memory_equals_one_in_a_folder(tmp_path: Path) -> None:
    """The store does not show in the result."""
    rows = write_jsonl(tmp_path / "rows.jsonl", ROWS)
    memory = f"memory://{uuid.uuid4().hex}"
    run_label(memory, rows)
    run_label(str(tmp_path / "run"), rows)

    assert digest(RunFolder.open(open_store(memory))) == digest(
        RunFolder.open(open_store(str(tmp_path / "run")))
    )


def test_the_same_rows_in_several_files_are_the_same_solutions(tmp_path: Path) -> None:
    """A solution is stored once, with each of its occurrences; so are its labels."""
    first = write_jsonl(tmp_path / "a.jsonl", ROWS[:20])
    second = write_jsonl(tmp_path / "b.jsonl", ROWS[10:])
    out = str(tmp_path / "run")
    report = run_label(out, first, second)

    assert report.ingested.rows == 40
    assert report.done.labelled == 30
    assert rows_of(out, "SELECT count(*), sum(n_occurrences) FROM solutions") == [(30, 40)]
    assert check(RunFolder.open(open_store(out))) == []


def test_rows_in_another_order_give_the_same_labels(tmp_path: Path) -> None:
    """Permuting the input permutes sources, and nothing else."""
    straight = write_jsonl(tmp_path / "a.jsonl", ROWS)
    turned = write_jsonl(tmp_path / "b.jsonl", ROWS[::-1])
    run_label(str(tmp_path / "one"), straight)
    run_label(str(tmp_path / "two"), turned, shard_size=9)

    one, two = (
        digest(RunFolder.open(open_store(str(tmp_path / name)))).tables for name in ("one", "two")
    )
    assert {name for name in one if one[name] != two[name]} == {"sources"}


def test_imports_live_beside_labels_and_each_rule_reads_its_own(tmp_path: Path) -> None:
    """Evidence of humans joins a labelled run; relabelling takes what its rule uses."""
    out = str(tmp_path / "run")
    run_label(out, HUMAN, shard_size=64)
    request = ImportRequest(
        inputs=(str(HUMAN),), source="human", out=out, options=ReadOptions(), shard_size=64
    )
    imported = asyncio.run(import_labels(request, Silent()))
    again = asyncio.run(
        relabel(RelabelRequest(run=out, rule="formal"), Inline(workers=1), Silent())
    )

    assert imported.done.labelled == 140
    assert imported.done.first_errors[FirstErrorVerdict.FOUND] == 110
    assert again.done.labelled == 0
    assert rows_of(out, "SELECT rule, count(*) FROM first_errors GROUP BY ALL ORDER BY 1") == [
        ("formal", 140),
        ("stated", 140),
    ]
    assert check(RunFolder.open(open_store(out))) == []


def test_a_rule_without_its_evidence_is_refused(tmp_path: Path) -> None:
    """Labels are never made of nothing."""
    out = str(tmp_path / "run")
    run_label(out, write_jsonl(tmp_path / "rows.jsonl", ROWS))

    with pytest.raises(StoreError, match="no evidence that the rule 'stated' uses"):
        asyncio.run(relabel(RelabelRequest(run=out, rule="stated"), Inline(), Silent()))


def test_labels_that_contradict_each_other_decide_nothing(tmp_path: Path) -> None:
    """One solution twice, labelled differently: both are kept as evidence, the label is open."""
    row = {"problem": "p", "steps": ["a", "b"]}
    given = [{**row, "first_error": 1}, {**row, "first_error": -1}]
    out = str(tmp_path / "run")
    request = ImportRequest(
        inputs=(str(write_jsonl(tmp_path / "rows.jsonl", given)),),
        source="crowd",
        out=out,
        options=ReadOptions(),
    )
    asyncio.run(import_labels(request, Silent()))

    assert rows_of(out, "SELECT verdict FROM labels ORDER BY step_index") == [
        ("CORRECT",),
        ("UNKNOWN",),
    ]
    assert rows_of(out, "SELECT first_error FROM first_errors") == [(None,)]
    assert rows_of(out, "SELECT count(*) FROM evidence") == [(4,)]


def run_import(out: str, *inputs: Path) -> LabelReport:
    """Import inputs as labelled by humans."""
    request = ImportRequest(
        inputs=tuple(map(str, inputs)), source="human", out=out, options=ReadOptions()
    )
    return asyncio.run(import_labels(request, Silent()))


def tables_of(out: str) -> dict[str, str]:
    """Return the digest of each table."""
    return digest(RunFolder.open(open_store(out))).tables


def test_evidence_that_comes_later_changes_the_labels_it_should(tmp_path: Path) -> None:
    """Importing two files one after the other labels as importing them at once does."""
    row = {"problem": "p", "steps": ["a", "b"]}
    first = write_jsonl(tmp_path / "a.jsonl", [{**row, "first_error": -1}])
    second = write_jsonl(tmp_path / "b.jsonl", [{**row, "first_error": 1}])
    at_once, in_turn = str(tmp_path / "at_once"), str(tmp_path / "in_turn")
    run_import(at_once, first, second)
    run_import(in_turn, first)
    run_import(in_turn, second)

    assert tables_of(in_turn) == tables_of(at_once)
    assert check_harmful(in_turn) == []


def test_relabel_waits_for_solutions_without_evidence(tmp_path: Path) -> None:
    """What was not gathered yet is decided later, not called undecided for good."""
    out = str(tmp_path / "run")
    one = write_jsonl(tmp_path / "a.jsonl", ROWS[:10])
    more = write_jsonl(tmp_path / "b.jsonl", ROWS)
    request = RelabelRequest(run=out, rule="outcome")
    run_label(out, one)
    run_import(out, more)
    first = asyncio.run(relabel(request, Inline(workers=1), Silent()))
    run_label(out, one, more)
    second = asyncio.run(relabel(request, Inline(workers=1), Silent()))

    assert (first.done.labelled, second.done.labelled) == (10, 20)


def test_an_import_decides_only_what_carries_labels(tmp_path: Path) -> None:
    """A row without a label is taken in, and nothing is said of it."""
    rows = [{"problem": "p", "steps": ["a"]}, {"problem": "q", "steps": ["a"], "first_error": 0}]
    out = str(tmp_path / "run")
    run_import(out, write_jsonl(tmp_path / "rows.jsonl", rows))

    assert rows_of(out, "SELECT count(*) FROM solutions") == [(2,)]
    assert rows_of(out, "SELECT first_error FROM first_errors") == [(0,)]


def test_equal_files_under_two_names_are_one_input(tmp_path: Path) -> None:
    """Rows are known by the content of their file; reading it twice would repeat them."""
    first = write_jsonl(tmp_path / "a.jsonl", ROWS[:5])
    second = write_jsonl(tmp_path / "b.jsonl", ROWS[:5])
    out = str(tmp_path / "run")
    run_label(out, first, second)

    assert rows_of(out, "SELECT count(*) FROM sources") == [(5,)]
    assert check_harmful(out) == []


def test_what_a_problem_is_about_does_not_depend_on_the_shard_size(tmp_path: Path) -> None:
    """Rows that name one problem's domain differently: the first one counts."""
    rows = [{"problem": "p", "solution": f"s{n}", "domain": d} for n, d in enumerate("abc")]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    for size in (1, 100):
        run_label(str(tmp_path / str(size)), path, shard_size=size)

    assert tables_of(str(tmp_path / "1")) == tables_of(str(tmp_path / "100"))
    assert rows_of(str(tmp_path / "1"), "SELECT domain FROM problems") == [("a",)]


def check_harmful(out: str) -> list[str]:
    """Return what the check finds wrong, leftovers apart."""
    return [f.message for f in check(RunFolder.open(open_store(out))) if not f.is_harmless]
