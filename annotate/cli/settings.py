"""Settings: waymark.toml as defaults of the commands' options. An unknown key is an error."""

import tomllib
from pathlib import Path

import click

from schemas.errors import ConfigError, nearest

CONFIG_FILE = "waymark.toml"
"""Read from the current folder where it is there and `--config` names none."""


def default_map(
    path: Path | None, group: click.Group, ctx: click.Context
) -> dict[str, dict[str, object]]:
    """Return option defaults by command, as click takes them.

    Args:
        path: Configuration file; None reads `CONFIG_FILE` if it is there.
        group: The commands.
        ctx: Their context; only the command about to run is checked key by key.

    Raises:
        ConfigError: If the file cannot be read, or names a section or key that does not exist.
    """
    if path is None:
        path = Path(CONFIG_FILE)
        if not path.is_file():
            return {}
    sections = _read(path)
    defaults: dict[str, dict[str, object]] = {}
    for name, section in sections.items():
        if name not in group.list_commands(ctx):
            known = nearest(name, group.list_commands(ctx))
            raise ConfigError(f"{str(path)!r} has a section [{name}], which is no command: {known}")
        if not isinstance(section, dict):
            raise ConfigError(f"{str(path)!r}: {name!r} must be a section, written [{name}].")
        defaults[name] = {key.replace("-", "_"): value for key, value in section.items()}
    running = ctx.invoked_subcommand
    if running in defaults:
        command = group.get_command(ctx, running)
        defaults[running] = _by_parameter(path, running, defaults[running], command, ctx)
    return defaults


def key_of(option: click.Option) -> str:
    """Return the key of an option in the file: its flag without dashes in front (`shard_size`)."""
    return max(option.opts, key=len).lstrip("-").replace("-", "_")


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{str(path)!r} is not valid TOML: {error}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(path)!r} cannot be read: {error}.") from error


def _by_parameter(
    path: Path,
    name: str,
    section: dict[str, object],
    command: click.Command | None,
    ctx: click.Context,
) -> dict[str, object]:
    """Return a section by parameter names, its keys and types checked against the options."""
    options = (
        {key_of(p): p for p in command.params if isinstance(p, click.Option)} if command else {}
    )
    values: dict[str, object] = {}
    for key, value in section.items():
        if key not in options:
            raise ConfigError(
                f"{str(path)!r} sets {key!r} in [{name}], which has no such option: "
                f"{nearest(key, options)}"
            )
        try:
            options[key].type_cast_value(ctx, value)
        except (click.BadParameter, TypeError, ValueError) as error:
            message = error.format_message() if isinstance(error, click.BadParameter) else error
            raise ConfigError(
                f"{str(path)!r} sets {key} = {value!r} in [{name}]: {message}"
            ) from error
        values[str(options[key].name)] = value
    return values
