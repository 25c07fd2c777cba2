"""`waymark init`: a commented waymark.toml, made from the commands' own options."""

import json
from pathlib import Path

import click

from annotate.cli.settings import CONFIG_FILE, key_of
from schemas import ConfigError

_SECTIONS = ("label", "import", "relabel", "evaluate", "compare", "threshold", "export")
_ONE_OFF = frozenset({"problem", "solution", "answer", "dry_run", "as_json"})


@click.command(name="init")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.pass_context
def command(ctx: click.Context, *, force: bool) -> None:
    """Write waymark.toml into the current folder: every option, commented out."""
    path = Path(CONFIG_FILE)
    if path.exists() and not force:
        raise ConfigError(f"{CONFIG_FILE} is there already: edit it, or replace it with --force.")
    group = ctx.parent.command if ctx.parent else None
    if not isinstance(group, click.Group):
        raise TypeError("init is a command of a group.")
    lines = [
        "# Defaults of Waymark's options. The environment and the command line override them.",
        "# Take the # away before a line to set it.",
    ]
    for name in _SECTIONS:
        found = group.get_command(ctx, name)
        lines += ["", f"[{name}]", *(_lines(found, ctx) if found else ())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"{CONFIG_FILE} written.")


def _lines(command: click.Command, ctx: click.Context) -> list[str]:
    lines = []
    for option in command.params:
        if not isinstance(option, click.Option) or option.name in _ONE_OFF:
            continue
        default = option.get_default(ctx)
        value = _toml(default, option)
        lines += [f"# {option.help}", f"# {key_of(option)} = {value}"]
    return lines


def _toml(value: object, option: click.Option) -> str:
    """Return a value as TOML writes it: for plain values, lists and texts that is JSON."""
    if option.multiple:
        return "[]"
    if isinstance(value, bool | int | float | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(option.type, click.types.IntParamType):
        return "1000"
    return '""'
