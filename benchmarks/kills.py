"""Random kills over label, relabel, import and rollouts: rows lost or repeated, digests, payment.

Run: python -m benchmarks.kills [--kills 200] [--seed 1] [--json]
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from annotate.storage import FaultKind, RunFolder, check, connect, digest, open_store, query
from tests.annotate.simulated_runs import ROWS, write_problems
from tests.faults.killing import run_through_kills, time_undisturbed
from tests.faults.paid import Account
from tests.running import GSM8K, HUMAN

JOBS = (
    ("label", ("label", str(GSM8K), "--out", "run", "--shard-size", "16")),
    ("relabel", ("relabel", "run", "--rule", "outcome", "--shard-size", "16")),
    ("import", ("import", str(HUMAN), "--source", "human", "--out", "human", "--shard-size", "4")),
    (
        "rollouts",
        (
            *("label", "problems.jsonl", "--out", "rolled", "--shard-size", "4"),
            *("--method", "omegaprm", "--method", "scan", "--no-policy-check"),
            *("--policy", "simulated(delay_s=0.005, log='calls')"),
        ),
    ),
    (
        "two rounds",
        (
            *("label", "problems.jsonl", "--out", "rounds", "--shard-size", "4"),
            *("--method", "waymark", "--no-policy-check"),
            *("--strategy", "screen(n=16, role='completer')"),
            *("--strategy", "every_prefix(k=16, right=False, share=0.5)"),
            *("--strategy", "most_informative", "--rule", "posterior"),
            *("--policy", "simulated(delay_s=0.005)"),
        ),
    ),
)
RUNS = ("run", "human", "rolled", "rounds")
N_PROBLEMS = 12
KILLS_A_ROUND = 5


def main() -> None:
    """Kill until enough, then print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory(prefix="waymark-kills-") as folder:
        report = storm(Path(folder), kills=options.kills, random=random)
    report["seed"] = options.seed
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for name, value in report.items():
        print(f"{name:28} {value}")


def storm(folder: Path, *, kills: int, random: np.random.Generator) -> dict[str, int]:
    """Return what happened over rounds of kills, each compared with undisturbed runs."""
    calm = folder / "calm"
    calm.mkdir()
    write_problems(calm, ROWS[:N_PROBLEMS])
    seconds = {name: time_undisturbed(command, calm) for name, command in JOBS}
    expected = {run: counts(calm / run) for run in RUNS}
    done = {name: 0 for name, _ in JOBS}
    rounds = lost = duplicated = unequal = leftovers = paid_twice = paid_again = most_lost = 0
    while sum(done.values()) < kills:
        rounds += 1
        stormy = folder / "stormy"
        stormy.mkdir()
        write_problems(stormy, ROWS[:N_PROBLEMS])
        account = Account(run=stormy / "rolled", log=stormy / "calls")
        for name, command in JOBS:
            survived = run_through_kills(
                command,
                stormy,
                kills=KILLS_A_ROUND,
                seconds=seconds[name],
                random=random,
                observe=account.look if name == "rollouts" else lambda: None,
            )
            done[name] += survived.kills
        paid_twice += account.paid_twice
        paid_again += account.paid_twice - account.lost[-1]
        most_lost = max(most_lost, account.most_at_once)
        for run, (total, rows) in expected.items():
            found_total, found_rows = counts(stormy / run)
            unequal += found_total != total
            lost += sum(max(0, rows[table] - found_rows[table]) for table in rows)
            duplicated += sum(max(0, found_rows[table] - rows[table]) for table in rows)
            faults = check(RunFolder.open(open_store(str(stormy / run))))
            duplicated += sum(fault.kind is FaultKind.DUPLICATE for fault in faults)
            leftovers += sum(fault.is_harmless for fault in faults)
        shutil.rmtree(stormy)
        print(f"round {rounds}: {sum(done.values())} kills", file=sys.stderr)
    return {
        **{f"kills in {name}": count for name, count in done.items()},
        "kills": sum(done.values()),
        "rounds": rounds,
        "rows lost": lost,
        "rows duplicated": duplicated,
        "digests unequal": unequal,
        "leftover files (harmless)": leftovers,
        "rollouts paid for twice": paid_twice,
        "most of them by one kill": most_lost,
        "durable rollouts paid again": paid_again,
    }


def counts(where: Path) -> tuple[str, dict[str, int]]:
    """Return the digest of a run and its rows by table."""
    run = RunFolder.open(open_store(str(where)))
    with connect(run) as con:
        tables = {
            name: int(str(query(con, f"SELECT count(*) FROM stored.{name}").rows[0][0]))  # noqa: S608  # names of our own tables
            for name in digest(run).tables
        }
    return digest(run).total, tables


if __name__ == "__main__":
    main()
