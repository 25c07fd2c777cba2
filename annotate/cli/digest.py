"""`waymark digest`: what makes two runs equal."""

import click

from annotate.cli.console import print_json
from annotate.cli.options import json_option
from annotate.reports import plain
from annotate.storage import RunFolder, digest, open_store


@click.command(name="digest")
@click.argument("run")
@json_option
def command(*, run: str, as_json: bool) -> None:
    """Print one hash per table of RUN, and one of all: equal runs have equal digests.

    Measured columns (seconds, attempts, money) and the way files are cut do not count.
    """
    found = digest(RunFolder.open(open_store(run)))
    if as_json:
        print_json(plain(found))
        return
    for table, value in found.tables.items():
        click.echo(f"{value}  {table}")
    click.echo(f"{found.total}  total")
