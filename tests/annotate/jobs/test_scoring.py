"""Strategies that need scores of text, in whole runs."""

from pathlib import Path

import pytest

from annotate.methods import Method
from annotate.reports.spending import Cost, read_paid, read_spent, total_drawn
from annotate.storage import connect, open_store
from examples.demo.problems import write_problems as write_stories
from schemas import ConfigError
from tests.annotate.simulated_runs import (
    Setting,
    faults_of,
    folder_of,
    rows_of,
    run_label,
    tables_of,
    write_problems,
)
from tests.openai_server import Faults, serve
from verifiers import parse_spec


def method(*gathers: str, rule: str = "half_root(resolution=1.0)") -> Method:
    """Return a small method."""
    screen = "screen(n=6, take_wrong=2, take_right=1, role='completer')"
    return Method(
        name="scored",
        summary="",
        strategies=tuple(map(parse_spec, (screen, *gathers))),
        rule=parse_spec(rule),
        source="tests",
    )


def spent_of(out: str) -> Cost:
    """Return what all gatherings of a run asked for, as comparisons tell it."""
    ids = [str(one) for (one,) in rows_of(out, "SELECT gathering_id FROM gatherings")]
    with connect(folder_of(out)) as con:
        return total_drawn(read_spent(con, ids))


def paid_of(out: str) -> Cost:
    """Return the completions that a run holds."""
    with connect(folder_of(out)) as con:
        return read_paid(con)


def test_scores_are_evidence_that_does_not_depend_on_shards(tmp_path: Path) -> None:
    """The same digests in one shard and in many."""
    stories = tmp_path / "stories.jsonl"
    write_stories(stories, 3)
    gathers = ("uncertainty_order(k=1)", "forced_answer(k=1)", "forced_answer(k=1, scored=False)")
    many, one = (
        Setting(policy="embedded", methods=(method(*gathers),), shard_size=size)
        for size in (1, 100)
    )
    out, other = str(tmp_path / "many"), str(tmp_path / "one")
    run_label(out, stories, setting=many)
    run_label(other, stories, setting=one)

    assert faults_of(out) == []
    assert tables_of(out) == tables_of(other)
    kinds = rows_of(
        out,
        "SELECT scope, reason, count(*) > 3, bool_and(score IS NOT NULL), "
        "count(DISTINCT source) FROM evidence WHERE source_kind = 'SCORES' GROUP BY ALL ORDER BY 2",
    )
    assert spent_of(out) == paid_of(out)
    assert kinds == [
        ("STEP", "LEAST_LOGPROB", True, True, 1),
        ("STEP", "MAX_ENTROPY", True, True, 1),
        ("STEP", "MEAN_ENTROPY", True, True, 1),
        ("STEP", "MEAN_LOGPROB", True, True, 1),
        ("PREFIX", "POTENTIAL", True, True, 2),
    ]


@pytest.mark.parametrize("gathers", ["uncertainty_order(k=2)", "forced_answer(k=2)"])
def test_a_policy_that_cannot_score_is_refused_before_anything_is_paid(
    tmp_path: Path, gathers: str
) -> None:
    """In one line that says which can; the run is not begun."""
    out = str(tmp_path / "run")
    log = tmp_path / "paid"
    setting = Setting(policy=f"simulated(log={str(log)!r})", methods=(method(gathers),))

    with pytest.raises(ConfigError, match=r"simulated.* cannot score text.*--policy embedded"):
        run_label(out, write_problems(tmp_path), setting=setting)
    assert not log.exists()
    assert list(open_store(out).list()) == []


def test_a_server_that_does_not_echo_is_refused_too(tmp_path: Path) -> None:
    """What it lacks stands in the line."""
    with serve(faults=Faults(ignores_echo=True)) as server:
        spec = f"endpoint(base_url={server.url!r}, model='toy', profile='base')"
        setting = Setting(policy=spec, methods=(method("uncertainty_order(k=2)"),))
        with pytest.raises(ConfigError, match=r"no log probabilities of a prompt: .*vLLM"):
            run_label(str(tmp_path / "run"), write_problems(tmp_path), setting=setting)
        assert [body.get("echo") for body in server.log.bodies] == [True]


def test_without_scores_agreement_will_do(tmp_path: Path) -> None:
    """It is asked for by name, so that no run changes its meaning with its policy."""
    out = str(tmp_path / "run")
    script = '{"": ["1 + 1 = 2.\\\\n\\\\nThe final answer is \\\\\\\\boxed{4}.", "4}", "5}"]}'
    (tmp_path / "one.jsonl").write_text('{"problem": "2 + 2?", "answer": "4"}\n')
    setting = Setting(
        policy=f"scripted(script='{script}')",
        methods=(method("forced_answer(scored=False, k=3)", rule="potential"),),
    )
    run_label(out, tmp_path / "one.jsonl", setting=setting)

    rows = rows_of(
        out,
        "SELECT DISTINCT source LIKE '% by agreement' FROM evidence WHERE source_kind = 'SCORES'",
    )
    assert rows == [(True,)]
    assert spent_of(out) == paid_of(out)
