"""`waymark show`: one solution, step by step, with the evidence behind each label."""

import click

from annotate.cli.console import out, print_json
from annotate.cli.options import json_option
from annotate.reports import plain, solution_page, view_solution
from annotate.storage import RunFolder, connect, open_store


@click.command(name="show")
@click.argument("run")
@click.argument("solution")
@json_option
def command(*, run: str, solution: str, as_json: bool) -> None:
    """Show SOLUTION of RUN: its solution_id, the first digits of it, or its source_id."""
    with connect(RunFolder.open(open_store(run))) as con:
        view = view_solution(con, solution)
    if as_json:
        print_json(plain(view))
    else:
        out().print(solution_page(view))
