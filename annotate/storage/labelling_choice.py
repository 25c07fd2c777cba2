"""Which labelling of a run is meant: by method or rule, by id, or the only one there is."""

from collections import Counter
from collections.abc import Iterable, Sequence

import duckdb

from annotate.storage.queries import run_query
from schemas import Labelling, QueryError

_MIN_PREFIX = 6  # hexadecimal digits of an id that are taken for one
_SHOWN_DIGITS = 8


def choose_labelling(con: duckdb.DuckDBPyConnection, name: str | None = None) -> Labelling:
    """Return the labelling that `name` names.

    Args:
        con: Connection with the views of a run.
        name: A method, a rule, or at least six digits of a labelling id; null takes the only one.
            Of several labellings of one method (rates were fitted anew when problems were added)
            the one that holds most solutions is meant; of several by one rule the one that was
            made by a method, where the others are by `waymark relabel`.

    Raises:
        QueryError: If none fits, or several; the message names those there.
    """
    known = read_labellings(con)
    if not known:
        raise QueryError("the run holds no labels: run `waymark label` or `waymark relabel` first.")
    if name is None:
        if len(known) == 1:
            return known[0]
        raise QueryError(
            f"the run has {len(known)} labellings: say which with --rule NAME, or with the digits "
            f"in brackets where names are equal; there is: {_listed(known)}."
        )
    of_method = [one for one in known if one.method == name]
    if of_method:
        return _fullest(con, of_method)
    fits = [one for one in known if _fits(one, name)]
    if not fits:
        raise QueryError(f"there is no labelling by {name!r}; there is: {_listed(known)}.")
    by_methods = [one for one in fits if one.rule == name and one.method is not None]
    if len(fits) == 1 or len(by_methods) == 1:
        return (by_methods or fits)[0]
    raise QueryError(
        f"{len(fits)} labellings fit --rule {name!r}: name a method, or give the digits of one, of "
        f"{_listed(fits)}."
    )


def choose_compared(
    con: duckdb.DuckDBPyConnection, names: Sequence[str] = ()
) -> dict[str, Labelling]:
    """Return the labellings that are to be compared, by the name that each is called by.

    Args:
        con: Connection with the views of a run.
        names: Each as `choose_labelling` takes it; empty takes those of all methods that labelled
            the run.

    Raises:
        QueryError: If none fits a name, or several; the message names those there.
    """
    known = read_labellings(con)
    methods = {one.method for one in known if one.method is not None}
    for name in names:
        if name not in methods and not any(_fits(one, name) for one in known):
            there = ", ".join(sorted(methods)) or "none"
            raise QueryError(
                f"the run has no labels by method or rule {name!r}; methods: {there}; rules: "
                f"{_listed(known) or 'none'}."
            )
    chosen = {name: choose_labelling(con, name) for name in names or sorted(methods)}
    if not chosen:
        choose_labelling(con)  # says what is missing
        raise QueryError("no labelling of the run is a method's: name rules instead of methods.")
    return chosen


def read_labellings(con: duckdb.DuckDBPyConnection) -> list[Labelling]:
    """Return the labellings of a run, in order of rule and id.

    Raises:
        StoreError: If a file of the run is damaged.
    """
    return list(run_query("annotate.storage", con, "labellings", Labelling))


def name_labellings(labellings: Iterable[Labelling]) -> dict[str, str]:
    """Return how reports call labellings, by id: each by a name of its own.

    That is the method, else the rule, with digits of the id where two would share it. A method that
    was put together on the command line is called by its rule: its name is its whole text.
    """
    plain = {one.labelling_id: _plain_name(one) for one in labellings}
    uses = Counter(plain.values())
    return {
        labelling_id: f"{name} ({labelling_id[:_SHOWN_DIGITS]})" if uses[name] > 1 else name
        for labelling_id, name in plain.items()
    }


def _plain_name(labelling: Labelling) -> str:
    method = labelling.method
    return method if method is not None and method.isidentifier() else labelling.rule


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
    return ", ".join(
        f"{one.rule} ({one.labelling_id[:_SHOWN_DIGITS]}"
        f"{'' if one.method is None else f', method {one.method}'})"
        for one in labellings
    )


def _fits(labelling: Labelling, name: str) -> bool:
    by_id = len(name) >= _MIN_PREFIX and labelling.labelling_id.startswith(name)
    return labelling.rule == name or by_id
