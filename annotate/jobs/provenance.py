"""Provenance: what gathered and what decided, as rows; and whether a run may take them."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version

from annotate.methods import Method
from annotate.storage import RunFolder, connect, identity_differences, write_rows
from annotate.strategies import Strategy
from schemas import (
    TABLES,
    Gathering,
    IdentityError,
    Json,
    Labelling,
    make_gathering,
    make_labelling,
)
from verifiers.base import Checker, Verifier
from verifiers.catalogue import build_checker, build_verifier
from verifiers.plugins import PluginSource
from verifiers.spec import Spec, arguments_of


def code_version() -> str:
    """Return the version of Waymark that is running."""
    return f"waymark {version('waymark')}"


def gathering_of(strategy: Strategy, plugins: Sequence[PluginSource]) -> Gathering:
    """Return the gathering of a strategy: its arguments, and all it asks with their versions."""
    asked: list[tuple[Spec, Verifier | Checker]] = [
        *((spec, build_verifier(spec)) for spec in strategy.verifiers()),
        *((spec, build_checker(spec)) for spec in strategy.checkers()),
    ]
    sources = [
        f"{spec} {built.version}{f' ({built.backend})' if built.backend else ''}"
        for spec, built in asked
    ]
    hashes = [f"plugin {plugin.name} {plugin.sha256[:16]}" for plugin in plugins]
    return make_gathering(
        strategy.name,
        arguments=arguments_of(strategy),
        sources=(*sources, *hashes),
        stop_rule=strategy.stop_rule,
    )


def labelling_of(method: Method, gatherings: Sequence[Gathering], *, named: bool) -> Labelling:
    """Return the labelling of a method's rule over gatherings.

    Args:
        method: Holds the rule.
        gatherings: Whose evidence the rule reads.
        named: Whether the labels belong to the method, or to its rule alone.
    """
    rule = method.build_rule()
    return make_labelling(
        rule.name,
        arguments=arguments_of(rule),
        method=method.name if named else None,
        gathering_ids=tuple(gathering.gathering_id for gathering in gatherings),
        code_version=code_version(),
    )


def method_identity(method: Method, gatherings: Sequence[Gathering]) -> dict[str, Json]:
    """Return what must match to go on with a labelling job, as JSON."""
    return {
        "rule": f"{method.rule.name} {arguments_of(method.build_rule())}",
        "gathers": [
            {
                "strategy": f"{gathering.strategy} {gathering.arguments}",
                "sources": list(gathering.sources),
            }
            for gathering in gatherings
        ],
    }


def refuse_other_method(run: RunFolder, identity: Mapping[str, Json]) -> None:
    """Check that a run was not labelled by another method before.

    Raises:
        IdentityError: If it was; the line says in what they differ.
    """
    earlier = [
        note["method"]
        for note in run.state().notes
        if note.get("activity") == "label" and isinstance(note.get("method"), Mapping)
    ]
    if not earlier or identity in earlier:
        return
    first = earlier[0]
    differences = identity_differences(first, identity) if isinstance(first, Mapping) else []
    raise IdentityError(
        f"{run.store.location!r} was labelled otherwise: {'; '.join(differences)}. Use another "
        "--out, or `waymark relabel` to decide anew from the evidence that is there."
    )


def record(
    run: RunFolder,
    gatherings: Sequence[Gathering],
    labelling: Labelling,
    *,
    note: Mapping[str, Json],
) -> None:
    """Commit the provenance rows that the run does not hold yet, and what is about to be done."""
    with connect(run) as con:
        held = {
            row[0]
            for row in con.execute(
                "SELECT gathering_id FROM stored.gatherings "
                "UNION ALL SELECT labelling_id FROM stored.labellings"
            ).fetchall()
        }
    rows: dict[str, Sequence[object]] = {
        "gatherings": [g for g in gatherings if g.gathering_id not in held],
        "labellings": [labelling] if labelling.labelling_id not in held else [],
    }
    if not any(rows.values()) and any(dict(n) == dict(note) for n in run.state().notes):
        return
    files = [write_rows(run.store, TABLES[name], items) for name, items in rows.items() if items]
    run.commit(files, note=note)
