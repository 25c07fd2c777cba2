"""Two rounds: an audit first, rates fitted to it, and the rest gathered under them."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from annotate.estimates import calibrate, rate_fit
from annotate.executors import Inline
from annotate.jobs import RelabelRequest, Silent, relabel
from annotate.methods import Method
from annotate.worlds.simulated import SimulatedWorld
from tests.annotate.simulated_runs import (
    Setting,
    faults_of,
    folder_of,
    rows_of,
    run_label,
    tables_of,
    write_problems,
)
from verifiers import parse_spec

LEARNING = Method(
    name="learning",
    summary="a small waymark",
    strategies=(
        parse_spec("screen(n=8, role='completer', take_wrong=2, take_right=1)"),
        parse_spec("every_prefix(k=4, share=0.5)"),
        parse_spec("most_informative(rollouts=6)"),
    ),
    rule=parse_spec("posterior"),
    source="tests",
)
ROWS = [
    {"problem": problem.question, "answer": problem.answers[0]}
    for problem in SimulatedWorld(max_steps=6).problems(14)
]
PAID = "SELECT count(*) FROM rollouts"
STEERED = """
    SELECT g.strategy, g.calibration_id IS NOT NULL, count(*)
    FROM evidence JOIN gatherings AS g USING (gathering_id)
    WHERE source_kind = 'ROLLOUTS' GROUP BY ALL ORDER BY g.strategy
"""
ALONE = Setting(methods=(LEARNING,))


@pytest.fixture(autouse=True)
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "LEAST_SOLUTIONS", 5)
    monkeypatch.setattr(rate_fit, "CHOICES", {"decay": (0.9, 1.0)})  # the fit itself is quick
    monkeypatch.setattr(rate_fit, "WHOLE", 4)


@pytest.fixture
def problems(tmp_path: Path) -> Path:
    """Return a file of problems with few steps."""
    return write_problems(tmp_path, ROWS)


def test_what_an_audit_teaches_steers_the_rest(tmp_path: Path, problems: Path) -> None:
    """One calibration; what is steered and what is decided point to it, what came before not."""
    out = str(tmp_path / "run")
    report = run_label(out, problems, setting=ALONE)
    ((calibration_id, n_solutions),) = rows_of(
        out, "SELECT calibration_id, n_solutions FROM calibrations"
    )

    assert report.methods["learning"].learned_from == n_solutions
    assert sum(report.methods["learning"].screens.values()) == len(ROWS)
    assert [row[:2] for row in rows_of(out, STEERED)] == [
        ("every_prefix", False),
        ("most_informative", True),
        ("screen", False),
    ]
    assert rows_of(out, "SELECT rule, calibration_id FROM labellings") == [
        ("posterior", calibration_id)
    ]
    assert faults_of(out) == []


def test_a_screen_that_another_method_shares_keeps_nothing_from_the_audit(
    tmp_path: Path, problems: Path
) -> None:
    """What was screened before is audited all the same: the calibration is the one it has alone.

    A method that begins alike is steered by it too, and fits none of its own.
    """
    sharing = replace(
        LEARNING,
        name="sharing",
        strategies=(LEARNING.strategies[0], parse_spec("bisect(k=4)")),
        rule=parse_spec("any_success"),
    )
    alone, shared = (str(tmp_path / name) for name in ("alone", "shared"))
    run_label(alone, problems, setting=ALONE)
    cheaper = replace(
        LEARNING,
        name="cheaper",
        strategies=(*LEARNING.strategies[:-1], parse_spec("most_informative(rollouts=3)")),
    )
    both = Setting(methods=(sharing, LEARNING, cheaper))
    report = run_label(shared, problems, setting=both)

    told = "SELECT calibration_id, n_solutions FROM calibrations"
    assert report.methods["learning"].learned_from
    assert rows_of(shared, told) == rows_of(alone, told)
    fits = [note for note in folder_of(shared).state().notes if note.get("activity") == "fit"]
    assert [note["method"] for note in fits] == ["learning"]
    tables = tables_of(shared)
    run_label(shared, problems, setting=both)
    assert tables_of(shared) == tables


def test_round_zero_gathers_all_of_it_where_another_method_did_the_rest(
    tmp_path: Path, problems: Path
) -> None:
    """What only one of two methods asks is there when its calibration is fitted; then all is."""
    checked = replace(
        LEARNING,
        name="checked",
        strategies=(
            LEARNING.strategies[0],
            parse_spec("ask_verifiers"),
            *LEARNING.strategies[1:],
        ),
    )
    out = str(tmp_path / "run")
    run_label(out, problems, setting=Setting(methods=(LEARNING, checked)))
    notes = folder_of(out).state().notes
    ((asked,),) = rows_of(
        out, "SELECT gathering_id FROM gatherings WHERE strategy = 'ask_verifiers'"
    )
    first_asked = next(i for i, note in enumerate(notes) if str(asked) in str(note.get("asks")))
    fitted = next(i for i, note in enumerate(notes) if note.get("method") == "checked")

    assert first_asked < fitted
    tables = tables_of(out)
    run_label(out, problems, setting=Setting(methods=(LEARNING, checked)))
    assert tables_of(out) == tables
    assert len(folder_of(out).state().notes) == len(notes)


def test_a_rerun_adds_nothing(tmp_path: Path, problems: Path) -> None:
    """Neither rows nor rollouts nor another calibration."""
    out = str(tmp_path / "run")
    run_label(out, problems, setting=ALONE)
    tables = tables_of(out)
    again = run_label(out, problems, setting=ALONE)

    assert tables_of(out) == tables
    assert again.done.rollouts == 0


@pytest.mark.parametrize("cap", [40, 260])
def test_a_run_that_its_budget_stopped_goes_on_to_the_same_end(
    tmp_path: Path, problems: Path, cap: int
) -> None:
    """In round 0, when nothing is learned or decided yet, and after it."""
    calm, stopped = (str(tmp_path / name) for name in ("calm", "stopped"))
    run_label(calm, problems, setting=ALONE)
    capped = Setting(methods=(LEARNING,), max_rollouts=cap, shard_size=4)
    report = run_label(stopped, problems, setting=capped)

    assert report.methods["learning"].unpaid > 0
    if cap == 40:
        assert rows_of(stopped, "SELECT count(*) FROM first_errors") == [(0,)]
        assert rows_of(stopped, "SELECT count(*) FROM calibrations") == [(0,)]
    run_label(stopped, problems, setting=ALONE)

    assert tables_of(stopped) == tables_of(calm)


def test_problems_that_come_later_are_asked_under_the_same_calibration(
    tmp_path: Path,
) -> None:
    """What was gathered of the earlier ones stands; nothing of it is paid for again."""
    out = str(tmp_path / "run")
    run_label(out, write_problems(tmp_path, ROWS[:9]), setting=ALONE)
    before = set(rows_of(out, "SELECT rollout_id FROM rollouts"))
    later = tmp_path / "later"
    later.mkdir()
    run_label(out, write_problems(later, ROWS[9:]), setting=ALONE)

    assert rows_of(out, "SELECT count(*) FROM calibrations") == [(1,)]
    assert before < set(rows_of(out, "SELECT rollout_id FROM rollouts"))
    assert faults_of(out) == []


def test_too_small_an_audit_leaves_the_shipped_rates(
    tmp_path: Path, problems: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and nothing points to a calibration."""
    monkeypatch.setattr(calibrate, "LEAST_SOLUTIONS", 10_000)
    out = str(tmp_path / "run")
    report = run_label(out, problems, setting=ALONE)

    assert report.methods["learning"].learned_from == 0
    assert rows_of(out, "SELECT calibration_id FROM labellings") == [(None,)]
    assert rows_of(out, "SELECT count(*) FROM first_errors") != [(0,)]


def test_relabelling_reads_what_the_run_learned(tmp_path: Path, problems: Path) -> None:
    """The rule alone, with another confidence, under the same calibration."""
    out = str(tmp_path / "run")
    run_label(out, problems, setting=ALONE)
    request = RelabelRequest(run=out, rule="posterior(confidence=0.9)")
    asyncio.run(relabel(request, Inline(workers=1), Silent()))

    assert rows_of(out, "SELECT count(*), count(DISTINCT calibration_id) FROM labellings") == [
        (2, 1)
    ]
    assert rows_of(out, "SELECT count(*) FROM labellings WHERE calibration_id IS NULL") == [(0,)]
