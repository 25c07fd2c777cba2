"""Whole jobs: solutions/s and steps/s inline and on Ray, time per verifier, relabelling, memory.

Run: python -m benchmarks.jobs [FILE ...] [--executors inline,ray] [--memory 10000,100000]
     [--relabel-steps 1000000] [--json]
Without files: the committed sample. Each figure is one run of the command as a user types it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from annotate.storage import RunFolder, connect, open_store, query
from tests.running import GSM8K, HUMAN, TOOL, environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run of a command."""

    name: str
    """What was run."""
    solutions: int
    """Solutions in the run afterwards."""
    steps: int
    """Steps in the run afterwards."""
    seconds: float
    """Wall time, start of the process included."""
    solutions_per_s: float
    """Solutions by wall time."""
    steps_per_s: float
    """Steps by wall time."""
    peak_mb: float
    """Peak resident memory of the driving process, MB."""


def main() -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=[str(GSM8K), str(HUMAN)])
    parser.add_argument("--executors", default="inline,ray")
    parser.add_argument("--memory", default="10000,100000")
    parser.add_argument("--relabel-steps", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waymark-jobs-") as name:
        folder = Path(name)
        rows = [
            measure(
                f"label, {executor}",
                ("label", *options.files, "--out", executor, "--executor", executor),
                folder,
                executor,
            )
            for executor in filter(None, options.executors.split(","))
        ]
        verifiers = time_per_verifier(folder / rows[0].name.rpartition(" ")[2]) if rows else []
        for count in map(int, filter(None, options.memory.split(","))):
            many = write_many(folder / f"{count}.jsonl", count)
            out = f"many{count}"
            rows.append(measure(f"label, {count:,}", ("label", many, "--out", out), folder, out))
        if options.relabel_steps:
            rows += relabel(folder, options.relabel_steps)
    if options.json:
        print(json.dumps({"jobs": [asdict(row) for row in rows], "verifiers": verifiers}, indent=2))
        return
    show(rows, verifiers)


def measure(name: str, arguments: Sequence[str], folder: Path, out: str) -> Measured:
    """Run a command and return what it took and made."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  # our own command
        [TOOL, *arguments], cwd=folder, stdout=subprocess.DEVNULL, env=environment()
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        sys.exit(f"{' '.join(arguments)} failed")
    with connect(RunFolder.open(open_store(str(folder / out)))) as con:
        sql = "SELECT (SELECT count(*) FROM stored.solutions), (SELECT count(*) FROM stored.steps)"
        ((solutions, steps),) = query(con, sql).rows
    solutions, steps = int(str(solutions)), int(str(steps))
    return Measured(
        name=name,
        solutions=solutions,
        steps=steps,
        seconds=round(seconds, 2),
        solutions_per_s=round(solutions / seconds, 1),
        steps_per_s=round(steps / seconds, 1),
        peak_mb=round(usage.ru_maxrss / 1024, 1),
    )


def time_per_verifier(run: Path) -> list[dict[str, object]]:
    """Return the seconds that each verifier took in a run, over all its children."""
    with connect(RunFolder.open(open_store(str(run)))) as con:
        found = query(
            con,
            "SELECT source, count(*) AS solutions, round(sum(seconds), 2) AS seconds, "
            "round(1e6 * avg(seconds), 1) AS microseconds_each, max(seconds) AS slowest_s, "
            "sum(attempts - 1)::BIGINT AS repeated FROM costs GROUP BY ALL ORDER BY 1",
        )
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def write_many(path: Path, count: int) -> str:
    """Write that many different solutions: the sample's, each time for another problem."""
    with path.open("w", encoding="utf-8") as file:
        for number, (question, solution, answer) in enumerate(islice(cycle(sample()), count)):
            row = {
                "id": str(number),
                "problem": f"Problem {number}. {question}",
                "solution": solution,
                "answer": answer,
            }
            file.write(json.dumps(row) + "\n")
    return str(path)


def sample() -> Iterator[tuple[str, str, str]]:
    """Yield the question, one solution and the answer of each row of the sample."""
    for line in GSM8K.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = row["ground_truth"].rpartition("A:")[2].strip()
        yield row["question"], row["175b_verification"]["solution"], answer


def relabel(folder: Path, steps: int) -> list[Measured]:
    """Import that many steps as labelled data, then decide them by another rule."""
    per_solution = 10
    path = folder / "labelled.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(steps // per_solution):
            texts = [f"Step {i} of {number}: {i} + {number} = {i + number}" for i in range(10)]
            row = {"problem": f"q{number}", "steps": texts, "first_error": number % 10}
            file.write(json.dumps(row) + "\n")
    imported = measure(
        f"import, {steps:,} steps",
        ("import", str(path), "--source", "made", "--out", "made"),
        folder,
        "made",
    )
    decided = measure(
        f"relabel, {steps:,} steps",
        ("relabel", "made", "--rule", "stated(threshold=0.4)"),
        folder,
        "made",
    )
    return [imported, decided]


def show(rows: Sequence[Measured], verifiers: Sequence[dict[str, object]]) -> None:
    """Print the tables."""
    console = Console()
    table = Table(title="jobs (one run each, start of the process included)")
    for name in asdict(rows[0]):
        table.add_column(name, justify="left" if name == "name" else "right")
    for row in rows:
        table.add_row(*(str(value) for value in asdict(row).values()))
    console.print(table)
    if verifiers:
        table = Table(title="time per verifier")
        for name in verifiers[0]:
            table.add_column(name, justify="right")
        for entry in verifiers:
            table.add_row(*(str(value) for value in entry.values()))
        console.print(table)


if __name__ == "__main__":
    main()
