"""The tables of `docs/methods.md`, made from what methods, strategies and rules say of themselves.

Pure, but for `python -m annotate.cli.methods_page FILE` (`make docs`): it rewrites what stands
between the marks of a file.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from annotate.methods import METHODS, Method
from annotate.rules import RULES
from annotate.rules.base import RuleFacts
from annotate.strategies import STRATEGIES
from annotate.strategies.base import StrategyFacts
from schemas import ConfigError
from verifiers.registry import Registry

T = TypeVar("T")

_REGION = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_NOTHING = "-"


def checks_of(method: Method) -> str:
    """Return what we held a method against, in words; `nothing` where that is so."""
    return "; ".join(check.value for check in method.verified) or "nothing"


def facts_of_strategy(name: str) -> StrategyFacts:
    """Return what a strategy says of itself; of one that says nothing, its first line.

    Raises:
        RegistryError: If there is none of that name.
    """
    factory = STRATEGIES.get(name)
    told = getattr(factory, "facts", None)
    if isinstance(told, StrategyFacts):
        return told
    return StrategyFacts(asks=_first_line(factory), calls=_NOTHING)


def facts_of_rule(name: str) -> RuleFacts:
    """Return what a rule says of itself; of one that says nothing, its first line.

    Raises:
        RegistryError: If there is none of that name.
    """
    factory = RULES.get(name)
    told = getattr(factory, "facts", None)
    if isinstance(told, RuleFacts):
        return told
    return RuleFacts(first_error=_first_line(factory), value=_NOTHING, needs=())


def needs_of(facts: RuleFacts) -> str:
    """Return what a rule cannot do without, in words."""
    needs = ", ".join(need.value for need in facts.needs)
    return "; ".join(part for part in (needs, facts.also) if part) or _NOTHING


def what_ships() -> str:
    """Return the table of what each method is."""
    head = ("method", "in one line", "needs", "source", "changed", "held against")
    return _table(
        head,
        (
            (_code(m.name), m.summary, m.needs, m.source, m.changed or _NOTHING, checks_of(m))
            for m in METHODS.values()
        ),
    )


def how_it_works() -> str:
    """Return the table of how each method gathers and decides."""
    head = ("method", "gathers", "decides", "model calls")
    return _table(
        head,
        (
            (_code(m.name), ", ".join(map(_code, m.strategies)), _code(m.rule), m.cost)
            for m in METHODS.values()
        ),
    )


def gathering() -> str:
    """Return the table of strategies."""
    told = ((name, facts_of_strategy(name)) for name in _shipped(STRATEGIES))
    rows = ((_code(name), facts.asks, facts.calls) for name, facts in told)
    return _table(("strategy", "asks", "model calls"), rows)


def deciding() -> str:
    """Return the table of rules."""
    told = ((name, facts_of_rule(name)) for name in _shipped(RULES))
    rows = ((_code(name), f.first_error, f.value, needs_of(f)) for name, f in told)
    return _table(("rule", "first error", "value of a step", "needs"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "methods": what_ships,
    "calls": how_it_works,
    "strategies": gathering,
    "rules": deciding,
}
"""What may stand between the marks of a page, by name."""


def rewritten(page: str) -> str:
    """Return a page with each of its tables made anew; the prose around them stays.

    Raises:
        ConfigError: If a mark names no table, or the page has no mark.
    """
    marks = [match[2] for match in _REGION.finditer(page)]
    strange = sorted(set(marks) - set(TABLES))
    if strange or not marks:
        raise ConfigError(
            f"the tables {strange} are none of {', '.join(TABLES)}: mark each by "
            "<!-- table: NAME --> before it and <!-- end --> behind it."
        )
    return _REGION.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}{match[3]}", page)


def _shipped(registry: Registry[T]) -> list[str]:
    """Return the names that are ours: a plug-in that is loaded is no part of the page."""
    return [name for name in registry if registry.get(name).__module__.startswith("annotate.")]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ([cell.replace("|", r"\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells).replace("| --- ", "|---")


def _code(name: object) -> str:
    return f"`{name}`"


def _first_line(factory: object) -> str:
    return (inspect.getdoc(factory) or _NOTHING).partition("\n")[0].rstrip(".")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        file = Path(name)
        file.write_text(rewritten(file.read_text(encoding="utf-8")), encoding="utf-8")
