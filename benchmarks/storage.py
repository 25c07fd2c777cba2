"""Storage measured: durable writes, bytes per step, and queries over views against raw Parquet.

    python -m benchmarks.storage [--steps 10000000] [--texts FILE.jsonl.gz] [--json]

Everything is written to a temporary folder and removed. `--texts` takes solutions with `steps`, so
that sizes are those of real text; without it the text is made up and compresses better than real.
"""

import argparse
import gzip
import hashlib
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table as Printed

from annotate.storage import FileEntry, RunFolder, check, connect, digest, open_store, write_rows
from schemas import (
    TABLES,
    Basis,
    LabelVerdict,
    Piece,
    Semantics,
    Solution,
    StepLabel,
    arrow_schema,
    make_labelling,
    make_solution,
    text_problem,
)

LABELLING = make_labelling("bench", arguments="{}", method=None, gathering_ids=(), code_version="0")
STEPS_PER_SOLUTION = 8
SOLUTIONS_PER_SHARD = 4096
REPEATS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the result."""

    what: str
    """What was measured."""
    value: float
    """The figure."""
    unit: str
    """Its unit."""
    beside: float | None = None
    """The same by the plain way, in the same unit, where there is one."""


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=1_000_000, help="steps to query")
    parser.add_argument("--records", type=int, default=100_000, help="steps written as records")
    parser.add_argument("--texts", type=Path, help="JSONL (.gz) with a list `steps` per line")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    texts = _real_texts(given.texts) if given.texts else _made_up_texts()
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        lines = [
            *measure_records(Path(folder, "records"), texts, given.records),
            *measure_queries(Path(folder, "queries"), given.steps),
        ]
    if given.json:
        json.dump([asdict(line) for line in lines], sys.stdout, indent=1)
        return
    table = Printed("measured", "waymark", "plain", "unit", "ratio")
    for line in lines:
        ratio = "" if line.beside is None else f"{line.value / line.beside:.2f}"
        beside = "" if line.beside is None else f"{line.beside:,.4g}"
        table.add_row(line.what, f"{line.value:,.4g}", beside, line.unit, ratio)
    Console().print(table)


def measure_records(folder: Path, texts: list[list[str]], n_steps: int) -> Iterator[Measured]:
    """Write records durably, shard by shard with a commit each, and weigh them.

    Args:
        folder: Where to; made.
        texts: Step texts of solutions, used in turn.
        n_steps: Steps to write, rounded up to whole solutions.
    """
    store = open_store(str(folder))
    run = RunFolder.create_or_open(store, {"bench": "records"})
    solutions = list(_solutions(texts, n_steps))
    seconds = 0.0
    rows = 0
    sizes = dict.fromkeys(("steps", "labels", "solutions"), 0)
    for shard in _batched(solutions, SOLUTIONS_PER_SHARD):
        steps = [step for solution in shard for step in solution.steps]
        records = {"steps": steps, "labels": [_label(s.solution_id, s.step_index) for s in steps]}
        start = time.perf_counter()
        entries = [write_rows(store, TABLES[name], part) for name, part in records.items()]
        entries.append(write_rows(store, TABLES["solutions"], shard))
        run.commit(entries, note={"activity": "bench"})
        seconds += time.perf_counter() - start
        rows += sum(entry.rows for entry in entries)
        for entry in entries:
            sizes[entry.table] += entry.bytes
    total = sum(len(solution.steps) for solution in solutions)
    yield Measured(what="rows written durably, from records", value=rows / seconds, unit="rows/s")
    zipped = _gzip_bytes(solutions)
    yield Measured(
        what="size of steps, labels and solutions",
        value=sum(sizes.values()) / total,
        unit="bytes/step",
        beside=zipped / total,
    )


def measure_queries(folder: Path, n_steps: int) -> Iterator[Measured]:
    """Time queries over the views against the same files read by `read_parquet` alone.

    Args:
        folder: Where to; made.
        n_steps: Steps, rounded down to whole solutions.
    """
    store = open_store(str(folder))
    run = RunFolder.create_or_open(store, {"bench": "queries"})
    start = time.perf_counter()
    entries = [write_rows(store, TABLES["labellings"], [LABELLING])]
    n_solutions = n_steps // STEPS_PER_SOLUTION
    for first in range(0, n_solutions, SOLUTIONS_PER_SHARD):
        entries += _write_shard(run, first, min(SOLUTIONS_PER_SHARD, n_solutions - first))
    run.commit(entries)
    rows = sum(entry.rows for entry in entries)
    seconds = time.perf_counter() - start
    yield Measured(what="rows written durably, from Arrow", value=rows / seconds, unit="rows/s")
    opening = _timed(lambda: connect(run).close())
    yield Measured(what=f"connect, {len(entries):,} files", value=opening, unit="s")
    con = connect(run)
    raw = duckdb.connect()
    for name in TABLES:
        files = [store.uri(entry.key) for entry in entries if entry.table == name]
        if files:
            raw.execute(f"CREATE VIEW {name} AS FROM read_parquet({files!r})")
    middle = _solution_id(n_solutions // 2)
    for what, view, plain in _queries(middle):
        yield Measured(
            what=what,
            value=_timed(lambda sql=view: con.execute(sql).fetchall()),  # type: ignore[misc]  # bound now
            unit="s",
            beside=_timed(lambda sql=plain: raw.execute(sql).fetchall()),  # type: ignore[misc]  # the same
        )
    yield Measured(what="digest", value=_timed(lambda: digest(run), repeats=1), unit="s")
    yield Measured(what="check", value=_timed(lambda: check(run), repeats=1), unit="s")


def _queries(solution_id: str) -> Iterator[tuple[str, str, str]]:
    """Yield what is asked, over the views, and over raw files."""
    same = (
        ("count of labels", "SELECT count(*) FROM labels"),
        ("labels by verdict", "SELECT verdict, count(*) FROM labels GROUP BY ALL"),
        ("mean value of labels", "SELECT avg(value) FROM labels"),
        ("labels of one solution", f"FROM labels WHERE solution_id = '{solution_id}'"),
        ("steps of one solution", f"FROM steps WHERE solution_id = '{solution_id}'"),
    )
    yield from ((what, sql, sql) for what, sql in same)
    yield (
        "labels by rule and verdict",
        "SELECT rule, verdict, count(*) FROM labels GROUP BY ALL",
        "SELECT labelling_id, verdict, count(*) FROM labels GROUP BY ALL",
    )
    yield (
        "first errors by step",
        "SELECT rule, first_error, count(*) FROM first_errors GROUP BY ALL",
        "SELECT labelling_id, step_index, count(*) FROM first_errors GROUP BY ALL",
    )
    yield (
        "evidence by outcome",
        "SELECT outcome, count(*) FROM evidence GROUP BY ALL",
        "SELECT verdict, count(*) FROM evidence GROUP BY ALL",
    )
    one = f"FROM evidence WHERE solution_id = '{solution_id}'"
    yield "evidence of one solution, with seconds", one, one
    yield "the same without", f"SELECT step_index, outcome {one}", f"SELECT verdict {one}"
    yield (
        "seconds by source",
        "SELECT source, sum(seconds) FROM evidence GROUP BY ALL",
        "SELECT source, sum(seconds) FROM costs GROUP BY ALL",
    )
    yield (
        "solutions by outcome",
        "SELECT outcome, count(*) FROM solutions GROUP BY ALL",
        "SELECT outcome, count(*) FROM grades GROUP BY ALL",
    )
    one = f"FROM solutions WHERE solution_id = '{solution_id}'"
    yield "one solution", one, one


def _write_shard(run: RunFolder, first: int, n_solutions: int) -> list[FileEntry]:
    """Write all rows of consecutive made-up solutions, each step with one observation."""
    ids = pa.array([_solution_id(number) for number in range(first, first + n_solutions)])
    n_rows = n_solutions * STEPS_PER_SOLUTION
    random = np.random.default_rng(first)
    index = np.tile(np.arange(STEPS_PER_SOLUTION), n_solutions)
    owner = ids.take(np.repeat(np.arange(n_solutions), STEPS_PER_SOLUTION))
    wrong_at = random.integers(0, STEPS_PER_SOLUTION + 1, n_solutions)
    is_wrong = index >= np.repeat(wrong_at, STEPS_PER_SOLUTION)
    is_found = wrong_at < STEPS_PER_SOLUTION
    numbers = random.integers(1, 1000, (n_rows, 2))
    texts = [f"We have {a} * {b} = {a * b} of them, so {a} are left." for a, b in numbers.tolist()]
    columns: dict[str, dict[str, object]] = {
        "steps": {
            "solution_id": owner,
            "step_index": index,
            "kind": _constant("RESPONSE", n_rows),
            "text": texts,
            "start": index * 40,
            "end": index * 40 + 40,
        },
        "labels": {
            "labelling_id": _constant(LABELLING.labelling_id, n_rows),
            "solution_id": owner,
            "step_index": index,
            "verdict": pa.array(["CORRECT", "INCORRECT"]).take(is_wrong.astype(int)),
            "value": random.random(n_rows),
            "value_kind": _constant("SUCCESS_RATE", n_rows),
            "p_correct": pa.nulls(n_rows, pa.float64()),
            "semantics": _constant("FIRST_ERROR", n_rows),
            "basis": _constant("OBSERVED", n_rows),
            "weight": np.ones(n_rows),
        },
        "first_errors": {
            "labelling_id": _constant(LABELLING.labelling_id, n_solutions),
            "solution_id": ids,
            "verdict": pa.array(["NONE_FOUND", "FOUND"]).take(is_found.astype(int)),
            "step_index": pa.array(wrong_at, mask=~is_found),
            "confidence": random.random(n_solutions),
            "posterior": [[]] * n_solutions,
        },
        "solutions": {
            "solution_id": ids,
            "problem_id": ids,
            "content_id": ids,
            "separator": _constant("\n", n_solutions),
        },
        "grades": {
            "completion_id": ids,
            "checker": _constant("answers", n_solutions),
            "checker_version": _constant("1", n_solutions),
            "outcome": _constant("CORRECT", n_solutions),
        },
        "sources": {
            "input_id": _constant("i", n_solutions),
            "row": np.arange(first, first + n_solutions),
            "part": np.zeros(n_solutions, int),
            "input_name": _constant("in.jsonl", n_solutions),
            "source_id": ids,
            "problem_id": ids,
            "solution_id": ids,
            "meta": [[]] * n_solutions,
        },
        "evidence": {
            "gathering_id": _constant("g", n_rows),
            "problem_id": owner,
            "solution_id": owner,
            "step_index": index,
            "scope": _constant("STEP", n_rows),
            "source_kind": _constant("VERIFIER", n_rows),
            "source": _constant("arithmetic", n_rows),
            "ordinal": np.zeros(n_rows, int),
            "verdict": pa.array(["NO_OBJECTION", "INCORRECT"]).take(is_wrong.astype(int)),
            "tokens": np.zeros(n_rows, int),
        },
        "costs": {
            "gathering_id": _constant("g", n_solutions),
            "problem_id": ids,
            "solution_id": ids,
            "source": _constant("arithmetic", n_solutions),
            "seconds": random.random(n_solutions),
            "attempts": np.ones(n_solutions, int),
        },
    }
    return [
        write_rows(run.store, TABLES[name], _table(arrow_schema(TABLES[name]), part))
        for name, part in columns.items()
    ]


def _table(schema: pa.Schema, columns: dict[str, object]) -> pa.Table:
    """Return the columns as a table; those of the schema that are not given are null."""
    n_rows = len(next(iter(columns.values())))  # type: ignore[arg-type]  # arrays and lists
    arrays = [
        pa.array(columns[field.name], type=field.type)
        if field.name in columns
        else pa.array([None] * n_rows, type=field.type)
        for field in schema
    ]
    return pa.table(arrays, schema=schema)


def _constant(text: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), n)


def _solution_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def _solutions(texts: list[list[str]], n_steps: int) -> Iterator[Solution]:
    written = 0
    for number, steps in enumerate(itertools.cycle(texts)):
        if written >= n_steps:
            return
        written += len(steps)
        problem = text_problem(f"Problem {number}")
        yield make_solution(problem, tuple(Piece(text=text) for text in steps), separator="\n\n")


def _label(solution_id: str, step_index: int) -> StepLabel:
    return StepLabel(
        labelling_id=LABELLING.labelling_id,
        solution_id=solution_id,
        step_index=step_index,
        verdict=LabelVerdict.CORRECT,
        value=1 / (2 + step_index),
        value_kind=None,
        p_correct=None,
        semantics=Semantics.FIRST_ERROR,
        basis=Basis.OBSERVED,
        weight=1.0,
    )


def _gzip_bytes(solutions: list[Solution]) -> int:
    """Return the size of the same rows as gzip JSONL, one line per solution: the usual way."""
    lines = (
        json.dumps(
            {
                "solution_id": solution.solution_id,
                "problem_id": solution.problem_id,
                "content_id": solution.content_id,
                "separator": solution.separator,
                "steps": [
                    {"kind": s.kind.name, "text": s.text, "start": s.start, "end": s.end}
                    for s in solution.steps
                ],
                "labels": [
                    {"verdict": "CORRECT", "value": 1 / (2 + s.step_index), "weight": 1.0}
                    for s in solution.steps
                ],
            },
            ensure_ascii=False,
        )
        for solution in solutions
    )
    return len(gzip.compress("\n".join(lines).encode()))


def _real_texts(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    rows = [json.loads(line) for line in text.split(b"\n") if line.strip()]
    return [row["steps"] for row in rows if row.get("steps")]


def _made_up_texts() -> list[list[str]]:
    random = np.random.default_rng(0)
    numbers = random.integers(1, 1000, (2000, STEPS_PER_SOLUTION, 2)).tolist()
    return [
        [f"We have {a} * {b} = {a * b} of them, so {a} are left." for a, b in s] for s in numbers
    ]


def _batched(items: list[Solution], size: int) -> Iterator[list[Solution]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _timed(work: Callable[[], object], *, repeats: int = REPEATS) -> float:
    """Return the median seconds of a call."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
