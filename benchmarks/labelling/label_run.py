"""A run of the job `label` on fresh problems of the embedded policy, by many methods at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from annotate.executors import Inline
from annotate.inputs import ReadOptions
from annotate.jobs import LabelRequest, Silent, label
from annotate.methods import METHODS, Method
from annotate.policies import PolicyChoice
from annotate.storage import RunFolder, open_store
from examples.demo.problems import write_problems
from schemas import Role
from verifiers.spec import parse_spec

Gathered = tuple[tuple[str, ...], str]
"""Strategies in order, and a rule, as text."""


def methods_of(compared: Mapping[str, Gathered]) -> tuple[Method, ...]:
    """Return what is compared, as methods of the job, by name."""
    return tuple(
        replace(
            METHODS["waymark"],
            name=name,
            strategies=tuple(map(parse_spec, gathers)),
            rule=parse_spec(rule),
        )
        for name, (gathers, rule) in compared.items()
    )


def label_problems(
    folder: Path, n: int, methods: Sequence[Method], *, policy: str = "embedded", first: int = 0
) -> RunFolder:
    """Label fresh problems by all methods; what is there already is not done again.

    Args:
        folder: Keeps the problems and the run; what was put there before is labelled too.
        n: How many problems.
        methods: What labels them.
        policy: Who samples, continues and judges.
        first: Number of the first problem.
    """
    write_problems(folder / f"problems-{first}.jsonl", n, first=first)
    choice = PolicyChoice(spec=parse_spec(policy))
    request = LabelRequest(
        inputs=tuple(map(str, sorted(folder.glob("problems-*.jsonl")))),
        out=str(folder / "run"),
        methods=tuple(methods),
        options=ReadOptions(),
        policy_check=False,
        policies=dict.fromkeys((Role.GENERATOR, Role.COMPLETER, Role.JUDGE), choice),
    )
    asyncio.run(label(request, Inline(), Silent()))
    return RunFolder.open(open_store(str(folder / "run")))
