"""The benchmarks run: a claim whose command fails is no claim. Sizes are tiny."""

import json
import subprocess
import sys

import pytest

from tests.running import REPOSITORY, environment

COMMANDS = {
    "storage": ("--steps", "2000", "--records", "500"),
    "labelling": ("--solutions", "12", "--audited", "12", "--worlds", "recovery 0.02"),
    "choosing": ("--steps", "5", "--solutions", "2", "--pools", "10", "100", "--selections", "5"),
}
SLOW_COMMANDS = {
    "rollouts": ("--core", "9", "--k", "2", "--in-flight", "0", "--memory", ""),
    "jobs": ("--executors", "inline", "--memory", "20", "--relabel-steps", "100"),
    "labelling.scan": ("--problems", "4"),
    "labelling.downstream": ("--budget", "20000", "--fresh", "6", "--seeds", "2"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_COMMANDS)
def test_a_long_benchmark_runs_and_prints_json(name: str) -> None:
    """The same of those that ask the embedded policy, or start pools and runs."""
    run_and_read(name, SLOW_COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_benchmark_runs_and_prints_json(name: str) -> None:
    """From the repository, as its README says."""
    run_and_read(name, COMMANDS[name])


def run_and_read(name: str, options: tuple[str, ...]) -> None:
    """Run a benchmark and read what it prints."""
    done = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", f"benchmarks.{name}", *options, "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=environment(),
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
