"""The benchmarks run: a claim whose command fails is no claim. Sizes are tiny."""

import json
import subprocess
import sys

import pytest

from tests.running import REPOSITORY, environment

COMMANDS = {
    "storage": ("--steps", "2000", "--records", "500"),
    "rollouts": ("--core", "9", "--k", "2", "--in-flight", "0", "--memory", ""),
    "labelling": ("--solutions", "12", "--audited", "12", "--worlds", "recovery 0.02"),
    "choosing": ("--steps", "5", "--solutions", "2", "--pools", "10", "100", "--selections", "5"),
    "jobs": ("--executors", "inline", "--memory", "20", "--relabel-steps", "100"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_benchmark_runs_and_prints_json(name: str) -> None:
    """From the repository, as its README says."""
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", f"benchmarks.{name}", *COMMANDS[name], "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(),
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
