"""Methods: which strategies gather and which rule decides. Frozen data, pure."""

from dataclasses import dataclass

from annotate.rules import RULES, Rule
from annotate.strategies import STRATEGIES, Strategy
from schemas import RegistryError, nearest
from verifiers.spec import Spec, build, parse_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A named way of labelling."""

    name: str
    """Name, as in `--method`."""
    summary: str
    """One line: what it gathers and how it decides."""
    strategies: tuple[Spec, ...]
    """Ways of gathering, in order."""
    rule: Spec
    """Way of deciding."""
    source: str
    """Paper or origin."""

    def build_strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies, built."""
        return tuple(build(STRATEGIES, spec) for spec in self.strategies)

    def build_rule(self) -> Rule:
        """Return the rule, built."""
        return build(RULES, self.rule)


METHODS = {
    method.name: method
    for method in (
        Method(
            name="formal",
            summary="model-free checks refute steps; the first refuted one is the first error",
            strategies=(parse_spec("ask_verifiers"),),
            rule=parse_spec("formal"),
            source="FoVer's idea (arXiv:2505.15960) on any text",
        ),
        Method(
            name="outcome",
            summary="every step takes the outcome of the final answer",
            strategies=(parse_spec("ask_verifiers"),),
            rule=parse_spec("outcome"),
            source="FreePRM (arXiv:2506.03570), baseline",
        ),
    )
}
"""Every method that ships, by name."""


def get_method(name: str) -> Method:
    """Return a method by name.

    Raises:
        RegistryError: If there is none; the message names the nearest.
    """
    if name not in METHODS:
        raise RegistryError(f"there is no method called {name!r}: {nearest(name, METHODS)}")
    return METHODS[name]


def custom_method(base: Method, *, strategy: str | None, rule: str | None) -> Method:
    """Return `base` with its gathering or its rule replaced.

    Args:
        base: The method to start from.
        strategy: `name` or `name(key=value)`; None keeps the base's.
        rule: The same for the rule.
    """
    if strategy is None and rule is None:
        return base
    strategies = base.strategies if strategy is None else (parse_spec(strategy),)
    decided = base.rule if rule is None else parse_spec(rule)
    return Method(
        name=f"{'+'.join(map(str, strategies))} / {decided}",
        summary="chosen on the command line",
        strategies=strategies,
        rule=decided,
        source="",
    )
