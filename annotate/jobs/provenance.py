"""Provenance: what gathered and what decided, as rows; and whether a run may take them."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from annotate.methods import Method
from annotate.rules import Rule
from annotate.storage import RunFolder, connect, identity_differences, write_rows
from annotate.strategies import Strategy
from schemas import (
    TABLES,
    Gathering,
    IdentityError,
    Json,
    Labelling,
    canonical_json,
    make_gathering,
    make_labelling,
)
from verifiers.base import Checker, Verifier
from verifiers.catalogue import build_checker, build_verifier
from verifiers.plugins import PluginSource, plugin_hash
from verifiers.spec import Spec, arguments_of


def code_version() -> str:
    """Return the version of Waymark that is running."""
    return f"waymark {version('waymark')}"


def gathering_of(strategy: Strategy, plugins: Sequence[PluginSource]) -> Gathering:
    """Return the gathering of a strategy: its arguments, and all it asks with their versions.

    Args:
        strategy: What is to ask.
        plugins: Plug-in files that may define what it asks.
    """
    files = tuple(plugins)
    asked: list[tuple[Spec, Verifier | Checker]] = [
        *((spec, build_verifier(spec, files)) for spec in strategy.verifiers()),
        *((spec, build_checker(spec, files)) for spec in strategy.checkers()),
    ]
    sources = [
        f"{spec} {built.version}{f' ({built.backend})' if built.backend else ''}"
        for spec, built in asked
    ]
    modules = {type(built).__module__ for _, built in asked}
    hashes = {p.module: f"plugin {p.name} {p.digits}" for p in files if p.module in modules}
    return make_gathering(
        strategy.name,
        arguments=stored_arguments(strategy),
        sources=(*sources, *hashes.values()),
        stop_rule=strategy.stop_rule,
    )


def stored_arguments(part: Strategy | Rule) -> str:
    """Return the arguments of a strategy or rule as provenance holds them, as canonical JSON.

    Beside them stand its version and, where a plug-in file defines it, the hash of that file: what
    another version or an edited file asks or decides has other ids.
    """
    stored = {**json.loads(arguments_of(part)), "version": part.version}
    digits = plugin_hash(part)
    return canonical_json(stored if digits is None else {**stored, "plugin_sha256": digits})


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
        arguments=stored_arguments(rule),
        method=method.name if named else None,
        gathering_ids=tuple(gathering.gathering_id for gathering in gatherings),
        code_version=code_version(),
    )


def method_identity(method: Method, gatherings: Sequence[Gathering]) -> dict[str, Json]:
    """Return what must match to go on with a labelling job, as JSON."""
    return {
        "rule": f"{method.rule.name} {stored_arguments(method.build_rule())}",
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
