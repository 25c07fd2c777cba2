"""The settings of `waymark label` as a request: the same for the command and for flows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotate.cli.options import load_plugins, read_options
from annotate.cli.policy_options import policies_of
from annotate.jobs import LabelRequest, roles_asked
from annotate.methods import Method, custom_method, get_method
from annotate.outcomes import parse_outcome
from schemas import ConfigError, Json


def label_request(
    settings: Mapping[str, Any],  # Any: values of click's parameters, of as many types
    *,
    config: Mapping[str, Json],
) -> LabelRequest:
    """Return the request that the parameters of `waymark label` state.

    Args:
        settings: By name of the command's parameter.
        config: The same as JSON, kept in the run for the record.

    Raises:
        WaymarkError: If a setting is unknown, of the wrong form, or contradicts another.
    """
    plugins = load_plugins(tuple(Path(path) for path in settings["plugins"]))
    outcomes = parse_outcome(settings["outcome"], plugins=plugins)
    methods = _methods(settings["method"], tuple(settings["strategy"]), settings["rule"])
    if outcomes.names_checker:
        methods = tuple(method.graded_by(outcomes.checker) for method in methods)
    for method in methods:
        method.check()
    return LabelRequest(
        inputs=tuple(settings["solutions"]),
        out=settings["run"] or "",
        methods=methods,
        options=read_options(tuple(settings["mapping"]), settings["segment"]),
        limit=settings["limit"],
        strict=settings["strict"],
        plugins=plugins,
        shard_size=settings["shard_size"],
        policies=policies_of(settings, needed=roles_asked(methods, outcomes)),
        policy_check=not settings["no_policy_check"],
        outcomes=outcomes,
        max_rollouts=settings["max_rollouts"],
        max_tokens=settings["max_tokens"],
        config=config,
    )


def _methods(
    names: tuple[str, ...], strategies: tuple[str, ...], rule: str | None
) -> tuple[Method, ...]:
    """Return the methods by name, or one that is made of strategies and a rule."""
    chosen = tuple(dict.fromkeys(names))
    if not strategies and rule is None:
        return tuple(get_method(name) for name in chosen)
    if len(chosen) != 1:
        raise ConfigError(
            f"--strategy and --rule replace parts of one method, not of {len(chosen)}: name one "
            "--method."
        )
    return (custom_method(get_method(chosen[0]), strategies=strategies, rule=rule),)
