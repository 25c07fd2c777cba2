"""Options that several commands share, and how their values become what jobs take."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from annotate.executors import Executor, Inline, OnRay
from annotate.inputs import ReadOptions, parse_mapping
from annotate.pending import SHARD_SOLUTIONS
from annotate.segment import CUTTERS, parse_segmentation
from schemas import ConfigError, Json
from verifiers.plugins import PluginSource, load_plugin, read_plugin

F = TypeVar("F", bound=Callable[..., Any])  # Any: click decorates functions of any signature

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")

rule_option = click.option(
    "--rule",
    metavar="NAME",
    help="Labels of this method or rule, or digits of a labelling; needed only where the run holds "
    "several.",
)

plugin_option = click.option(
    "--plugin",
    "plugins",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Python file that registers verifiers, rules or strategies. Repeatable.",
)


shard_option = click.option(
    "--shard-size",
    type=click.IntRange(min=1),
    help="Solutions (or problems to be sampled from) that are committed together; by default "
    f"{SHARD_SOLUTIONS} where nothing but checks is asked, fewer where rollouts are drawn.",
)


def input_options(command: F) -> F:
    """Add the options that say how input rows are read."""
    for option in (
        click.option(
            "--strict", is_flag=True, help="Stop at the first bad row instead of setting it aside."
        ),
        click.option(
            "--limit", type=click.IntRange(min=1), help="Take in at most so many of each input."
        ),
        click.option(
            "--segment",
            default="auto",
            show_default=True,
            metavar="HOW",
            help=f"How a solution's text is cut into steps: {', '.join(sorted(CUTTERS))}.",
        ),
        click.option(
            "--map",
            "mapping",
            multiple=True,
            metavar="OURS=THEIRS",
            help="Name a field of the rows, as problem=question; solution= leaves their solutions "
            "out. Repeatable.",
        ),
    ):
        command = option(command)
    return command


def gathering_options(command: F) -> F:
    """Add the options that say how rollouts are judged, and how many may be drawn."""
    for option in (
        click.option(
            "--max-tokens",
            type=click.IntRange(min=0),
            help="Generated tokens that the run may hold at most.",
        ),
        click.option(
            "--max-rollouts",
            type=click.IntRange(min=0),
            help="Rollouts that the run may hold at most. A larger number goes on from there.",
        ),
        click.option(
            "--outcome",
            default="answer",
            show_default=True,
            metavar="HOW",
            help="What tells whether a rollout succeeded: answer, majority (of samples, where a "
            "problem has no accepted answer), tests (of programs), judge, none.",
        ),
    ):
        command = option(command)
    return command


def executor_options(command: F) -> F:
    """Add the options that say where work is done."""
    for option in (
        click.option(
            "--workers",
            type=click.IntRange(min=0),
            default=0,
            help="Processes for checks; 0 means one for each core.",
        ),
        click.option("--address", help="Address of a Ray cluster; without it one is started here."),
        click.option(
            "--executor",
            type=click.Choice(["inline", "ray"]),
            default="inline",
            show_default=True,
            help="Where the work is done.",
        ),
    ):
        command = option(command)
    return command


def read_options(mapping: tuple[str, ...], segment: str) -> ReadOptions:
    """Return how rows are read, from `--map` and `--segment`."""
    return ReadOptions(mapping=parse_mapping(mapping), segmentation=parse_segmentation(segment))


def make_executor(executor: str, address: str | None, workers: int) -> Executor:
    """Return the executor that the options name.

    Raises:
        ConfigError: If an address is given for an executor that has none.
    """
    if executor == "ray":
        return OnRay(address=address, workers=workers)
    if address is not None:
        raise ConfigError(f"--address {address!r} is for --executor ray, not for {executor!r}.")
    return Inline(workers=workers)


def load_plugins(paths: tuple[Path, ...]) -> tuple[PluginSource, ...]:
    """Read and execute plug-in files, in order."""
    sources = tuple(read_plugin(path) for path in paths)
    for source in sources:
        load_plugin(source)
    return sources


def resolved(ctx: click.Context) -> dict[str, Json]:
    """Return the command's settings as JSON, for the record: flags, file and environment merged."""
    return {name: _plain(value) for name, value in sorted(ctx.params.items())}


def _plain(value: object) -> Json:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value)
