"""Methods: their parts exist, fit together, and stand in the documentation."""

import asyncio
import pickle
from dataclasses import replace

import pytest

from annotate.cli.methods_page import rewritten
from annotate.methods import METHODS, Method, custom_method
from annotate.rules import RULES, Case, Decision
from annotate.rules.base import RuleFacts
from annotate.strategies import STRATEGIES
from annotate.strategies.base import StrategyFacts
from annotate.worlds.simulated import SimulatedWorld, first_error
from benchmarks.simulated_context import SimulatedContext
from schemas import ConfigError, InvalidArgumentError, LabelVerdict, Outcome, RegistryError
from tests.annotate.strategies.scripted import Scripted, case_of, numbered
from tests.running import REPOSITORY
from verifiers.outcomes import OUTCOMES

DOCUMENT = (REPOSITORY / "docs" / "methods.md").read_text()
SHIPPED = sorted(METHODS)


def test_the_documentation_is_what_the_code_says() -> None:
    """Where this fails, run `make docs`: methods, strategies and rules describe themselves."""
    assert rewritten(DOCUMENT) == DOCUMENT


def test_a_mark_that_names_no_table_is_refused() -> None:
    """A misspelt mark would leave an old table standing."""
    with pytest.raises(ConfigError, match="'method'"):
        rewritten("<!-- table: method -->\n<!-- end -->")


@pytest.mark.parametrize("name", [*RULES, *STRATEGIES])
def test_each_part_that_ships_describes_itself(name: str) -> None:
    """A rule says what it calls the first error and needs, a strategy what it asks and costs."""
    if name in set(RULES):
        assert isinstance(getattr(RULES.get(name), "facts", None), RuleFacts)
    else:
        assert isinstance(getattr(STRATEGIES.get(name), "facts", None), StrategyFacts)


@pytest.mark.parametrize("name", [*RULES, *STRATEGIES, *OUTCOMES])
def test_each_part_that_ships_has_a_row(name: str) -> None:
    """A new strategy, rule or outcome is one line in the documentation."""
    assert any(row.startswith(f"| `{name}` |") for row in DOCUMENT.splitlines())


@pytest.mark.parametrize("name", SHIPPED)
def test_each_method_is_built_and_travels_to_workers(name: str) -> None:
    """Its parts take the arguments that it names, and pickle."""
    parts = (*METHODS[name].build_strategies(), METHODS[name].build_rule())

    assert pickle.loads(pickle.dumps(parts)) == parts  # noqa: S301  # our own bytes


@pytest.mark.parametrize("name", SHIPPED)
def test_a_rule_that_compares_with_the_root_gets_its_rate_from_the_completer(name: str) -> None:
    """Another policy's rate on the bare problem is no measure of the completer's rollouts."""
    method = METHODS[name]
    screens = [s for s in method.strategies if s.name == "screen"]

    if method.rule.name in {
        "scan",
        "half_root",
        "relative_progress",
        "advantage",
        "progress",
        "posterior",
    }:
        assert all("'completer'" in str(screen) for screen in screens)
        assert screens


@pytest.mark.parametrize("name", ["genprm", "pav", "vsrm"])
@pytest.mark.parametrize(("solved", "word"), [(0, "ALL_WRONG"), (1, "KEPT"), (32, "KEPT")])
def test_a_problem_that_is_always_solved_may_have_wrong_solutions(
    name: str, solved: int, word: str
) -> None:
    """Only one that is never solved is dropped: of it no change of success can be told."""

    def answer(_: str, ordinal: int) -> tuple[str, Outcome]:
        return "a\n", Outcome.CORRECT if ordinal < solved else Outcome.INCORRECT

    screen, *_ = METHODS[name].build_strategies()
    found = asyncio.run(screen.gather(case_of(numbered(2)), Scripted(answer=answer), "g"))
    assert [row.reason for row in found.evidence] == [word]


def test_a_part_of_a_method_can_be_replaced() -> None:
    """The rest stays; a part that does not exist is refused when it is built."""
    method = custom_method(METHODS["omegaprm"], strategies=(), rule="half_root(fraction=0.4)")

    assert method.strategies == METHODS["omegaprm"].strategies
    assert str(method.rule) == "half_root(fraction=0.4)"
    with pytest.raises(RegistryError, match="half_rot"):
        custom_method(method, strategies=(), rule="half_rot").build_rule()


@pytest.mark.parametrize("rule", ["success_rate", "half_root", "scan", "progress"])
def test_a_rule_over_rates_is_refused_counts_that_stop_at_a_success(rule: str) -> None:
    """In one line, before anything is asked; rules by any success and posteriors take them."""
    gathers = ("screen", "every_prefix(stop_at_success=True)")
    base = METHODS["math_shepherd"]

    with pytest.raises(InvalidArgumentError, match=f"'every_prefix'.*'{rule}' reads rates"):
        custom_method(base, strategies=gathers, rule=rule).check()
    custom_method(base, strategies=gathers, rule="any_success").check()
    custom_method(base, strategies=gathers, rule="posterior").check()
    with pytest.raises(InvalidArgumentError, match="'most_informative' reads rates"):
        custom_method(base, strategies=(*gathers, "most_informative"), rule="posterior").check()


async def labelled(method: Method, world: SimulatedWorld, n: int) -> list[tuple[Case, Decision]]:
    """Return the decisions on what a method samples of `n` simulated problems."""
    context = SimulatedContext(world=world)
    decisions = []
    for problem in world.problems(n):
        case = Case(problem=problem, solutions=())
        for number, strategy in enumerate(method.build_strategies()):
            found = await strategy.gather(case, context, f"gathering {number}")
            case = replace(
                case,
                solutions=case.solutions + found.solutions,
                evidence=case.evidence + found.evidence,
            )
            if any(row.reason not in (None, "KEPT") for row in found.evidence):
                break
        else:
            decisions += [(case, one) for one in method.build_rule().decide(case, None)]
    return decisions


@pytest.mark.parametrize("name", ["math_shepherd", "omegaprm", "scan", "epicprm"])
def test_where_no_error_is_repaired_no_wrong_step_is_called_right(name: str) -> None:
    """A success then proves its prefix; most first errors are found, and none too late."""
    exact = located = 0
    for case, decision in asyncio.run(labelled(METHODS[name], SimulatedWorld(recovery=0.0), 12)):
        solution = next(s for s in case.solutions if s.solution_id == decision.solution_id)
        true = first_error(case.problem, solution)
        for index, step in enumerate(decision.steps):
            if step is not None and step.verdict is LabelVerdict.CORRECT:
                assert true is None or index < true
        if decision.step_index is not None and true is not None:
            assert decision.step_index <= true
            located += 1
            exact += decision.step_index == true

    assert located >= 20
    assert exact >= 0.8 * located
