"""The command `waymark`: finds commands, reads settings, turns errors into exit codes.

Exit codes: 0 done, 2 the user's mistake (one line on stderr), 1 a bug (traceback), 130 interrupted
(run the same command again to go on). Nothing heavy is imported before a command is chosen.
"""

import importlib
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoints, entry_points, version
from pathlib import Path
from types import FrameType

import click

from annotate.cli.settings import CONFIG_FILE, default_map, key_of
from schemas.errors import ConfigError, StoreError, WaymarkError

COMMANDS = {
    "label": ("annotate.cli.label", "Label solutions, in a run folder or one on the terminal."),
    "import": ("annotate.cli.import_labels", "Import labelled data or scores as evidence."),
    "regrade": ("annotate.cli.regrade", "Grade stored completions by today's checker."),
    "relabel": ("annotate.cli.relabel", "Decide anew, by another rule, from stored evidence."),
    "query": ("annotate.cli.query", "Ask a run in SQL, or open a shell with its views."),
    "show": ("annotate.cli.show", "Show one solution step by step, with the evidence."),
    "evaluate": ("annotate.cli.evaluate", "Score runs or label files against truth."),
    "compare": ("annotate.cli.compare", "Label by several methods, and compare them by truth."),
    "threshold": ("annotate.cli.threshold", "Choose the confidence from which labels are right."),
    "export": ("annotate.cli.export", "Write labels in the format of a trainer."),
    "methods": ("annotate.cli.methods", "List the methods, or tell all about one."),
    "preview": ("annotate.cli.preview", "Print the exact prompts, and ask nothing."),
    "check-policy": ("annotate.cli.check_policy", "Try a policy before anything is paid for."),
    "check": ("annotate.cli.check", "Verify a run: files, hashes, references, schema."),
    "digest": ("annotate.cli.digest", "Print what makes two runs equal, as hashes."),
    "doctor": ("annotate.cli.doctor", "Tell what this machine can run, and what is missing."),
    "init": ("annotate.cli.init", "Write a commented waymark.toml."),
}
"""Name -> (module, one line of help). The module holds a click command called `command`."""


FOREIGN = "waymark.commands"
"""Entry-point group through which other packages add commands."""

_FOREIGN_HELP = {"flow": "Run jobs as Prefect flows, now or on a schedule."}


class LazyCommands(click.Group):
    """A group that imports a command's module when it is asked for. Not frozen: click's class."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the table."""
        del ctx
        return [*COMMANDS, *sorted(_foreign().names)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        del ctx
        if cmd_name in COMMANDS:
            command = importlib.import_module(COMMANDS[cmd_name][0]).command
        elif cmd_name in _foreign().names:
            command = _foreign()[cmd_name].load()
        else:
            return None
        if not isinstance(command, click.Command):
            raise TypeError(f"the command {cmd_name!r} is no click command.")
        for option in command.params:
            if isinstance(option, click.Option):
                option.envvar = f"WAYMARK_{cmd_name}_{key_of(option)}".upper().replace("-", "_")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, importing none of them."""
        del ctx
        with formatter.section("Commands"):
            others = [
                (name, _FOREIGN_HELP.get(name, f"See waymark {name} --help."))
                for name in sorted(_foreign().names)
            ]
            formatter.write_dl([*((name, text) for name, (_, text) in COMMANDS.items()), *others])


def _foreign() -> EntryPoints:
    """Return the commands that other packages add, not loaded."""
    return entry_points(group=FOREIGN)


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(version("waymark"), prog_name="waymark")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Configuration file; {CONFIG_FILE} in the current folder is read by itself.",
)
@click.pass_context
def waymark(ctx: click.Context, config: Path | None) -> None:
    """Mark every step of a model's reasoning as right or wrong, and say how sure it is.

    Each option can also be set in waymark.toml ([label] method = "formal") or in the environment
    (WAYMARK_LABEL_METHOD=formal); the command line overrides both.
    """
    ctx.default_map = default_map(config, waymark, ctx)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _check_packages()
        _check_arguments(sys.argv[1:] if arguments is None else arguments)
        code = waymark.main(args=arguments, prog_name="waymark", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        code = _complain(error.format_message())
    except WaymarkError as error:
        code = _complain(str(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("waymark: interrupted; the same command goes on from here.", err=True)
        code = 130
    except BrokenPipeError:
        # Whoever read our output (`head`) has seen enough. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        damage = _damage(error)
        if damage is None:
            raise
        code = _complain(damage)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str) -> int:
    click.echo(f"waymark: {' '.join(message.split())}", err=True)
    return 2


def _damage(error: Exception) -> str | None:
    """Return what a query that met a damaged file of a run has to say; None for anything else."""
    database = sys.modules.get("duckdb")
    if database is None or not isinstance(error, database.Error):
        return None
    known = importlib.import_module("annotate.storage").told(error)
    return str(known) if isinstance(known, StoreError) else None


def _interrupt(signum: int, frame: FrameType | None) -> None:
    """Treat SIGTERM as Ctrl-C: stop cleanly, resumable. Jobs take it themselves (`run_job`)."""
    del signum, frame
    raise KeyboardInterrupt


def _check_arguments(arguments: Sequence[str]) -> None:
    """Refuse arguments that are no text: they could be stored nowhere.

    Raises:
        ConfigError: If one holds bytes that are not UTF-8.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            shown = argument.encode(errors="backslashreplace").decode()
            raise ConfigError(
                f"the argument '{shown}' holds bytes that are not UTF-8: write it, or name the "
                "file, in UTF-8."
            ) from None


def _check_packages() -> None:
    """Refuse to run on another distribution's packages of the same generic names.

    Raises:
        ConfigError: If one of the four is not ours.
    """
    home = Path(__file__).parents[2]
    for name in ("schemas", "verifiers", "annotate", "flows"):
        found = importlib.util.find_spec(name)
        origin = Path(found.origin).parents[1] if found and found.origin else None
        if origin != home:
            raise ConfigError(
                f"the package {name!r} is another distribution's ({origin}), expected Waymark's "
                f"({home}): install Waymark in an environment of its own, such as with "
                "`uv tool install waymark` or `pipx install waymark`."
            )
