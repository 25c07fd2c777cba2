"""`waymark check`: is a run whole, and what to do if not."""

import sys

import click

from annotate.cli.console import out, print_json
from annotate.cli.options import json_option
from annotate.reports import plain
from annotate.storage import RunFolder, check, open_store, prune


@click.command(name="check")
@click.argument("run")
@click.option("--prune", "remove", is_flag=True, help="Remove files that no commit names.")
@json_option
def command(*, run: str, remove: bool, as_json: bool) -> None:
    """Verify the files, hashes, references and schema of RUN, and say what to do.

    Exits with 2 if something is wrong. Leftovers of a killed process are told and are harmless.
    """
    folder = RunFolder.open(open_store(run))
    faults = check(folder)
    harmful = [fault for fault in faults if not fault.is_harmless]
    removed = prune(folder) if remove else ()
    if as_json:
        print_json({"ok": not harmful, "faults": plain(faults), "removed": plain(removed)})
    else:
        console = out()
        for fault in faults:
            console.print(
                f"{fault.file or fault.kind.name}: {fault.message}: {fault.remedy}.",
                markup=False,
                highlight=False,
            )
        for key in removed:
            console.print(f"removed {key}", markup=False, highlight=False)
        console.print("ok" if not harmful else f"{len(harmful)} faults", highlight=False)
    if harmful:
        sys.exit(2)
