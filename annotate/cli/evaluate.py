"""`waymark evaluate`: runs or label files against truth."""

import click

from annotate.cli.console import out, print_json
from annotate.cli.options import json_option, read_options, rule_option
from annotate.inputs import read_rows
from annotate.reports import (
    LabelSet,
    Truth,
    evaluate,
    evaluation_tables,
    given_label_set,
    given_truth,
    plain,
    read_label_set,
    read_truth,
)
from annotate.storage import RunFolder, choose_labelling, connect, open_store
from schemas import StoreError


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

    A run with labels of several rules is named as RUN:RULE, or all of them by --rule.
    """
    names = tuple(name.strip() for entry in by for name in entry.split(",") if name.strip())
    held_true = _truth(truth, mapping, segment)
    labels = [_label_set(place, rule, mapping, segment) for place in sets]
    evaluation = evaluate(labels, held_true, by=names)
    if as_json:
        print_json(plain(evaluation))
    else:
        out().print(evaluation_tables(evaluation))


def _truth(place: str, mapping: tuple[str, ...], segment: str) -> Truth:
    run, rule = split_rule(place)
    if is_run(run):
        with connect(RunFolder.open(open_store(run))) as con:
            return read_truth(con, choose_labelling(con, rule))
    return given_truth(read_rows(place, options=read_options(mapping, segment)))


def _label_set(place: str, rule: str | None, mapping: tuple[str, ...], segment: str) -> LabelSet:
    run, own = split_rule(place)
    if is_run(run):
        with connect(RunFolder.open(open_store(run))) as con:
            return read_label_set(con, choose_labelling(con, own or rule), name=place)
    return given_label_set(place, read_rows(place, options=read_options(mapping, segment)))


def is_run(place: str) -> bool:
    """Return whether a run folder is at `place`."""
    try:
        return open_store(place).size("run.json") is not None
    except StoreError:  # a file: it has no inside
        return False


def split_rule(place: str) -> tuple[str, str | None]:
    """Return the run and the rule of `RUN:RULE`; the rule is None where none is named."""
    head, colon, tail = place.rpartition(":")
    if colon and tail and "/" not in tail and "\\" not in tail and len(head) > 1:
        return head, tail
    return place, None
