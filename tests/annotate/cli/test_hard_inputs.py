"""Inputs that hang, overflow or mislead a checker: labelled all the same, in bounded time."""

import json

import pytest

from tests.running import Waymark, write_jsonl

HARD = {
    "power_tower": "9^9^9 = 10 and 9^{9^{9^9}} = 1",
    "parentheses": "(" * 60 + "1" + ")" * 60 + " = 1",
    "factorial": "1000000! = 7",
    "megabyte": "1 + 1 = 2. " * 95_000,
    "adversarial_latex": "\\frac{" * 3000 + "1" + "}{2}" * 3000 + " = $$$ \\left( \\right",
    "dollars": "$" * 20_000,
    "equals": "1 = " * 20_000,
    "digits": "9" * 50_000 + " + 1 = 2",
    "nulls": "\x00 1 + 1 = 2 \x00",
    "bidi": "\u202e2 = 1 + 1\u202c",
}


def test_hard_solutions_are_labelled_and_bounded(waymark: Waymark) -> None:
    """Each is one step; what is too hard is UNKNOWN or not applicable, and nothing hangs."""
    rows = [
        {"id": name, "problem": f"hard: {name}", "steps": [text], "answer": "9^9^9"}
        for name, text in HARD.items()
    ]
    write_jsonl(waymark.folder / "hard.jsonl", rows)

    waymark("label", "hard.jsonl", "--out", "run")

    found = waymark.query(
        "run",
        "SELECT source_id, e.outcome, e.reason FROM evidence e JOIN solutions USING (solution_id) "
        "WHERE source = 'arithmetic'",
    )
    said = {row["source_id"]: row["outcome"] for row in found}
    assert set(said) == set(HARD)
    assert said["power_tower"] == "UNKNOWN"
    assert said["megabyte"] in {"NO_OBJECTION", "UNKNOWN"}


PLUGIN = '''
"""A verifier that hangs on one solution, dies on another, and objects to a third."""

import os
from dataclasses import dataclass

from schemas import Certificate, CertificateKind, FindingVerdict, NamedValue
from verifiers import VERIFIERS, Finding


@VERIFIERS.register("moody")
@dataclass(frozen=True, slots=True, kw_only=True)
class Moody:
    name: str = "moody"
    version: str = "1"
    backend: str | None = None

    def check(self, problem, solution):
        if "hang" in solution.text:
            while True:
                pass
        if "die" in solution.text:
            os._exit(3)
        return [
            Finding(
                step_index=0,
                verdict=FindingVerdict.INCORRECT,
                certificate=Certificate(
                    kind=CertificateKind.TWO_VALUES,
                    claim=solution.steps[0].text,
                    values=(NamedValue(name="stated", value="a"),),
                ),
            )
        ]
'''


@pytest.mark.slow
def test_a_plugin_that_hangs_or_dies_costs_its_own_solution_only(waymark: Waymark) -> None:
    """TIMEOUT and CRASHED are told as such, and are not verdicts."""
    (waymark.folder / "moody.py").write_text(PLUGIN)
    rows = [
        {"id": name, "problem": "p", "steps": [name]} for name in ("fine", "hang", "die", "good")
    ]
    write_jsonl(waymark.folder / "rows.jsonl", rows)
    strategy = "ask_verifiers(verifier_names=('moody',))"

    waymark("label", "rows.jsonl", "--out", "run", "--plugin", "moody.py", "--strategy", strategy)

    found = waymark.query(
        "run",
        "SELECT source_id, e.outcome, reason FROM evidence e JOIN solutions USING (solution_id) "
        "WHERE source = 'moody' ORDER BY 1",
    )
    assert [(r["source_id"], r["outcome"], r["reason"]) for r in found] == [
        ("die", "UNKNOWN", "CRASHED"),
        ("fine", "INCORRECT", None),
        ("good", "INCORRECT", None),
        ("hang", "UNKNOWN", "TIMEOUT"),
    ]
    gathering = waymark.query("run", "SELECT sources FROM gatherings")
    assert "plugin moody.py" in json.dumps(gathering)
