"""Runs on the simulated policy, in this process: small methods whose rows are known to be equal."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from annotate.executors import Executor, Inline
from annotate.inputs import ReadOptions, parse_mapping
from annotate.jobs import LabelReport, LabelRequest, Progress, Silent, label
from annotate.methods import Method
from annotate.outcomes import parse_outcome
from annotate.policies import PolicyChoice
from annotate.storage import RunFolder, check, connect, digest, open_store, query
from annotate.worlds.simulated import SimulatedWorld
from schemas import Role
from verifiers import parse_spec

TREE = Method(
    name="tree",
    summary="a small omegaprm",
    strategies=(parse_spec("screen(n=8)"), parse_spec("omega_prm(k=2, searches=3)")),
    rule=parse_spec("success_rate"),
    source="tests",
)
WALK = Method(
    name="walk",
    summary="a small scan, whose screen shares its samples with the tree's",
    strategies=(parse_spec("screen(n=8, take_wrong=2)"), parse_spec("first_failure(k=2)")),
    rule=parse_spec("any_success"),
    source="tests",
)
ROWS = [
    {"problem": problem.question, "answer": problem.answers[0]}
    for problem in SimulatedWorld().problems(24)
]


def write_problems(folder: Path, rows: Iterable[object] = ROWS[:6]) -> Path:
    """Write problems as JSON lines."""
    path = folder / "problems.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a run is made; what is not named here is the same in all."""

    methods: tuple[Method, ...] = (TREE, WALK)
    policy: str = "simulated"
    outcome: str = "answer"
    max_rollouts: int | None = None
    shard_size: int | None = None
    temperature: float | None = None
    mapping: tuple[str, ...] = ()
    executor: Executor = field(default_factory=lambda: Inline(workers=1))
    progress: Progress = field(default_factory=Silent)


def run_label(out: str, *inputs: Path, setting: Setting | None = None) -> LabelReport:
    """Label problems by small methods, with one policy in every role."""
    chosen = setting or Setting()
    choice = PolicyChoice(spec=parse_spec(chosen.policy), temperature=chosen.temperature)
    request = LabelRequest(
        inputs=tuple(map(str, inputs)),
        out=out,
        methods=chosen.methods,
        options=ReadOptions(mapping=parse_mapping(chosen.mapping)),
        shard_size=chosen.shard_size,
        policies=dict.fromkeys(Role, choice),
        policy_check=False,
        outcomes=parse_outcome(chosen.outcome),
        max_rollouts=chosen.max_rollouts,
    )
    return asyncio.run(label(request, chosen.executor, chosen.progress))


def folder_of(out: str) -> RunFolder:
    """Return a run."""
    return RunFolder.open(open_store(out))


def rows_of(out: str, sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with connect(folder_of(out)) as con:
        return query(con, sql).rows


def tables_of(out: str) -> dict[str, str]:
    """Return the digest of each table."""
    return digest(folder_of(out)).tables


def faults_of(out: str) -> Sequence[str]:
    """Return what the check finds wrong, leftovers of kills apart."""
    return [fault.message for fault in check(folder_of(out)) if not fault.is_harmless]
