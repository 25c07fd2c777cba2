"""Which labelling of a run is meant: by rule name, by id, or the only one there is."""

from collections.abc import Sequence

import duckdb

from annotate.storage.queries import run_query
from schemas import Labelling, QueryError

_MIN_PREFIX = 6  # hexadecimal digits of an id that are taken for one


def choose_labelling(con: duckdb.DuckDBPyConnection, rule: str | None = None) -> Labelling:
    """Return the labelling that `rule` names.

    Args:
        con: Connection with the views of a run.
        rule: Name of the rule, or at least six digits of a labelling id; null takes the only one.

    Raises:
        QueryError: If none fits, or several; the message names those there.
    """
    known = list(run_query("annotate.storage", con, "labellings", Labelling))
    if not known:
        raise QueryError("the run holds no labels: run `waymark label` or `waymark relabel` first.")
    fits = [labelling for labelling in known if rule is None or _fits(labelling, rule)]
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise QueryError(f"there is no labelling by rule {rule!r}; there is: {_listed(known)}.")
    if rule is not None:
        raise QueryError(
            f"{len(fits)} labellings fit --rule {rule!r}: give the digits of one instead, of "
            f"{_listed(fits)}."
        )
    raise QueryError(
        f"the run has {len(fits)} labellings: say which with --rule NAME, or with the digits in "
        f"brackets where names are equal; there is: {_listed(fits)}."
    )


def _listed(labellings: Sequence[Labelling]) -> str:
    return ", ".join(f"{one.rule} ({one.labelling_id[:8]})" for one in labellings)


def _fits(labelling: Labelling, rule: str) -> bool:
    by_id = len(rule) >= _MIN_PREFIX and labelling.labelling_id.startswith(rule)
    return labelling.rule == rule or by_id
