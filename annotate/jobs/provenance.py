"""Provenance: what gathered and what decided, as rows; and whether a run may take them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from annotate.methods import Method
from annotate.rules import Rule
from annotate.storage import RunFolder, connect, identity_differences, write_rows
from annotate.strategies import Strategy
from schemas import (
    TABLES,
    ConfigError,
    Gathering,
    IdentityError,
    Json,
    Labelling,
    PolicyRow,
    Role,
    canonical_json,
    make_gathering,
    make_labelling,
)
from verifiers.base import Checker, Verifier
from verifiers.catalogue import build_checker, build_verifier
from verifiers.plugins import PluginSource, plugin_hash
from verifiers.spec import Spec, arguments_of

_MOST_DIFFERENCES = 3


def code_version() -> str:
    """Return the version of Waymark that is running."""
    return f"waymark {version('waymark')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who is asked for rollouts and opinions, and how outcomes are told: part of provenance."""

    seats: Mapping[Role, str] = field(default_factory=dict)
    """By role: the policy's name and id, and its sampling as canonical JSON."""
    outcome: str = ""
    """How the outcome of a rollout is told, with its version."""

    def of(self, roles: Sequence[Role]) -> tuple[str, ...]:
        """Return the sources that a strategy asks in some roles.

        Raises:
            ConfigError: If no policy is named for one of them.
        """
        missing = sorted(role.name.lower() for role in roles if role not in self.seats)
        if missing:
            raise ConfigError(
                f"nothing is named that could be the {missing[0]}: name what writes, as "
                f"--policy embedded (small, shipped, for its own kind of problems), or --policy "
                "endpoint --base-url URL --model NAME."
            )
        seats = [f"{role.name.lower()} {self.seats[role]}" for role in roles]
        return (*seats, f"outcome {self.outcome}") if seats else ()


NOBODY = Asked()
"""Where no policy is asked."""


def gathering_of(
    strategy: Strategy,
    plugins: Sequence[PluginSource],
    asked: Asked = NOBODY,
    *,
    calibration_id: str | None = None,
) -> Gathering:
    """Return the gathering of a strategy: its arguments, and all it asks with their versions.

    Args:
        strategy: What is to ask.
        plugins: Plug-in files that may define what it asks.
        asked: Who is asked for rollouts.
        calibration_id: What steers it, if it can be steered.
    """
    files = tuple(plugins)
    checks: list[tuple[Spec, Verifier | Checker]] = [
        *((spec, build_verifier(spec, files)) for spec in strategy.verifiers()),
        *((spec, build_checker(spec, files)) for spec in strategy.checkers()),
    ]
    sources = [
        f"{spec} {built.version}{f' ({built.backend})' if built.backend else ''}"
        for spec, built in checks
    ]
    modules = {type(built).__module__ for _, built in checks}
    hashes = {p.module: f"plugin {p.name} {p.digits}" for p in files if p.module in modules}
    return make_gathering(
        strategy.name,
        arguments=stored_arguments(strategy),
        sources=(*sources, *hashes.values(), *asked.of(strategy.roles())),
        stop_rule=strategy.stop_rule,
        calibration_id=calibration_id if getattr(strategy, "steered", False) else None,
    )


def stored_arguments(part: Strategy | Rule) -> str:
    """Return the arguments of a strategy or rule as provenance holds them, as canonical JSON.

    Beside them stand its version and, where a plug-in file defines it, the hash of that file: what
    another version or an edited file asks or decides has other ids.
    """
    stored = {**json.loads(arguments_of(part)), "version": part.version}
    digits = plugin_hash(part)
    return canonical_json(stored if digits is None else {**stored, "plugin_sha256": digits})


def labelling_of(
    method: Method,
    gatherings: Sequence[Gathering],
    *,
    named: bool,
    calibration_id: str | None = None,
) -> Labelling:
    """Return the labelling of a method's rule over gatherings.

    Args:
        method: Holds the rule.
        gatherings: Whose evidence the rule reads.
        named: Whether the labels belong to the method, or to its rule alone.
        calibration_id: What the rule reads, if it reads any.
    """
    rule = method.build_rule()
    return make_labelling(
        rule.name,
        arguments=stored_arguments(rule),
        method=method.name if named else None,
        gathering_ids=tuple(gathering.gathering_id for gathering in gatherings),
        code_version=code_version(),
        calibration_id=calibration_id if getattr(rule, "calibrated", False) else None,
    )


def method_identity(method: Method, gatherings: Sequence[Gathering]) -> dict[str, Json]:
    """Return what must match to go on with a labelling job, as JSON."""
    return {
        "rule": f"{method.rule.name} {stored_arguments(method.build_rule())}",
        "gathers": {
            f"{number} {gathering.strategy}": {
                "arguments": json.loads(gathering.arguments),
                "asks": _asks(gathering.sources),
            }
            for number, gathering in enumerate(gatherings, start=1)
        },
    }


def _asks(sources: Sequence[str]) -> dict[str, Json]:
    """Return sources as JSON: policies by role with their sampling, and the rest as a list.

    So a difference in the sampling is told by the name of what differs.
    """
    policies: dict[str, Json] = {}
    others: list[Json] = []
    for source in sources:
        role, _, rest = source.partition(" ")
        policy, mark, written = rest.partition(" {")
        if mark and role.upper() in Role.__members__:
            policies[role] = {"policy": policy, "sampling": json.loads("{" + written)}
        else:
            others.append(source)
    return {**policies, "checks": others}


def refuse_other_methods(run: RunFolder, identity: Mapping[str, Json]) -> None:
    """Check that a run was not labelled otherwise before. Methods may be added to it.

    Args:
        run: The run.
        identity: The methods by name, as `method_identity` gives them.

    Raises:
        IdentityError: If one that it was labelled by is missing or differs; the line says in what.
    """
    earlier = [
        note["methods"]
        for note in run.state().notes
        if note.get("activity") == "label" and isinstance(note.get("methods"), Mapping)
    ]
    if not earlier:
        return
    last = earlier[-1]
    if not isinstance(last, Mapping):
        return
    missing = [name for name in last if name not in identity]
    if missing:
        raise IdentityError(
            f"{run.store.location!r} was labelled by {', '.join(map(repr, last))}, now by "
            f"{', '.join(map(repr, identity))}: name the earlier --method beside the new one to "
            "add to the run, use another --out, or `waymark relabel` to decide anew from the "
            "evidence that is there."
        )
    differences = identity_differences(last, {name: identity[name] for name in last})
    if differences:
        more = len(differences) - _MOST_DIFFERENCES
        raise IdentityError(
            f"{run.store.location!r} was labelled otherwise: "
            f"{'; '.join(differences[:_MOST_DIFFERENCES])}{f' and {more} more' * (more > 0)}. Use "
            "another --out, or repeat the run's own settings to go on with it."
        )


def record(
    run: RunFolder,
    gatherings: Sequence[Gathering],
    labellings: Sequence[Labelling],
    *,
    note: Mapping[str, Json],
    policies: Sequence[PolicyRow] = (),
) -> None:
    """Commit the provenance rows that the run does not hold yet, and what is about to be done."""
    with connect(run) as con:
        held = {
            row[0]
            for row in con.execute(
                "SELECT gathering_id FROM stored.gatherings "
                "UNION ALL SELECT labelling_id FROM stored.labellings "
                "UNION ALL SELECT policy_id FROM stored.policies"
            ).fetchall()
        }
    rows: dict[str, Sequence[object]] = {
        "policies": list({p.policy_id: p for p in policies if p.policy_id not in held}.values()),
        "gatherings": list(
            {g.gathering_id: g for g in gatherings if g.gathering_id not in held}.values()
        ),
        "labellings": list(
            {one.labelling_id: one for one in labellings if one.labelling_id not in held}.values()
        ),
    }
    if not any(rows.values()) and any(dict(n) == dict(note) for n in run.state().notes):
        return
    files = [write_rows(run.store, TABLES[name], items) for name, items in rows.items() if items]
    run.commit(files, note=note)
