"""Truth: what the exact checker of the grammar says of each chain in a run. Pure once read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from annotate.reports import Mark, Truth, TruthRow, collect_truth
from annotate.worlds.stories import StepTruth, check_chain, first_error, first_error_is_known
from schemas import FirstErrorVerdict

_CHAINS = """
    SELECT solution_id, any_value(content_id), any_value(question),
           list(text ORDER BY step_index)
    FROM solutions JOIN steps USING (solution_id)
    GROUP BY solution_id ORDER BY solution_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedChain:
    """A chain with the truth of its steps."""

    content_id: str
    """Hash of question and steps."""
    question: str
    """The problem's text."""
    steps: tuple[str, ...]
    """Without surrounding white space. [n_steps]"""
    truths: tuple[StepTruth, ...]
    """[n_steps]"""

    @property
    def mark(self) -> Mark:
        """Where the first error is; undecided where a step before it is off the grammar."""
        if not first_error_is_known(self.truths):
            return Mark(verdict=FirstErrorVerdict.UNDECIDED)
        at = first_error(self.truths)
        verdict = FirstErrorVerdict.NONE_FOUND if at is None else FirstErrorVerdict.FOUND
        return Mark(verdict=verdict, step_index=at)


def check_chains(con: duckdb.DuckDBPyConnection) -> Mapping[str, CheckedChain]:
    """Return each chain of a run with its truth, by solution id.

    Args:
        con: Connection with the views of the run.
    """
    checked = {}
    for solution_id, content_id, question, texts in con.execute(_CHAINS).fetchall():
        steps = tuple(text.strip() for text in texts)
        checked[solution_id] = CheckedChain(
            content_id=content_id,
            question=question,
            steps=steps,
            truths=check_chain(question, steps),
        )
    return checked


def truth_of(chains: Iterable[CheckedChain]) -> Truth:
    """Return their first errors as a truth that label sets are scored against."""
    return collect_truth(
        TruthRow(content_id=one.content_id, mark=one.mark, groups={}) for one in chains
    )


def write_truth(chains: Iterable[CheckedChain], path: Path) -> None:
    """Write the known first errors as ProcessBench does, for `waymark evaluate --truth`."""
    rows = (
        {
            "problem": one.question,
            "steps": list(one.steps),
            "label": -1 if one.mark.step_index is None else one.mark.step_index,
        }
        for one in chains
        if one.mark.verdict is not FirstErrorVerdict.UNDECIDED
    )
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
