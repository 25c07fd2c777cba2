"""Settings: those of `waymark label` as a flow's parameter, plain JSON, and back.

By name of the command's parameter; one that is missing stands at the command's default.
"""

from collections.abc import Mapping
from typing import Any

import click

from annotate.cli.label import command
from annotate.cli.label_request import label_request
from annotate.cli.options import make_executor
from annotate.executors import Executor
from annotate.jobs import LabelRequest
from schemas import ConfigError, Json, nearest

LEFT_OUT = frozenset({"problem", "solution", "answer", "dry_run"})
"""Parameters of `waymark label` that are for one look on the terminal, not for a flow."""


def flow_parameters() -> list[click.Parameter]:
    """Return the parameters of `waymark label` that a flow takes."""
    return [one for one in command.params if one.name not in LEFT_OUT]


def label_job(settings: Mapping[str, Json]) -> tuple[LabelRequest, Executor]:
    """Return what settings ask for, and where it is to run.

    Raises:
        WaymarkError: If a setting is unknown, of the wrong form, missing, or contradicts another.
    """
    values = _values(settings)
    request = label_request(values, config=dict(settings))
    if not request.inputs:
        raise ConfigError("nothing to label: name files or folders.")
    if not request.out:
        raise ConfigError("--out is missing: name the run folder to write, as --out runs/first.")
    return request, make_executor(values["executor"], values["address"], values["workers"])


def _values(
    settings: Mapping[str, Json],
) -> dict[str, Any]:  # Any: values of click's parameters, of as many types
    parameters = {str(one.name): one for one in flow_parameters()}
    for name in settings.keys() - parameters.keys():
        raise ConfigError(f"there is no setting {name!r}: {nearest(name, parameters)}")
    context = command.make_context("label", [])
    try:
        given = {
            name: parameters[name].type_cast_value(context, value)
            for name, value in settings.items()
        }
    except click.BadParameter as error:
        raise ConfigError(error.format_message()) from error
    except (TypeError, ValueError) as error:
        raise ConfigError(f"the settings do not fit `waymark label`: {error}") from error
    return context.params | given
