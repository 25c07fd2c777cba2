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


def choose_compared(
    con: duckdb.DuckDBPyConnection, names: Sequence[str] = ()
) -> dict[str, Labelling]:
    """Return the labellings that are to be compared, by the name that each is called by.

    Args:
        con: Connection with the views of a run.
        names: Each a method, a rule, or at least six digits of a labelling id; empty takes those of
            all methods that labelled the run. Of several labellings of one method (rates were
            fitted only when problems were added) the one that holds most solutions is taken.

    Raises:
        QueryError: If none fits a name, or several; the message names those there.
    """
    known = list(run_query("annotate.storage", con, "labellings", Labelling))
    methods = {one.method: one for one in known if one.method is not None}
    chosen: dict[str, Labelling] = {}
    for name in dict.fromkeys(names or sorted(methods)):
        of_method = [one for one in known if one.method == name]
        if not of_method and not any(_fits(one, name) for one in known):
            there = ", ".join(sorted(methods)) or "none"
            raise QueryError(
                f"the run has no labels by method or rule {name!r}; methods: {there}; rules: "
                f"{_listed(known) or 'none'}."
            )
        chosen[name] = _fullest(con, of_method) if of_method else choose_labelling(con, name)
    if not chosen:
        choose_labelling(con)  # says what is missing
        raise QueryError("no labelling of the run is a method's: name rules instead of methods.")
    return chosen


def _fullest(con: duckdb.DuckDBPyConnection, labellings: Sequence[Labelling]) -> Labelling:
    if len(labellings) == 1:
        return labellings[0]
    counts = dict(
        con.execute("SELECT labelling_id, count(*) FROM first_errors GROUP BY ALL").fetchall()
    )
    sizes = [counts.get(one.labelling_id, 0) for one in labellings]
    if sizes.count(max(sizes)) > 1:
        raise QueryError(
            f"{len(labellings)} labellings are of method {labellings[0].method!r}: give the digits "
            f"of one instead, of {_listed(labellings)}."
        )
    return labellings[sizes.index(max(sizes))]


def _listed(labellings: Sequence[Labelling]) -> str:
    return ", ".join(f"{one.rule} ({one.labelling_id[:8]})" for one in labellings)


def _fits(labelling: Labelling, rule: str) -> bool:
    by_id = len(rule) >= _MIN_PREFIX and labelling.labelling_id.startswith(rule)
    return labelling.rule == rule or by_id
