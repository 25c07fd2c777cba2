"""Pairs of a whole run: each is certified by completions that the run holds."""

import json
from pathlib import Path

from annotate.exports import write_exported
from annotate.jobs.pairs import stored_pairs
from annotate.methods import Method
from schemas import prefix_id
from tests.annotate.simulated_runs import (
    ROWS,
    Setting,
    folder_of,
    rows_of,
    run_label,
    write_problems,
)
from verifiers import parse_spec

SHALLOW = Method(
    name="shallow",
    summary="a few samples, every prefix of them",
    strategies=(parse_spec("screen(n=8)"), parse_spec("every_prefix(k=8)")),
    rule=parse_spec("any_success"),
    source="tests",
)


def test_pairs_of_a_run_rest_on_its_rollouts(tmp_path: Path) -> None:
    """The certificate is a right rollout of the chosen prefix; none of the rejected one's is."""
    run, out = str(tmp_path / "run"), tmp_path / "pairs.jsonl"
    run_label(run, write_problems(tmp_path, ROWS[:4]), setting=Setting(methods=(SHALLOW,)))

    result = write_exported(stored_pairs(folder_of(run)), str(out))
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]

    assert result.written == len(rows) > 0
    assert len({row["id"] for row in rows}) == len(rows)
    right = {
        str(prefix): first
        for prefix, first in rows_of(
            run,
            "SELECT prefix_id, min(rollout_id) FROM rollouts JOIN grades ON completion_id = "
            "rollout_id WHERE outcome = 'CORRECT' GROUP BY prefix_id",
        )
    }
    solved = {one for (one,) in rows_of(run, "SELECT solution_id FROM solutions")}
    for row in rows:
        behind = {
            word: prefix_id(row["problem_id"], row["prefix"] + row[word])
            for word in ("chosen", "rejected")
        }
        assert row["certificate"] == right.get(behind["chosen"]) or row["certificate"] in solved
        assert behind["rejected"] not in right
        assert row["rejected_rate"] == {"k": 8, "c": 0, "rate": 0.0}
        assert row["target"] == 0.5 + row["chosen_rate"]["rate"] / 2
