"""`waymark threshold`: the confidence from which labels are right often enough."""

import math
import shlex

import click

from annotate.cli.console import out, print_json
from annotate.cli.labels_at import split_rule, truth_at
from annotate.cli.options import json_option, rule_option
from annotate.reports import (
    LEAST_DECISIONS,
    Judged,
    Proportion,
    Threshold,
    pair_up,
    plain,
    read_label_set,
    read_labelled,
    shared_contents,
    show_interval,
    threshold_for_export,
)
from annotate.storage import RunFolder, choose_labelling, connect, open_store
from schemas import InvalidArgumentError


@click.command(name="threshold")
@click.argument("run")
@click.option("--truth", required=True, help="File with the true first errors, or a run.")
@click.option(
    "--precision",
    type=click.FloatRange(min=0, max=1, min_open=True),
    default=0.95,
    show_default=True,
    help="Share of decisions that are to be right.",
)
@click.option(
    "--least",
    type=click.IntRange(min=1),
    default=LEAST_DECISIONS,
    show_default=True,
    help="Decisions that the choice must rest on.",
)
@rule_option
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Name a field of the truth, as first_error=label. Repeatable.",
)
@click.option("--segment", default="auto", show_default=True, help="How texts in files are cut.")
@json_option
def command(  # one parameter for each option
    *,
    run: str,
    truth: str,
    precision: float,
    least: int,
    rule: str | None,
    mapping: tuple[str, ...],
    segment: str,
    as_json: bool,
) -> None:
    """Choose the confidence from which RUN's labels may be used, for `waymark export --at`.

    It is the least one from which decisions are right at --precision, chosen on half of the
    problems that the truth holds (by a hash of their id), and reported on the other half. Its
    interval says how far to trust it.
    """
    if math.isnan(precision):
        raise InvalidArgumentError("--precision nan: expected a share above 0, as 0.95.")
    place, own = split_rule(run)
    held = truth_at(truth, mapping, segment)
    with connect(RunFolder.open(open_store(place))) as con:
        labelling = choose_labelling(con, own or rule)
        labels = read_label_set(con, labelling, name=place)
        problems = {one.content_id: one.problem_id for one in read_labelled(con, labelling)}
    shared = shared_contents([labels], held)
    if not shared:
        raise InvalidArgumentError(
            f"no solution is shared by the truth ({len(held.rows):,} labelled) and {run!r} "
            f"({len(labels.predictions):,}): solutions pair where question and steps are equal."
        )
    rows = [
        Judged(problem_id=problems[content_id], pair=pair)
        for content_id, pair in zip(shared, pair_up(labels, held, shared), strict=True)
    ]
    found, level = threshold_for_export(rows, precision, least=least)
    words = ["waymark", "export", place, *_naming(own or rule), "--at", f"{level:g}"]
    if as_json:
        print_json(
            {
                "run": place,
                "rule": labelling.rule,
                "labelling_id": labelling.labelling_id,
                "n_compared": len(rows),
                "confidence": level,
                "export": words,
                "threshold": plain(found),
            }
        )
        return
    lines = (
        *_told(found, level, len(rows)),
        f"Use it: {shlex.join(words)} --format qwen_prm --out train.jsonl",
    )
    for line in lines:
        out().print(line, markup=False, highlight=False, soft_wrap=True)


def _naming(rule: str | None) -> tuple[str, ...]:
    return () if rule is None else ("--rule", rule)


def _told(found: Threshold, level: float, n: int) -> tuple[str, ...]:
    """Return what is to be said of a confidence: how it was chosen, and what it holds elsewhere."""
    chosen = found.chosen
    if chosen is None:
        raise TypeError("a threshold without a choice is refused before.")
    head = (
        f"On half of their problems, {level:g} is the least confidence from which "
        f"{100 * found.asked:g} % are right: {chosen.right:,} of {chosen.decided:,} decisions."
    )
    return (
        f"{n:,} solutions have labels and truth.",
        head,
        "On the other half, at or above it:",
        f"  right {_share(found.precision)}",
        f"    of those that name a step {_share(found.precision_found)}",
        f"    of those that find no error {_share(found.precision_none_found)}",
        f"  decided {_share(found.coverage)}",
    )


def _share(rate: Proportion) -> str:
    return f"{show_interval(rate)} % ({rate.hits:,} of {rate.total:,})"
