"""`waymark doctor`: what this machine can run, and what is missing for more."""

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import click

from annotate.cli.console import print_json
from annotate.cli.options import json_option
from annotate.executors import available_cores
from annotate.reports import plain
from verifiers.programs import tried_containment

_PARTS = (
    ("duckdb", "queries", "reinstall Waymark"),
    ("pyarrow", "storage", "reinstall Waymark"),
    ("sympy", "symbolic checks", "reinstall Waymark"),
    ("math-verify", "comparison of symbolic answers", "reinstall Waymark"),
    ("pebble", "killable checks", "reinstall Waymark"),
    ("ray", "--executor ray", "install 'waymark[ray]'"),
    ("prefect", "scheduled runs", "install 'waymark[flows]'"),
    ("vllm", "rollouts in process", "install 'waymark[vllm]' on a machine with a GPU"),
    ("s3fs", "s3:// inputs and run folders", "install s3fs"),
    ("gcsfs", "gs:// inputs and run folders", "install gcsfs"),
)
"""Distribution, what it is for, what to do where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that Waymark can use."""

    name: str
    """Distribution."""
    purpose: str
    """What it is for."""
    version: str | None
    """Installed version; null where it is missing."""
    remedy: str | None
    """What to do where it is missing."""


@click.command(name="doctor")
@json_option
def command(*, as_json: bool) -> None:
    """Tell versions, cores, the sandbox and optional parts. Exits with 2 where a part is missing.

    The sandbox is what keeps programs in that `--outcome tests` runs; parts that are optional may
    be missing.
    """
    parts = [_part(*row) for row in _PARTS]
    machine = {
        "waymark": version("waymark"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": available_cores(),
        "sandbox": _sandbox(),
    }
    if as_json:
        print_json({**machine, "parts": plain(parts)})
    else:
        for name, value in machine.items():
            click.echo(f"{name:12} {value}")
        for part in parts:
            state = part.version or f"missing: {part.remedy}"
            click.echo(f"{part.name:12} {state:44} {part.purpose}")
    if any(part.version is None and part.remedy == "reinstall Waymark" for part in parts):
        sys.exit(2)


def _sandbox() -> str:
    """Return what keeps programs in on this machine, after trying it."""
    containment = tried_containment()
    if isinstance(containment, str):
        return f"none, so --outcome tests is refused: {containment}"
    return containment.name


def _part(name: str, purpose: str, remedy: str) -> Part:
    try:
        return Part(name=name, purpose=purpose, version=version(name), remedy=None)
    except PackageNotFoundError:
        return Part(name=name, purpose=purpose, version=None, remedy=remedy)
