"""`waymark evaluate`: runs or label files against truth."""

import click

from annotate.cli.console import out, print_json
from annotate.cli.labels_at import label_set_at, truth_at
from annotate.cli.options import json_option, rule_option
from annotate.reports import evaluate, evaluation_tables, plain


@click.command(name="evaluate")
@click.argument("sets", nargs=-1, required=True)
@click.option("--truth", required=True, help="File with the true first errors, or a run.")
@click.option(
    "--by",
    multiple=True,
    help="Group by a field of the truth (domain, generator, set+subset); commas or repeated.",
)
@rule_option
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name a field of label files, as first_error=label. Repeatable.",
)
@click.option("--segment", default="auto", show_default=True, help="How texts in files are cut.")
@json_option
def command(  # one parameter for each option
    *,
    sets: tuple[str, ...],
    truth: str,
    by: tuple[str, ...],
    rule: str | None,
    mapping: tuple[str, ...],
    segment: str,
    as_json: bool,
) -> None:
    """Score SETS (run folders, or files of labels) on the solutions that all of them share.

    A run with several labellings is named as RUN:NAME, a method or a rule, or all by --rule.
    """
    names = tuple(name.strip() for entry in by for name in entry.split(",") if name.strip())
    held_true = truth_at(truth, mapping, segment)
    labels = [label_set_at(place, rule, mapping, segment) for place in sets]
    evaluation = evaluate(labels, held_true, by=names)
    if as_json:
        print_json(plain(evaluation))
    else:
        out().print(evaluation_tables(evaluation))
