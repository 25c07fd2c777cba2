"""Methods: which strategies gather and which rule decides. Frozen data, pure."""

import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique

from annotate.judges import JudgePrompt
from annotate.rules import RULES, Rule
from annotate.strategies import STRATEGIES, AskJudge, Strategy
from schemas import InvalidArgumentError, RegistryError, Role, canonical_json, nearest
from verifiers.spec import Spec, build, parse_spec


@unique
class Check(Enum):
    """What we held a method against; the value is its name in words."""

    BY_HAND = "labels worked out by hand"
    """Tests hold its rule to values that were worked out by hand from the formulas."""
    CODE = "its published code"
    """Constants and formulas are those of the code that its authors published."""
    TEXT = "its text"
    """Constants and formulas are those of the paper itself."""
    TRUTH = "exact truth, in benchmarks/README.md"
    """Its first errors were scored against exact truth, by our own measure."""


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
    needs: str = ""
    """What it cannot do without."""
    cost: str = ""
    """Model calls: of which kind and how many, per problem or per solution of M steps."""
    changed: str = ""
    """What differs from the source, beside what its strategies and its rule say of themselves."""
    verified: tuple[Check, ...] = ()
    """What we held it against; empty: nothing, it rests on what others tell of the paper."""

    def build_strategies(self) -> tuple[Strategy, ...]:
        """Return the strategies, built."""
        return tuple(build(STRATEGIES, spec) for spec in self.strategies)

    def build_rule(self) -> Rule:
        """Return the rule, built."""
        return build(RULES, self.rule)

    def check(self) -> None:
        """Build all parts, and see that they fit together.

        Raises:
            RegistryError: If there is no such part.
            InvalidArgumentError: If a part does not take its arguments, or what is drawn until the
                first success is to be read as a rate.
        """
        strategies, rule = self.build_strategies(), self.build_rule()
        stopping = [one for one in strategies if getattr(one, "stop_at_success", False)]
        if not stopping:
            return
        steered = [one.name for one in strategies if getattr(one, "steered", False)]
        if getattr(rule, "needs_rates", False):
            steered.append(rule.name)
        if steered:
            raise InvalidArgumentError(
                f"strategy {stopping[0].name!r} with stop_at_success=True draws until the first "
                f"success, and {steered[-1]!r} reads rates: leave that out, or decide by "
                "any_success."
            )

    @property
    def round_zero(self) -> "Method | None":
        """What is gathered before anything is learned of a run; None where nothing is steered."""
        steered = [getattr(one, "steered", False) for one in self.build_strategies()]
        if not any(steered):
            return None
        return replace(self, strategies=self.strategies[: steered.index(True)])

    @property
    def samples(self) -> bool:
        """Whether it draws solutions of problems that come without any."""
        return any(strategy.samples for strategy in self.build_strategies()[:1])

    def graded_by(self, checker: Spec) -> "Method":
        """Return the method with a checker of whole solutions for those that it does not name."""
        return replace(self, strategies=tuple(_asking(one, checker) for one in self.strategies))


def _asking(strategy: Spec, checker: Spec) -> Spec:
    """Return a strategy that asks a checker, if it asks any and does not name its own."""
    arguments = json.loads(strategy.arguments)
    factory = STRATEGIES.get(strategy.name)
    if "checker" in arguments or "checker" not in inspect.signature(factory).parameters:
        return strategy
    return replace(strategy, arguments=canonical_json({**arguments, "checker": str(checker)}))


_GRADED = "accepted answers; a completer; a generator for problems without solutions"

METHODS = {
    method.name: method
    for method in (
        Method(
            name="formal",
            summary="model-free checks refute steps; the first refuted one is the first error",
            strategies=(parse_spec("ask_verifiers"),),
            rule=parse_spec("formal"),
            source="FoVer's idea (arXiv:2505.15960) on any text",
            needs="solutions",
            cost="none",
            changed="most steps of free text stay undecided",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="fover",
            summary="model-free checks prove or refute each step by itself",
            strategies=(parse_spec("ask_verifiers"),),
            rule=parse_spec("fover"),
            source="FoVer (arXiv:2505.15960)",
            needs="solutions",
            cost="none",
            changed="arithmetic of free text instead of formal logic, so most steps stay undecided",
            verified=(Check.BY_HAND, Check.CODE),
        ),
        Method(
            name="outcome",
            summary="every step takes the outcome of the final answer",
            strategies=(parse_spec("ask_verifiers"),),
            rule=parse_spec("outcome"),
            source="FreePRM (arXiv:2506.03570), baseline",
            needs="solutions, accepted answers",
            cost="none",
            changed="no buffer class, which belongs to the training loss",
            verified=(Check.BY_HAND, Check.CODE),
        ),
        Method(
            name="math_shepherd",
            summary="rollouts after every step; the first without a success is the first error",
            strategies=(
                parse_spec("screen(n=15, strict=False, take_wrong=15, take_right=15)"),
                parse_spec("every_prefix(k=8)"),
            ),
            rule=parse_spec("any_success"),
            source="Math-Shepherd (arXiv:2312.08935)",
            needs=_GRADED,
            cost="15 rollouts per problem, 8 (M - 1) per solution",
            changed="one generator instead of two; the last step takes the outcome",
            verified=(Check.BY_HAND, Check.TRUTH),
        ),
        Method(
            name="omegaprm",
            summary="a tree of rollouts, wrong ones bisected; labels are success rates",
            strategies=(
                parse_spec("screen(n=32)"),
                parse_spec("omega_prm(k=8, searches=100)"),
            ),
            rule=parse_spec("success_rate(vouch=True)"),
            source="OmegaPRM (arXiv:2406.06592)",
            needs=_GRADED,
            cost="32 rollouts per problem, 8 more where another policy completes, 8 ceil(log2 M) "
            "per search, at most 100 searches",
            changed="a right solution is right throughout, by inference; a later pass of a "
            "solution takes back an earlier failure; given solutions are searched too; pairs by "
            "`waymark export --format pairs`",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="groundedprm",
            summary="a tree of rollouts whose steps are checked; findings and outcomes are fused",
            strategies=(
                parse_spec("screen(n=8, strict=False, take_wrong=3, take_right=3)"),
                parse_spec("omega_prm(k=3, searches=12)"),
                parse_spec("ask_verifiers"),
            ),
            rule=parse_spec("grounded"),
            source="GroundedPRM (arXiv:2510.14942)",
            needs=_GRADED,
            cost="8 rollouts per problem, 3 more where another policy completes, 3 ceil(log2 M) "
            "per search, at most 12 searches",
            changed="shipped verifiers instead of Wolfram Alpha and a judge; wrong rollouts are "
            "bisected instead of random children; no rationales",
            verified=(Check.BY_HAND, Check.CODE),
        ),
        Method(
            name="scan",
            summary="confident problems only; rollouts to the first failure; soft labels near it",
            strategies=(
                parse_spec("screen(n=32, min_rate=0.75, strict=False, role='completer')"),
                parse_spec("first_failure(k=8)"),
            ),
            rule=parse_spec("scan(tolerance=2, min_confidence=0.75)"),
            source="SCAN (arXiv:2509.16548)",
            needs="accepted answers; a completer, which also generates",
            cost="32 rollouts per problem, 8 (t + 1) per wrong solution with its first zero at t",
            changed="32 samples per problem instead of 64 or 128, at most 8 wrong and 8 right ones "
            "labelled; samples without an answer are wrong, not dropped; samples are not balanced",
            verified=(Check.BY_HAND, Check.CODE),
        ),
        Method(
            name="qwen_consensus",
            summary="rollouts after every step and a judge; kept where both name one first error",
            strategies=(
                parse_spec("screen(n=8, strict=False)"),
                parse_spec("every_prefix(k=8)"),
                parse_spec("ask_judge(n=1)"),
            ),
            rule=parse_spec("consensus"),
            source="Qwen's lessons of developing PRMs (arXiv:2501.07301)",
            needs=f"{_GRADED}; a judge",
            cost="8 rollouts per problem, 8 (M - 1) and a judge call per solution",
            changed="the last step takes the outcome",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="epicprm",
            summary="wrong solutions bisected; an error is where success is under half the root's",
            strategies=(
                parse_spec(
                    "screen(n=72, min_rate=0.14, strict=False, take_wrong=6, "
                    "take_right=2, role='completer')"
                ),
                parse_spec("bisect(k=16, threshold=0.5, root_k=72, enough=10, shift=4)"),
            ),
            rule=parse_spec("half_root(fraction=0.5)"),
            source="EpicPRM (arXiv:2503.02382), adaptive variant",
            needs="accepted answers; a completer, which also generates",
            cost="72 rollouts per problem, 16 to 72 per probe, at most 1 + ceil(log2 M) probes per "
            "wrong solution",
            changed="one completer, not two; shares, not likelihoods; the first of the root's "
            "samples, not the most diverse",
            verified=(Check.BY_HAND, Check.CODE),
        ),
        Method(
            name="unprm",
            summary="wrong solutions asked by uncertain steps; an error as in `epicprm`",
            strategies=(
                parse_spec(
                    "screen(n=72, min_rate=0.14, strict=False, take_wrong=6, "
                    "take_right=2, role='completer')"
                ),
                parse_spec("uncertainty_order(k=16, threshold=0.5, root_k=72, enough=10, back=2)"),
            ),
            rule=parse_spec("half_root(fraction=0.5, resolution=1.0)"),
            source="UnPRM (arXiv:2508.01773)",
            needs="accepted answers; a completer, which also generates and scores text",
            cost="72 rollouts per problem, 16 to 72 per probe, 1 to M - 1 probes and one scoring "
            "pass per wrong solution",
            changed="half of the root's rate; entropies over the whole vocabulary; prefixes just "
            "before the one that fails are asked too",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="genprm",
            summary="rollouts after every step; an error keeps less than 0.8 of success",
            strategies=(
                parse_spec(
                    "screen(n=32, min_rate=0.03, strict=False, take_wrong=4, take_right=4, "
                    "role='completer')"
                ),
                parse_spec("every_prefix(k=32)"),
            ),
            rule=parse_spec("relative_progress(epsilon=0.8)"),
            source="GenPRM (arXiv:2504.00891), relative progress estimation",
            needs="accepted answers; a completer, which also generates",
            cost="32 rollouts per problem, 32 (M - 1) per solution",
            changed="32 rollouts whatever the problem's rate, not 32 to 128; 4 wrong and 4 right "
            "samples, not 8 of each; the completer generates; no rationales",
            verified=(Check.BY_HAND, Check.CODE),
        ),
        Method(
            name="pav",
            summary="rollouts after every step; a step's value is the advantage of a best of 4",
            strategies=(
                parse_spec("screen(n=32, min_rate=0.03, strict=False, role='completer')"),
                parse_spec("every_prefix(k=20)"),
            ),
            rule=parse_spec("advantage(best_of=4)"),
            source="PAV (arXiv:2410.08146)",
            needs="accepted answers; a completer, which also generates",
            cost="32 rollouts per problem, 20 (M - 1) per solution",
            changed="solutions are not chosen by their first pits; problems that are never solved "
            "are dropped: no step of theirs changes anything",
            verified=(Check.BY_HAND, Check.TEXT),
        ),
        Method(
            name="vsrm",
            summary="rollouts after every step; a step's value is the change of success it makes",
            strategies=(
                parse_spec("screen(n=32, min_rate=0.03, strict=False, role='completer')"),
                parse_spec("every_prefix(k=8)"),
            ),
            rule=parse_spec("progress(least=-0.5)"),
            source="VSRM (arXiv:2508.10293), read from its abstract",
            needs="accepted answers; a completer, which also generates",
            cost="32 rollouts per problem, 8 (M - 1) per solution",
            changed="the number of rollouts is ours; no decay along the solution; verdicts by the "
            "threshold that GenPRM found best for differences; problems that are never solved are "
            "dropped",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="spae",
            summary="the answer asked for after every step; a step's value is what it adds to it",
            strategies=(
                parse_spec("screen(n=8, strict=False, role='completer')"),
                parse_spec("forced_answer(k=5, max_tokens=10)"),
            ),
            rule=parse_spec("potential(least=-0.5)"),
            source="SPAE (arXiv:2601.03823), step potential",
            needs="accepted answers; a completer, which also generates and scores text",
            cost="8 rollouts per problem, 5 continuations of 10 tokens per step and per problem",
            changed="verdicts, by a threshold of ours; the last step takes the outcome; no "
            "saturation penalty",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="waymark",
            summary="P(first error), asking what tells most; rates and signals fitted on an audit",
            strategies=(
                parse_spec("screen(n=16, min_rate=0.03, strict=False, role='completer')"),
                parse_spec("ask_verifiers"),
                parse_spec("score_steps"),
                parse_spec("every_prefix(k=16, right=False, share=0.05)"),
                parse_spec("most_informative(rollouts=12)"),
            ),
            rule=parse_spec("posterior"),
            source="ours",
            needs="accepted answers; a completer, which also generates",
            cost="16 rollouts per problem, about 12 per wrong solution, 16 (M - 1) per wrong "
            "solution of one problem in twenty; one scoring pass per solution, if the policy can",
            verified=(Check.BY_HAND, Check.TRUTH),
        ),
        Method(
            name="waymark_judge",
            summary="`waymark`, and a judge's opinion, as far as the audit bears the judge out",
            strategies=(
                parse_spec("screen(n=16, min_rate=0.03, strict=False, role='completer')"),
                parse_spec("ask_verifiers"),
                parse_spec("score_steps"),
                parse_spec("ask_judge(n=1)"),
                parse_spec("every_prefix(k=16, right=False, share=0.05)"),
                parse_spec("most_informative(rollouts=12)"),
            ),
            rule=parse_spec("posterior"),
            source="ours",
            needs="accepted answers; a completer, which also generates; a judge",
            cost="as `waymark`, and a judge call per solution",
            verified=(Check.BY_HAND, Check.TRUTH),
        ),
        Method(
            name="spark",
            summary="a judge asked 16 times; each step by majority",
            strategies=(parse_spec("ask_judge(n=16)"),),
            rule=parse_spec("vote(threshold=0.5)"),
            source="SPARK (arXiv:2512.03244), step-level consistency",
            needs="solutions, a judge; no answers",
            cost="16 judge calls per solution",
            changed="opinions name the first wrong step; no critique of critiques; no sampling",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="capo",
            summary="four critiques that list every wrong step; each step by their votes",
            strategies=(parse_spec("ask_judge(n=4, prompts=('all_errors_boxed',))"),),
            rule=parse_spec("step_vote(agreement='majority')"),
            source="CAPO (arXiv:2508.02298), one-pass critiques",
            needs="solutions; a judge that follows instructions; no answers",
            cost="4 judge calls per solution",
            changed="the prompt's words are ours, and show no accepted answer; majority, between "
            "the intersection that it finds best for small policies and the union for larger ones",
            verified=(Check.BY_HAND,),
        ),
        Method(
            name="aurora",
            summary="a judge asked by three prompts, with the answer and without; majority",
            strategies=(
                parse_spec(
                    "ask_judge(n=2, prompts=('first_error_boxed', 'rework_boxed', 'doubt_boxed'), "
                    "reference='both')"
                ),
            ),
            rule=parse_spec("vote(threshold=0.5)"),
            source="AURORA (arXiv:2502.11520), ensemble prompting and reverse verification, read "
            "from its abstract",
            needs="solutions; a judge that follows instructions; accepted answers for half of the "
            "questions",
            cost="12 judge calls per solution, 6 where no answer is accepted",
            changed="number and words of the prompts are ours; all opinions count alike; the label "
            "of a step is the share that holds it right",
            verified=(Check.BY_HAND,),
        ),
    )
}
"""Every method that ships, by name."""


def roles_of(methods: Sequence[Method]) -> frozenset[Role]:
    """Return the roles in which methods ask policies."""
    return frozenset(
        role
        for method in methods
        for strategy in method.build_strategies()
        for role in strategy.roles()
    )


def scoring_roles(methods: Sequence[Method]) -> frozenset[Role]:
    """Return the roles in which methods need policies that score text."""
    return frozenset(
        role
        for method in methods
        for strategy in method.build_strategies()
        if getattr(strategy, "needs_scores", False)
        for role in strategy.roles()
    )


def questions_of(methods: Sequence[Method]) -> tuple[JudgePrompt, ...]:
    """Return what methods ask the judge, each question once."""
    asked = (
        question
        for method in methods
        for strategy in method.build_strategies()
        if isinstance(strategy, AskJudge)
        for question in strategy.questions()
    )
    return tuple(dict.fromkeys(asked))


def get_method(name: str) -> Method:
    """Return a method by name.

    Raises:
        RegistryError: If there is none; the message names the nearest.
    """
    if name not in METHODS:
        raise RegistryError(f"there is no method called {name!r}: {nearest(name, METHODS)}")
    return METHODS[name]


def custom_method(base: Method, *, strategies: Sequence[str] = (), rule: str | None) -> Method:
    """Return `base` with its gathering or its rule replaced.

    Args:
        base: The method to start from.
        strategies: Each `name` or `name(key=value)`, in order; none keeps the base's.
        rule: The same for the rule; None keeps the base's.
    """
    if not strategies and rule is None:
        return base
    gathers = tuple(map(parse_spec, strategies)) or base.strategies
    decided = base.rule if rule is None else parse_spec(rule)
    return Method(
        name=f"{'+'.join(map(str, gathers))} / {decided}",
        summary="chosen on the command line",
        strategies=gathers,
        rule=decided,
        source="",
    )
