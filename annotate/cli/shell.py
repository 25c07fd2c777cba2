"""The shell of `waymark query`: reads statements from the terminal until it is left."""

import contextlib
import sys
from collections.abc import Callable

import click

from schemas import WaymarkError

_HELP = """Statements end with a semicolon or an empty line. SHOW TABLES lists the views,
DESCRIBE labels the columns of one, .quit (or Ctrl-D) leaves. Try:
  FROM labels LIMIT 5;
  SELECT rule, first_error, count(*) FROM first_errors GROUP BY ALL ORDER BY ALL;
  SELECT source, outcome, count(*) FROM evidence GROUP BY ALL ORDER BY ALL;"""


def run_shell(run: str, answer: Callable[[str], None]) -> None:
    """Read statements from standard input and answer each; an error is told, and the shell goes on.

    Args:
        run: Name of the run, for the greeting.
        answer: Prints the rows of one statement; raises `WaymarkError` for one that fails.
    """
    interactive = sys.stdin.isatty()
    if interactive:
        with contextlib.suppress(ImportError):  # editing and history, where Python has them
            import readline  # noqa: F401, PLC0415  # importing it is what turns them on
        click.echo(f"Views of {run}; .help tells more, .quit leaves.")
    pending: list[str] = []
    while True:
        try:
            line = input(("   ...> " if pending else "waymark> ") if interactive else "")
        except EOFError:
            line = None
        except KeyboardInterrupt:
            click.echo()
            pending = []
            continue
        if line is None or line.strip() in {".quit", ".exit"}:
            _answer(pending, answer)
            return
        if line.strip() == ".help":
            click.echo(_HELP)
            continue
        pending.append(line)
        if line.rstrip().endswith(";") or not line.strip():
            _answer(pending, answer)
            pending = []


def _answer(lines: list[str], answer: Callable[[str], None]) -> None:
    statement = "\n".join(lines).strip().rstrip(";")
    if not statement:
        return
    try:
        answer(statement)
    except WaymarkError as error:
        click.echo(f"waymark: {' '.join(str(error).split())}", err=True)
