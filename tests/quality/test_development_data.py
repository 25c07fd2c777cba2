"""The bounds that the project promises, on human-labelled data beside the repository."""

from pathlib import Path

import pytest

from benchmarks.verifiers import load, measure, total_of
from tests.running import REPOSITORY, Waymark
from verifiers.arithmetic import Arithmetic

STEPS = REPOSITORY.parent / "shared" / "data" / "steps"

MOST_FALSE_ALARMS = 0.002
LEAST_REFUTED = 0.97

needs_data = pytest.mark.skipif(
    not STEPS.exists(), reason=f"the development data is not beside the repository: {STEPS}"
)


@needs_data
@pytest.mark.slow
def test_arithmetic_keeps_its_bounds() -> None:
    """False alarms on mathematics at most 0.2 %; first wrong steps of arithmetic 97 % refuted."""
    report = measure(Arithmetic(), load(STEPS, None))
    mathematics, sums = total_of(report), report.tallies["bbm multistep_arithmetic"]

    assert mathematics.alarms / mathematics.sound <= MOST_FALSE_ALARMS
    assert sums.refuted / sums.errors >= LEAST_REFUTED


@needs_data
@pytest.mark.slow
@pytest.mark.service
def test_all_development_data_is_labelled_alike_inline_and_on_ray(waymark: Waymark) -> None:
    """Every row is labelled or set aside with a reason, and where it runs does not show."""
    files: list[str | Path] = sorted(STEPS.glob("*.jsonl.gz"))
    waymark("label", *files, "--out", "inline")
    waymark("label", *files, "--out", "ray", "--executor", "ray")

    ((taken, rejected, undecided),) = [
        tuple(row.values())
        for row in waymark.query(
            "inline",
            """
            SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM rejected),
                   (SELECT count(*) FROM solutions ANTI JOIN first_errors USING (solution_id))
            """,
        )
    ]
    assert (taken, rejected, undecided) == (10_844 + 2_844, 6, 0)
    assert waymark.digest("inline") == waymark.digest("ray")
