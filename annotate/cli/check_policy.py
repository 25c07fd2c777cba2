"""`waymark check-policy`: is a policy set up so that its rollouts mean anything."""

import sys
from pathlib import Path

import click
from rich.table import Table

from annotate.cli.console import out, print_json
from annotate.cli.options import json_option, load_plugins, plugin_option
from annotate.cli.policy_options import connection_options, policies_of
from annotate.cli.running import run_job
from annotate.executors import available_cores
from annotate.jobs.check_policy import check_policy
from annotate.jobs.policy_check import CheckState, PolicyCheck
from annotate.policies import PolicyChoice
from annotate.reports import plain, safe_text
from schemas import Role

_STYLES = {CheckState.OK: "green", CheckState.NOTED: "yellow", CheckState.FAILED: "red"}


@click.command(name="check-policy")
@connection_options
@plugin_option
@json_option
def command(*, plugins: tuple[Path, ...], as_json: bool, **settings: str | None) -> None:
    """Try a policy with about ten short requests, and say what to do.

    A server that starts again instead of continuing, or ignores what it is asked, makes labels
    wrong without any error: `waymark label` asks the same first. Exits with 2 if a check fails.
    """
    load_plugins(plugins)
    choice = policies_of(settings, needed=[Role.COMPLETER])[Role.COMPLETER]
    name, checks = run_job(_checked(choice))
    failed = [check for check in checks if check.failed]
    if as_json:
        print_json({"policy": name, "ok": not failed, "checks": plain(checks)})
    else:
        _print(name, checks)
    if failed:
        sys.exit(2)


async def _checked(choice: PolicyChoice) -> tuple[str, tuple[PolicyCheck, ...]]:
    policy = await choice.factory().open(cores=available_cores())
    try:
        return policy.row.name, await check_policy(policy)
    finally:
        await policy.aclose()


def _print(name: str, checks: tuple[PolicyCheck, ...]) -> None:
    table = Table(title=f"policy {name}", title_justify="left")
    for heading in ("check", "", "seen", "to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        table.add_row(
            check.name,
            safe_text(check.state.name, style=_STYLES[check.state]),
            safe_text(check.message),
            safe_text(check.remedy),
        )
    out().print(table)
