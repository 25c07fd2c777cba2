"""`waymark methods`: what ships, what it gathers and how it decides."""

import inspect

import click
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from annotate.cli.console import out, print_json
from annotate.cli.methods_page import checks_of, facts_of_rule, facts_of_strategy, needs_of
from annotate.cli.options import json_option
from annotate.methods import METHODS, Method, get_method
from annotate.rules import RULES
from annotate.strategies import STRATEGIES


@click.command(name="methods")
@click.argument("name", required=False)
@json_option
def command(name: str | None, *, as_json: bool) -> None:
    """List the methods, or tell all about NAME: its parts, their arguments, cost and changes.

    What is run with `waymark label --method NAME`; each part can be replaced by --strategy and
    --rule, in the same writing.
    """
    chosen = list(METHODS.values()) if name is None else [get_method(name)]
    if as_json:
        print_json([_as_json(method) for method in chosen])
    elif name is None:
        out().print(_table(chosen))
    else:
        _tell(chosen[0])


def _as_json(method: Method) -> dict[str, object]:
    gathers = [(str(spec), facts_of_strategy(spec.name)) for spec in method.strategies]
    decides = facts_of_rule(method.rule.name)
    return {
        "name": method.name,
        "summary": method.summary,
        "gathers": [str(spec) for spec in method.strategies],
        "decides": str(method.rule),
        "needs": method.needs,
        "cost": method.cost,
        "source": method.source,
        "changed": method.changed,
        "verified": [check.name for check in method.verified],
        "strategies": [
            {"strategy": spec, "asks": facts.asks, "calls": facts.calls} for spec, facts in gathers
        ],
        "rule": {
            "rule": str(method.rule),
            "first_error": decides.first_error,
            "value": decides.value,
            "needs": [need.name for need in decides.needs],
            "also": decides.also,
        },
    }


def _table(methods: list[Method]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_lines=False)
    for heading in ("method", "in one line", "model calls", "source", "held against"):
        table.add_column(heading, overflow="fold")
    for method in methods:
        row = (method.name, method.summary, method.cost, method.source, checks_of(method))
        table.add_row(*map(escape, row))
    return table


def _tell(method: Method) -> None:
    """Print one method with what its parts say of themselves."""
    console = out()

    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False)

    line(f"{method.name}: {method.summary}.")
    facts = (("needs", method.needs), ("cost", method.cost), ("source", method.source))
    for label, text in (*facts, ("changed", method.changed), ("held against", checks_of(method))):
        if text:
            line(f"{label + ':':14}{text}")
    decides = facts_of_rule(method.rule.name)
    line(f"\nFirst error: {decides.first_error}.\nValue of a step: {decides.value}.")
    line(f"Evidence: {needs_of(decides)}.")
    parts = [("strategy", spec, STRATEGIES.get(spec.name)) for spec in method.strategies]
    for kind, spec, built in (*parts, ("rule", method.rule, RULES.get(method.rule.name))):
        line(f'\n--{kind} "{spec}"')
        line(inspect.getdoc(built) or "")
