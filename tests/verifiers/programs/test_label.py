"""`--outcome tests`, end to end: problems with tests in, step labels out."""

import json
from pathlib import Path

import pytest

from annotate.methods import METHODS, custom_method
from annotate.outcomes import parse_outcome
from schemas import ConfigError
from tests.running import Waymark, write_jsonl
from verifiers import parse_spec
from verifiers.programs import checker, tried_containment

needs_sandbox = pytest.mark.skipif(
    isinstance(tried_containment(), str), reason=f"no sandbox holds here: {tried_containment()}"
)

# HumanEval/53 without its reference (openai/human-eval, commit 6d43fb98, MIT).
ADD = {
    "task_id": "HumanEval/53",
    "prompt": '\n\ndef add(x: int, y: int):\n    """Add two numbers x and y\n    >>> add(2, 3)\n'
    '    5\n    >>> add(5, 7)\n    12\n    """\n',
    "entry_point": "add",
    "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n    import random\n\n"
    "    assert candidate(0, 1) == 1\n    assert candidate(5, 7) == 12\n\n"
    "    for i in range(100):\n"
    "        x, y = random.randint(0, 1000), random.randint(0, 1000)\n"
    "        assert candidate(x, y) == x + y\n\n",
}
GIVEN = {
    **ADD,
    "task_id": "with a solution",
    "prompt": 'def add(x: int, y: int):\n    """Add two numbers x and y."""\n',
    "completion": "    total = x * y\n\n    return total\n",
}
RIGHT, WRONG = "    total = x + y\n\n    return total\n", "    total = x - y\n\n    return total\n"
SCRIPT = {
    "": [RIGHT, WRONG, "No idea."],
    "total = x + y\n\n": ["    return total\n", "    return total + 0\n"],
    "total = x - y\n\n": ["    return total\n", "    return total + y + y\n"],
    "total = x * y\n\n": ["    return total\n", "    return None\n"],
}
LABEL = (
    *("label", "problems.jsonl", "--out", "run", "--method", "math_shepherd"),
    *("--strategy", "screen(n=3, strict=False)", "--strategy", "every_prefix(k=2)"),
    *("--policy", "scripted(path='script.json', profile='base')", "--no-policy-check"),
    *("--workers", "1", "--outcome"),
)


@needs_sandbox
def test_rollouts_succeed_where_their_programs_pass(waymark: Waymark) -> None:
    """Sampled and given solutions are labelled by tests; the backend stands in the evidence."""
    bare = {"problem": "What is 2 + 2?", "answer": "4"}
    write_jsonl(waymark.folder / "problems.jsonl", [ADD, GIVEN, bare])
    Path(waymark.folder, "script.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
    told = waymark(*LABEL, "tests").stdout
    solutions = waymark.query(
        "run",
        "SELECT steps.text, evidence.outcome, backend, first_error FROM solutions "
        "JOIN steps USING (solution_id) JOIN evidence USING (solution_id) "
        "JOIN first_errors USING (solution_id) "
        "WHERE steps.step_index = 0 AND evidence.scope = 'SOLUTION' ORDER BY 1",
    )
    counted = waymark.query(
        "run",
        "SELECT outcome, count(*) AS n FROM grades JOIN rollouts ON completion_id = rollout_id "
        "WHERE checker = 'tests' AND checker_version = '1' GROUP BY 1 ORDER BY 1",
    )

    assert "NO_OUTCOME 1" in told
    assert {row.pop("backend") for row in solutions} == {tried_name()}
    assert {row["text"].strip(): (row["outcome"], row["first_error"]) for row in solutions} == {
        "total = x * y": ("INCORRECT", 0),
        "total = x + y": ("CORRECT", -1),
        "total = x - y": ("INCORRECT", 1),
        "No idea.": ("NO_ANSWER", 0),
    }
    # Three samples of each problem, and two rollouts after the first step of three solutions.
    assert {row["outcome"]: row["n"] for row in counted} == {
        "CORRECT": 5,
        "INCORRECT": 5,
        "NO_ANSWER": 2,
    }
    regraded = json.loads(waymark("regrade", "run", "--outcome", "tests", "--json").stdout)
    assert regraded["checker"].startswith("tests")
    assert (regraded["added"], regraded["flips"]) == (0, [])


def tried_name() -> str:
    """Return the name of this machine's sandbox."""
    containment = tried_containment()
    assert not isinstance(containment, str)
    return containment.name


def test_without_a_sandbox_the_outcome_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says why and what to do; running programs free must be asked for."""
    monkeypatch.setattr(checker, "tried_containment", lambda: "nothing holds")

    with pytest.raises(ConfigError, match=r"no sandbox holds here: .*Install bubblewrap.*unsafe"):
        parse_outcome("tests")
    assert parse_outcome("tests(unsafe=True)").name == "tests(unsafe=True)"


def test_an_outcome_may_be_any_checker() -> None:
    """It compares with the problem's own answers; an unknown name lists both kinds."""
    assert parse_outcome("answers") == parse_outcome("answer")
    with pytest.raises(ConfigError, match=r"'test'.*checkers answers, .*tests"):
        parse_outcome("test")


def test_a_named_checker_is_asked_where_a_strategy_names_none() -> None:
    """So provenance states it, for whole solutions too; what a user names stays."""
    method = custom_method(
        METHODS["math_shepherd"],
        strategies=("screen(n=3)", "every_prefix(k=2)", "bisect(checker='answers')"),
        rule=None,
    )

    asked = method.graded_by(parse_spec("tests(cpu_s=1)"))

    assert [str(one) for one in asked.strategies] == [
        "screen(n=3)",
        "every_prefix(checker='tests(cpu_s=1)', k=2)",
        "bisect(checker='answers')",
    ]
    asked.build_strategies()
