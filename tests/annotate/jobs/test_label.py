"""Labelling with rollouts: budgets, shards, stores, failures and additions leave one result."""

import json
import uuid
from pathlib import Path

import pytest

from annotate.executors.ray import OnRay
from annotate.jobs import Silent
from annotate.storage import journal
from annotate.worlds.simulated import SimulatedWorld
from schemas import IdentityError, PolicyError
from tests.annotate.simulated_runs import (
    ROWS,
    TREE,
    WALK,
    Setting,
    faults_of,
    folder_of,
    rows_of,
    run_label,
    tables_of,
    write_problems,
)

PAID = "SELECT count(*) FROM rollouts"


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the digests of a run that nothing disturbed, in one shard."""
    folder = tmp_path_factory.mktemp("calm")
    out = str(folder / "run")
    run_label(out, write_problems(folder), setting=Setting(shard_size=100))
    assert faults_of(out) == []
    return tables_of(out)


def test_the_size_of_shards_does_not_show_in_the_result(
    tmp_path: Path, calm: dict[str, str]
) -> None:
    """Every table is the same; nothing is left in the journal, of heartbeats or of tickets."""
    out = str(tmp_path / "run")
    run_label(out, write_problems(tmp_path), setting=Setting(shard_size=1))

    assert tables_of(out) == calm
    assert faults_of(out) == []
    store = folder_of(out).store
    assert [key for key in store.list() if key.startswith(("journal/", "live/", "tickets/"))] == []


def test_a_store_that_is_no_folder_holds_the_same(tmp_path: Path, calm: dict[str, str]) -> None:
    """Journal, tickets and heartbeats need no local disk."""
    out = f"memory://{uuid.uuid4().hex}"
    problems = write_problems(tmp_path)
    run_label(out, problems, setting=Setting(max_rollouts=60, shard_size=2))
    run_label(out, problems)

    assert tables_of(out) == calm


def test_a_run_that_a_budget_stopped_goes_on_to_the_same_result(
    tmp_path: Path, calm: dict[str, str]
) -> None:
    """The caps are never exceeded, what they paid for is kept, and the end is as without them."""
    out = str(tmp_path / "run")
    problems = write_problems(tmp_path)
    for cap in (0, 60):
        report = run_label(out, problems, setting=Setting(max_rollouts=cap, shard_size=3))
        ((paid,),) = rows_of(out, PAID)
        assert cap - 2 * 8 <= int(str(paid)) <= cap  # a screen of 8, in each of two shards
        assert report.done.unpaid > 0
        assert faults_of(out) == []
    report = run_label(out, problems)

    assert tables_of(out) == calm
    assert report.done.unpaid == 0


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    """A second call draws nothing, decides nothing, and leaves the run as it was."""
    out = str(tmp_path / "run")
    problems = write_problems(tmp_path, ROWS[:3])
    first = run_label(out, problems, setting=Setting(methods=(TREE,)))
    before = tables_of(out)
    second = run_label(out, problems, setting=Setting(methods=(TREE,)))

    assert first.done.rollouts > 0
    assert (second.done.rollouts, second.done.labelled) == (0, 0)
    assert tables_of(out) == before


def test_a_second_method_draws_only_what_the_first_has_not(tmp_path: Path) -> None:
    """Two at once or one after the other give the same run, which holds each completion once."""
    problems = write_problems(tmp_path, ROWS[:4])
    together, apart = str(tmp_path / "together"), str(tmp_path / "apart")
    run_label(together, problems)
    alone = run_label(apart, problems, setting=Setting(methods=(TREE,)))
    added = run_label(apart, problems)

    assert tables_of(apart) == tables_of(together)
    assert added.methods["tree"].rollouts == 0
    # Each tells what its screen said of all problems, whoever asked about them first.
    assert [sum(one.screens.values()) for one in added.methods.values()] == [4, 4]
    # The walk's screen is the tree's: it draws the prefixes of its own solutions alone.
    ((in_all,),) = rows_of(apart, PAID)
    assert alone.done.rollouts + added.done.rollouts == in_all
    assert faults_of(apart) == []


def test_a_policy_that_fails_is_one_error_and_what_was_paid_for_is_kept(tmp_path: Path) -> None:
    """The error is the policy's own; the next call recovers the journal and goes on from there."""
    out = str(tmp_path / "run")
    stranger = {"problem": "What is 2 + 2?", "answer": "4"}
    problems = write_problems(tmp_path, [*ROWS[:3], stranger])
    with pytest.raises(PolicyError, match="continues its own problems"):
        run_label(out, problems, setting=Setting(shard_size=1))
    journalled = len(journal.read_segments(folder_of(out).store))
    ((committed,),) = rows_of(out, PAID)
    with pytest.raises(PolicyError):
        run_label(out, problems, setting=Setting(shard_size=1))

    assert rows_of(out, PAID)[0][0] >= int(str(committed)) + journalled  # type: ignore[operator]
    assert faults_of(out) == []


def test_solutions_that_come_later_join_their_problem(tmp_path: Path) -> None:
    """They are labelled; what was sampled before keeps its rows, each of them once."""
    out = str(tmp_path / "run")
    world = SimulatedWorld()
    problem = min(world.problems(24), key=lambda p: abs(world.success_rate(p.question) - 0.4))
    row = {"problem": problem.question, "answer": problem.answers[0]}
    bare = write_problems(tmp_path, [row])
    setting = Setting(methods=(TREE,))
    run_label(out, bare, setting=setting)
    before = set(rows_of(out, "SELECT solution_id, first_error FROM first_errors"))
    given = tmp_path / "given.jsonl"
    chains = dict.fromkeys(world.complete(problem.question, "", 1000 + i) for i in range(6))
    lines = [json.dumps({**row, "solution": chain}) + "\n" for chain in chains]
    given.write_text("".join(lines), encoding="utf-8")
    run_label(out, bare, given, setting=setting)
    after = set(rows_of(out, "SELECT solution_id, first_error FROM first_errors"))

    assert before < after
    assert faults_of(out) == []
    assert rows_of(out, "SELECT count(*) FROM solutions")[0][0] == len(after)


def test_problems_of_one_wording_with_other_answers_share_nothing(tmp_path: Path) -> None:
    """What is right for one is wrong for the other, however they are put into shards."""
    question, answer = ROWS[0]["problem"], ROWS[0]["answer"]
    problems = write_problems(tmp_path, [ROWS[0], {"problem": question, "answer": f"{answer}9"}])
    setting = {size: Setting(methods=(TREE,), shard_size=size) for size in (1, 10)}
    outs = {size: str(tmp_path / str(size)) for size in setting}
    for size, out in outs.items():
        run_label(out, problems, setting=setting[size])

    assert tables_of(outs[1]) == tables_of(outs[10])
    screens = rows_of(
        outs[10],
        "SELECT answers[1], reason FROM evidence JOIN problems USING (problem_id) "
        "WHERE scope = 'PROBLEM' AND reason IS NOT NULL ORDER BY 1",
    )
    assert screens == [(answer, "KEPT"), (f"{answer}9", "ALL_WRONG")]


def test_another_temperature_is_refused_by_name(tmp_path: Path) -> None:
    """One line says what differs; a method may be added, none may be left out."""
    out = str(tmp_path / "run")
    problems = write_problems(tmp_path, ROWS[:1])
    run_label(out, problems, setting=Setting(methods=(TREE,)))

    with pytest.raises(IdentityError, match=r"temperature: 1\.0 in the run, 0\.5 asked for"):
        run_label(out, problems, setting=Setting(methods=(TREE,), temperature=0.5))
    with pytest.raises(IdentityError, match="labelled by 'tree', now by 'walk'"):
        run_label(out, problems, setting=Setting(methods=(WALK,)))


@pytest.mark.service
@pytest.mark.slow
def test_workers_of_a_cluster_share_a_budget_and_make_the_same_run(
    tmp_path: Path, calm: dict[str, str]
) -> None:
    """On Ray, stopped and resumed: the cap holds over all workers, and the digest is the same."""
    out = str(tmp_path / "run")
    problems = write_problems(tmp_path)
    executor = OnRay(workers=2)
    run_label(out, problems, setting=Setting(max_rollouts=90, shard_size=1, executor=executor))
    assert int(str(rows_of(out, PAID)[0][0])) <= 90
    run_label(out, problems, setting=Setting(shard_size=1, executor=executor))

    assert tables_of(out) == calm
    assert faults_of(out) == []


class _Heard(Silent):
    """Keeps what it is told. Mutable."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_worked_answers_that_come_with_problems_are_told_of_and_can_be_left_out(
    tmp_path: Path,
) -> None:
    """Labelled as they are, no solution is sampled beside them; left out, all are."""
    rows = [
        {"question": row["problem"], "answer": f"So.\n#### {row['answer']}"} for row in ROWS[:2]
    ]
    problems = write_problems(tmp_path, rows)
    generators = "SELECT DISTINCT generator FROM sources WHERE solution_id IS NOT NULL"
    for name, mapping in (("whole", ()), ("bare", ("solution=",))):
        heard, out = _Heard(), str(tmp_path / name)
        run_label(out, problems, setting=Setting(progress=heard, mapping=mapping))
        told = [note for note in heard.notes if "worked answers" in note]

        assert bool(told) == (not mapping)
        assert (("reference",) in rows_of(out, generators)) == (not mapping)
        assert rows_of(out, "SELECT count(*) > 0 FROM solutions") == [(True,)]
