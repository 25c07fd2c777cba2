"""Learning: what the gathering of round 0 teaches of a run, as a calibration that it keeps.

A calibration is fitted once for a run and what was gathered in it; methods that begin alike share
it, and a later call goes on under the same one, though problems were added since, so that what is
gathered of a problem does not depend on when.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from annotate.cases import read_cases
from annotate.estimates import fit_calibration
from annotate.rules import Observed, observe_case
from annotate.storage import RunFolder, connect, write_rows
from schemas import TABLES, Calibration, Gathering, from_arrow

_PROBLEMS = 256


def learn(run: RunFolder, method: str, gatherings: Sequence[Gathering]) -> Calibration | None:
    """Return the calibration of a method in a run, fitted now if it is not there.

    Args:
        run: The run, locked by the caller.
        method: Name of the method, for the record.
        gatherings: Those of round 0.

    Returns:
        None where too few solutions were audited: what is shipped is used then.
    """
    ids = sorted(gathering.gathering_id for gathering in gatherings)
    for earlier in run.state().notes:
        if earlier.get("activity") == "fit" and earlier.get("gatherings") == ids:
            return _stored(run, str(earlier["calibration"]))
    calibration = fit_calibration(_audited(run, ids))
    if calibration is not None:
        files = [write_rows(run.store, TABLES["calibrations"], [calibration])]
        run.commit(
            files,
            note={
                "activity": "fit",
                "method": method,
                "gatherings": ids,
                "calibration": calibration.calibration_id,
            },
        )
    return calibration


def latest_calibration(run: RunFolder) -> Calibration | None:
    """Return the calibration that a run fitted last; None where it fitted none."""
    fitted = [note for note in run.state().notes if note.get("activity") == "fit"]
    return _stored(run, str(fitted[-1]["calibration"])) if fitted else None


def _audited(run: RunFolder, gathering_ids: Sequence[str]) -> dict[str, list[Observed]]:
    """Return wrong solutions with every prefix asked, and right ones of the same problems.

    By completer, in order of problem.
    """
    found: defaultdict[str, list[Observed]] = defaultdict(list)
    for problem_ids, source in _asked_problems(run, gathering_ids):
        for case in read_cases(run, problem_ids, gathering_ids, samples_of=gathering_ids).cases:
            found[source] += [
                one
                for one in observe_case(case, source)
                if one is not None and (not one.ends_wrong or _audited_whole(one))
            ]
    return found


def _audited_whole(one: Observed) -> bool:
    return one.n_steps > 1 and bool((one.successes + one.failures > 0).all())


def _asked_problems(
    run: RunFolder, gathering_ids: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield problems with prefixes asked, some hundred at a time, and who was asked."""
    with connect(run, stored_only=True) as con:
        rows = con.execute(
            "SELECT DISTINCT source, problem_id FROM stored.evidence WHERE scope = 'PREFIX' "
            "AND source_kind = 'ROLLOUTS' AND list_contains($1, gathering_id) "
            "ORDER BY source, problem_id",
            [list(gathering_ids)],
        ).fetchall()
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for source, problem_id in rows:
        by_source[source].append(problem_id)
    for source, problem_ids in by_source.items():
        for start in range(0, len(problem_ids), _PROBLEMS):
            yield tuple(problem_ids[start : start + _PROBLEMS]), source


def _stored(run: RunFolder, calibration_id: str) -> Calibration:
    with connect(run, stored_only=True) as con:
        rows = con.sql(
            "SELECT * FROM stored.calibrations WHERE calibration_id = $1", params=[calibration_id]
        ).to_arrow_table()
    return from_arrow(Calibration, rows)[0]
