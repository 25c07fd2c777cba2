"""What methods said of the chains of a run, beside the exact truth and what each asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from annotate.reports.first_error_scores import Paired
from annotate.reports.label_set import mark_of_view
from annotate.storage import RunFolder, connect
from examples.demo.truth import check_chains
from schemas import FirstErrorVerdict
from verifiers.spec import parse_spec

CHAINS = """
    SELECT f.solution_id, s.problem_id, s.outcome, f.first_error, f.confidence,
           coalesce(e.rollouts, 0), coalesce(e.tokens, 0) + coalesce(j.tokens, 0),
           p.tokens / p.chains
    FROM first_errors AS f
    JOIN labellings AS l USING (labelling_id)
    JOIN solutions AS s USING (solution_id)
    JOIN (
        SELECT e.problem_id, sum(e.tokens) AS tokens, any_value(n.chains) AS chains
        FROM evidence AS e
        JOIN (SELECT problem_id, count(*) AS chains FROM solutions GROUP BY ALL) AS n
            USING (problem_id)
        WHERE list_contains($3, e.gathering_id) AND e.scope = 'PROBLEM' GROUP BY ALL
    ) AS p USING (problem_id)
    LEFT JOIN (
        SELECT solution_id, sum(trials) AS rollouts, sum(tokens) AS tokens
        FROM evidence WHERE gathering_id = $2 AND scope = 'PREFIX' GROUP BY ALL
    ) AS e USING (solution_id)
    LEFT JOIN (
        SELECT solution_id, sum(tokens) AS tokens
        FROM evidence WHERE list_contains($4, gathering_id) AND source_kind = 'JUDGE' GROUP BY ALL
    ) AS j USING (solution_id)
    WHERE l.method = $1
"""
"""One row per chain of a method: what it said, what its last gathering and its judge wrote, and its
share of the screen."""
WRONG = frozenset({"INCORRECT", "NO_ANSWER"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a method said of one chain."""

    problem_id: str
    """Its problem."""
    ends_wrong: bool
    """Whether its answer is wrong."""
    pair: Paired
    """The truth, what was said, and how surely."""
    rollouts: int
    """Rollouts of its prefixes."""
    tokens: int
    """Tokens of these, and of a judge's opinions."""
    screen_tokens: float
    """Its share of the tokens of its problem's screen."""

    @property
    def has_error(self) -> bool:
        """Whether a step of it is wrong in truth."""
        return self.pair.truth.verdict is FirstErrorVerdict.FOUND

    def says(self, verdict: FirstErrorVerdict) -> bool:
        """Return whether that is the verdict."""
        return self.pair.predicted.verdict is verdict


def read_said(found: RunFolder, gathered: Mapping[str, Sequence[str]]) -> dict[str, list[Said]]:
    """Return what each method said of the chains whose truth is known.

    Args:
        found: The run.
        gathered: By method the strategies behind the screen; what the last one asked is counted.
    """
    said: dict[str, list[Said]] = defaultdict(list)
    with connect(found) as con:
        marks = {key: chain.mark for key, chain in check_chains(con).items()}
        for name, strategies in gathered.items():
            asked = _gatherings(con, name, parse_spec(strategies[-1]).name)
            screens = _gatherings(con, name, "screen")
            judged = _gatherings(con, name, "ask_judge")
            for row in con.execute(CHAINS, [name, asked[0], screens, judged]).fetchall():
                solution_id, problem_id, outcome, first_error, confidence, *paid = row
                if marks[solution_id].verdict is FirstErrorVerdict.UNDECIDED:
                    continue
                pair = Paired(
                    truth=marks[solution_id],
                    predicted=mark_of_view(first_error),
                    confidence=confidence,
                )
                said[name].append(
                    Said(
                        problem_id=problem_id,
                        ends_wrong=outcome in WRONG,
                        pair=pair,
                        rollouts=int(paid[0]),
                        tokens=int(paid[1]),
                        screen_tokens=float(paid[2]),
                    )
                )
    return said


def _gatherings(con: duckdb.DuckDBPyConnection, method: str, strategy: str) -> list[str]:
    """Return a method's gatherings by one strategy, the one under a calibration first."""
    rows = con.execute(
        "SELECT g.gathering_id FROM gatherings AS g WHERE g.strategy = $2 AND g.gathering_id IN "
        "(SELECT unnest(gathering_ids) FROM labellings WHERE method = $1) "
        "ORDER BY g.calibration_id IS NULL",
        [method, strategy],
    ).fetchall()
    return [gathering_id for (gathering_id,) in rows]
