"""Regrading: today's checker on stored completions; no model is asked and no label is touched."""

import asyncio
from pathlib import Path

import pytest

from annotate.jobs import RegradeReport, Silent, regrade
from annotate.outcomes import parse_outcome
from schemas import ConfigError, Outcome
from tests.annotate.simulated_runs import (
    ROWS,
    TREE,
    Setting,
    faults_of,
    rows_of,
    run_label,
    tables_of,
    write_problems,
)
from verifiers import PluginSource, load_plugin

STERN = PluginSource(
    name="stern.py",
    text="""
from dataclasses import dataclass
from typing import ClassVar

from schemas import Outcome
from verifiers import CHECKERS, Graded


@CHECKERS.register("stern")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stern:
    '''Nothing is ever right.'''

    name: ClassVar[str] = "stern"
    version: ClassVar[str] = "7"
    backend: ClassVar[str | None] = None

    def grade(self, problem, text):
        return Graded(answer="0", outcome=Outcome.INCORRECT)
""",
)
LOG = "calls"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a labelled run, and the log of its policy."""
    folder = tmp_path_factory.mktemp("regrade")
    policy = f"simulated(log={str(folder / LOG)!r})"
    run_label(
        str(folder / "run"),
        write_problems(folder, ROWS[:3]),
        setting=Setting(methods=(TREE,), policy=policy),
    )
    return folder


def graded(folder: Path, *, checker: str = "answers") -> RegradeReport:
    """Regrade the run."""
    load_plugin(STERN)
    outcomes = parse_outcome("answer", checker, (STERN,))
    return asyncio.run(regrade(str(folder / "run"), outcomes, Silent(), plugins=(STERN,)))


def test_the_same_checker_finds_the_same(labelled: Path) -> None:
    """Nothing is added and nothing flips: every completion has its grade already."""
    before = tables_of(str(labelled / "run"))
    report = graded(labelled)

    assert report.graded == rows_of(str(labelled / "run"), "SELECT count(*) FROM rollouts")[0][0]
    assert (report.added, report.flips, report.unknown_prefix) == (0, {}, 0)
    assert tables_of(str(labelled / "run")) == before


def test_another_checker_adds_its_grades_and_lists_what_flips(labelled: Path) -> None:
    """What was right is wrong now; labels and evidence stay, and the policy is not asked."""
    out = str(labelled / "run")
    before, calls = tables_of(out), (labelled / LOG).read_text()
    ((right,),) = rows_of(
        out,
        "SELECT count(*) FROM grades JOIN rollouts ON rollout_id = completion_id "
        "WHERE outcome = 'CORRECT'",
    )
    report = graded(labelled, checker="stern")
    again = graded(labelled, checker="stern")
    after = tables_of(out)

    assert report.checker == "stern, version 7"
    assert report.flips == {(Outcome.CORRECT, Outcome.INCORRECT): right}
    assert report.added == report.graded
    assert {(flip.before, flip.now) for flip in report.shown} == set(report.flips)
    assert (again.added, again.flips) == (0, {})
    assert {name for name in after if after[name] != before[name]} == {"grades"}
    assert (labelled / LOG).read_text() == calls
    assert faults_of(out) == []


def test_a_judge_is_no_checker(labelled: Path) -> None:
    """Its opinions cannot be had without asking it."""
    with pytest.raises(ConfigError, match="cannot be graded anew"):
        asyncio.run(regrade(str(labelled / "run"), parse_outcome("judge"), Silent()))
