"""The command `waymark flow`: jobs as Prefect flows, now or on a schedule.

Prefect is imported when a subcommand runs: it takes a second, and it may be missing.
"""

import asyncio
import contextlib
import importlib
import logging
import os
from collections.abc import Coroutine
from typing import Any

import click

from annotate.cli.label import print_report
from annotate.cli.options import resolved
from annotate.cli.settings import default_map
from annotate.jobs import LabelReport
from flows.server import own_server, refuse_silent
from flows.settings import flow_parameters, label_job
from schemas import ConfigError

QUIET = {
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLI_PROMPT": "false",
    # Prefect's own server needs more than its default of 20 s on a busy machine.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
}
"""Settings of Prefect where the environment does not say otherwise."""


class LabelSettings(click.Command):
    """A command with the parameters of `waymark label`, and their defaults. Click's class."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401  # as click has it
    ) -> click.Context:
        """Read the section [label] of the configuration file for what is not on the line."""
        if parent is not None:
            extra.setdefault("default_map", _label_section(parent.find_root()))
        return super().make_context(info_name, args, parent, **extra)


@click.group(name="flow")
def group() -> None:
    """Run jobs as Prefect flows, now or on a schedule.

    PREFECT_API_URL names a server; without it one is started for the time of the command.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        importlib.import_module("prefect")
    except ImportError as error:
        raise ConfigError(
            "`waymark flow` needs Prefect, which is not installed: install 'waymark[flows]', or "
            "use `waymark label`, which does the same work without."
        ) from error


@group.command(name="label", cls=LabelSettings, params=flow_parameters())
@click.pass_context
def label_command(ctx: click.Context, /, **settings: Any) -> None:  # noqa: ANN401  # as many types as options
    """Label INPUTS as `waymark label` does, as a flow run: one task for each shard.

    The options, their environment variables and their section of waymark.toml are those of
    `waymark label`.
    """
    stored = resolved(ctx)
    request, _ = label_job(stored)
    _named_server()
    from flows.label import label_flow  # noqa: PLC0415  # imports Prefect

    # Whatever ends the flow run ends this command, which tells it in a line of its own.
    logging.getLogger("prefect.flow_runs").propagate = False
    report = _ended(label_flow(stored))
    print_report(request.out, report, as_json=bool(settings["as_json"]))


@group.command(
    name="serve",
    cls=LabelSettings,
    params=[
        click.Option(["--cron"], metavar="LINE", help="When to run, as '0 3 * * *'."),
        click.Option(
            ["--interval"],
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="How often to run, instead of --cron.",
        ),
        *(one for one in flow_parameters() if one.name != "as_json"),
    ],
)
@click.pass_context
def serve_command(
    ctx: click.Context,
    /,
    *,
    cron: str | None,
    interval: float | None,
    **settings: Any,  # noqa: ANN401  # as many types as options
) -> None:
    """Label INPUTS again and again, whatever of them is new, until stopped.

    Shows as the run folder's deployment of `waymark-label`, which can also be started by hand.
    """
    del settings
    if (cron is None) == (interval is None):
        raise ConfigError(
            "give either --cron, as --cron '0 3 * * *', or --interval, as --interval 3600."
        )
    stored = {name: one for name, one in resolved(ctx).items() if name not in ("cron", "interval")}
    label_job(stored)
    from flows.serving import refuse_bad, serve  # noqa: PLC0415  # imports Prefect

    if cron is not None:
        refuse_bad(cron)
    named = _named_server()
    with own_server() if named is None else contextlib.nullcontext(named) as api_url:
        serve(stored, api_url=api_url, cron=cron, interval_s=interval)


def _named_server() -> str | None:
    """Return the server that Prefect's settings name, having tried it; None where none is named."""
    from prefect.settings import get_current_settings  # noqa: PLC0415  # imports Prefect

    named = get_current_settings().api.url
    if named is not None:
        refuse_silent(named)
    return named


def _ended(run: Coroutine[Any, Any, LabelReport]) -> LabelReport:
    """Return what a flow run returns.

    Raises:
        KeyboardInterrupt: If it was interrupted: SIGTERM is taken for Ctrl-C.
    """
    from prefect.exceptions import TerminationSignal  # noqa: PLC0415  # imports Prefect

    try:
        return asyncio.run(run)
    except (TerminationSignal, asyncio.CancelledError):
        raise KeyboardInterrupt from None


def _label_section(root: click.Context) -> dict[str, object]:
    """Return the section [label] of the configuration file, and name its environment variables."""
    if not isinstance(root.command, click.Group):
        return {}
    # As if `waymark label` were about to run: its keys are checked, its options learn their names.
    as_label = click.Context(root.command, info_name=root.info_name)
    as_label.invoked_subcommand = "label"
    if root.command.get_command(as_label, "label") is None:
        return {}
    return default_map(root.params.get("config"), root.command, as_label).get("label", {})
