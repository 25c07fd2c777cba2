"""What a verifier says of steps that humans have judged, and how fast.

Run it with `python -m benchmarks.verifiers`.

Counts, per data set, false alarms (INCORRECT on a step that humans call right) and refuted first
wrong steps, with Wilson 95 % intervals; then the time over every solution. `--alarms` lists each
alarm for a reader to adjudicate: human labels are noisy, and some alarms are right.
"""

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from annotate.rules.wilson import wilson
from schemas import (
    GIVEN_SEPARATOR,
    FindingVerdict,
    Piece,
    Problem,
    Solution,
    make_solution,
    text_problem,
)
from verifiers.arithmetic import Arithmetic
from verifiers.base import Finding, Verifier

VERIFIERS: Mapping[str, type[Verifier]] = {"arithmetic": Arithmetic}
"""Verifiers that can be measured, by name."""
MATHEMATICS = (
    "prmbench",
    "verify_then_generate",
    "reasoneval_mrmath",
    "mrben math",
    "bbm multistep_arithmetic",
)
"""The sets that are mathematics as a whole, as named in the table."""
GSM8K_GENERATORS = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")
"""Keys of the model solutions in a GSM8K row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One solution with what humans say of it."""

    name: str
    """Set it is counted in."""
    case_id: str
    """Id in the file."""
    problem: Problem
    """The problem."""
    solution: Solution
    """The solution, its steps as given."""
    sound: int
    """Steps, from the first, that humans call right."""
    first_error: int | None
    """0-based first wrong step; null where there is none."""


@dataclass(frozen=False, slots=True, kw_only=True)
class Tally:
    """Counts of one set; mutable because it counts."""

    sound: int = 0
    """Steps that humans call right."""
    applicable: int = 0
    """Of these, those on which something was judged."""
    alarms: int = 0
    """Of these, those called INCORRECT."""
    errors: int = 0
    """First wrong steps."""
    judged: int = 0
    """Of these, those on which something was judged."""
    refuted: int = 0
    """Of these, those called INCORRECT."""
    undecided: int = 0
    """Steps of either kind that a limit stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was measured for one verifier."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    """Counts by set, in order of appearance."""
    alarms: list[dict[str, str]] = field(default_factory=list)
    """False alarms: set, id, step index, claim, stated, computed, text."""
    misses: list[dict[str, str]] = field(default_factory=list)
    """First wrong steps that were not refuted: set, id, step index, verdict, text."""


def _read(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _case(row: Mapping[str, object]) -> Case:
    steps = row["steps"]
    first = row["first_error"]
    if not isinstance(steps, list) or not isinstance(first, int):
        raise TypeError(f"row {row.get('id')!r}: steps must be a list and first_error an integer")
    problem = text_problem(str(row["problem"]))
    pieces = tuple(Piece(text=str(step)) for step in steps)
    clean = 0 if row.get("suspect_label") else len(pieces)
    set_name, subset = str(row["set"]), str(row["subset"])
    return Case(
        name=f"{set_name} {subset}" if set_name in {"bbm", "mrben"} else set_name,
        case_id=f"{subset}:{row['id']}",
        problem=problem,
        solution=make_solution(problem, pieces, separator=GIVEN_SEPARATOR),
        sound=clean if first < 0 else first,
        first_error=None if first < 0 else first,
    )


def _gsm8k_cases(row: Mapping[str, object]) -> Iterator[Case]:
    """Yield the model solutions of one row: sound where the final answer is right."""
    problem = text_problem(str(row["question"]))
    for generator in GSM8K_GENERATORS:
        answer = row[generator]
        if not isinstance(answer, dict):
            raise TypeError(f"{generator!r} must be an object, not {answer!r}")
        pieces = tuple(Piece(text=line) for line in str(answer["solution"]).split("\n"))
        yield Case(
            name="gsm8k models, right answer",
            case_id=f"{generator}:{problem.problem_id}",
            problem=problem,
            solution=make_solution(problem, pieces, separator="\n"),
            sound=len(pieces) if answer["is_correct"] else 0,
            first_error=None,
        )


def load(folder: Path, half: int | None) -> list[Case]:
    """Read the labelled solutions, all or one random half of the problems.

    Args:
        folder: Where `dev.jsonl.gz` and `dev_gsm8k_model_solutions.jsonl.gz` are.
        half: 0 or 1 for the problems whose id hash is even or odd; None for all.
    """
    cases = [_case(row) for row in _read(folder / "dev.jsonl.gz")]
    for row in _read(folder / "dev_gsm8k_model_solutions.jsonl.gz"):
        cases += _gsm8k_cases(row)
    return [case for case in cases if half is None or _half(case) == half]


def _half(case: Case) -> int:
    return int(case.problem.problem_id[-1], 36) % 2


def measure(verifier: Verifier, cases: list[Case]) -> Report:
    """Count alarms and refutations over the labelled steps."""
    report = Report()
    for case in cases:
        findings = {
            finding.step_index: finding for finding in verifier.check(case.problem, case.solution)
        }
        tally = report.tallies.setdefault(case.name, Tally())
        for index in range(case.sound):
            _count_sound(case, index, findings.get(index), tally, report)
        if case.first_error is not None:
            _count_error(case, case.first_error, findings.get(case.first_error), tally, report)
    return report


def _count_sound(
    case: Case, index: int, finding: Finding | None, tally: Tally, report: Report
) -> None:
    tally.sound += 1
    if finding is None:
        return
    tally.undecided += finding.verdict is FindingVerdict.UNKNOWN
    tally.applicable += finding.verdict in {FindingVerdict.INCORRECT, FindingVerdict.NO_OBJECTION}
    if finding.verdict is FindingVerdict.INCORRECT:
        tally.alarms += 1
        report.alarms.append(_described(case, index, finding))


def _count_error(
    case: Case, index: int, finding: Finding | None, tally: Tally, report: Report
) -> None:
    tally.errors += 1
    verdict = FindingVerdict.NOT_APPLICABLE if finding is None else finding.verdict
    tally.undecided += verdict is FindingVerdict.UNKNOWN
    tally.judged += verdict in {FindingVerdict.INCORRECT, FindingVerdict.NO_OBJECTION}
    tally.refuted += verdict is FindingVerdict.INCORRECT
    if verdict is not FindingVerdict.INCORRECT:
        report.misses.append(_described(case, index, finding))


def _described(case: Case, index: int, finding: Finding | None) -> dict[str, str]:
    told = {"set": case.name, "id": case.case_id, "step": str(index)}
    if finding is not None and finding.certificate is not None:
        told["claim"] = finding.certificate.claim
        told |= {value.name: value.value for value in finding.certificate.values}
    return told | {"text": case.solution.steps[index].text}


def _share(part: int, whole: int, *, interval: bool = True) -> str:
    if whole == 0:
        return "-"
    text = f"{part}/{whole} = {100 * part / whole:.2f} %"
    if not interval:
        return text
    low, high = wilson(part, whole)
    return f"{text} [{100 * low:.2f}, {100 * high:.2f}]"


def total_of(report: Report) -> Tally:
    """Return the counts of the mathematical sets together."""
    total = Tally()
    for name in MATHEMATICS:
        for key, value in asdict(report.tallies.get(name, Tally())).items():
            setattr(total, key, getattr(total, key) + value)
    return total


def _print(report: Report, console: Console) -> None:
    table = Table(title="steps that humans judged (Wilson 95 % intervals)")
    for heading in (
        "set",
        "applicable",
        "false alarms on right steps",
        "first wrong steps refuted",
        "limit",
    ):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for name, tally in [*report.tallies.items(), ("MATHEMATICS", total_of(report))]:
        table.add_row(
            name,
            _share(tally.applicable, tally.sound, interval=False),
            _share(tally.alarms, tally.sound),
            _share(tally.refuted, tally.errors),
            str(tally.undecided),
        )
    console.print(table)


def _time(verifier: Verifier, cases: list[Case]) -> dict[str, float]:
    """Return seconds, solutions per second and steps per second of one pass, on one core."""
    steps = sum(len(case.solution.steps) for case in cases)
    begun = time.perf_counter()
    for case in cases:
        verifier.check(case.problem, case.solution)
    seconds = time.perf_counter() - begun
    return {
        "solutions": len(cases),
        "steps": steps,
        "seconds": round(seconds, 3),
        "solutions_per_second": round(len(cases) / seconds, 1),
        "steps_per_second": round(steps / seconds, 1),
    }


def main() -> None:
    """Parse the options, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    default = Path(__file__).parents[1].parent / "shared" / "data" / "steps"
    parser.add_argument(
        "--data", type=Path, default=default, help="folder with the labelled solutions"
    )
    parser.add_argument("--verifier", choices=sorted(VERIFIERS), default="arithmetic")
    parser.add_argument("--half", type=int, choices=(0, 1), help="one random half of the problems")
    parser.add_argument("--alarms", action="store_true", help="list every false alarm")
    parser.add_argument(
        "--misses", metavar="SET", help="list the first wrong steps of SET not refuted"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of tables"
    )
    options = parser.parse_args()
    verifier = VERIFIERS[options.verifier]()
    cases = load(options.data, options.half)
    report = measure(verifier, cases)
    timing = _time(verifier, cases)
    if options.json:
        tallies = {name: asdict(tally) for name, tally in report.tallies.items()}
        total = asdict(total_of(report))
        print(
            json.dumps(
                {"sets": tallies, "mathematics": total, "alarms": report.alarms, "timing": timing}
            )
        )
        return
    console = Console(width=None if Console().is_terminal else 170, highlight=False, markup=False)
    _print(report, console)
    console.print(f"{verifier.name} {verifier.version}: {timing}")
    listed = report.alarms if options.alarms else []
    for told in listed + [miss for miss in report.misses if miss["set"] == options.misses]:
        print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
