"""OutcomeSource: how a run tells whether a rollout succeeded. Frozen data."""

from dataclasses import dataclass

from schemas import ConfigError, RegistryError
from verifiers.base import Checker
from verifiers.catalogue import CHECKERS, build_checker
from verifiers.outcomes import OUTCOMES, OutcomeKind
from verifiers.plugins import PluginSource
from verifiers.programs import ByTests, tried_containment
from verifiers.spec import Spec, build, parse_spec

JUDGE = "judge"
"""Name of the one way that asks a model: the judge finds no wrong step in the whole chain."""

_ANSWER = parse_spec("answer")
_ANSWERS = parse_spec("answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSource:
    """A way of telling outcomes, as grades name it. Part of a run's identity."""

    spec: Spec = _ANSWER
    """The way: one of `verifiers.outcomes`, or `judge`."""
    checker: Spec = _ANSWERS
    """Checker that compares final answers, for every way but `judge`."""
    version: str = "1"
    """The version of whatever compares."""

    @property
    def name(self) -> str:
        """Name under which grades state the checker."""
        if self.by_judge:
            return JUDGE
        return str(self.checker) if self.spec == _ANSWER else f"{self.checker} by {self.spec}"

    @property
    def by_judge(self) -> bool:
        """Whether a model is asked."""
        return self.spec.name == JUDGE

    @property
    def names_checker(self) -> bool:
        """Whether it names another checker than the usual one: whole solutions are graded by it."""
        return self.checker != _ANSWERS

    def kind(self) -> OutcomeKind:
        """Return what says which answers are accepted.

        Raises:
            RegistryError: If there is no such way.
        """
        return build(OUTCOMES, self.spec)


def parse_outcome(
    text: str, checker: str = "answers", plugins: tuple[PluginSource, ...] = ()
) -> OutcomeSource:
    """Return the way of telling outcomes that a user named.

    Args:
        text: `answer`, `majority(samples=8)`, `judge`, `none`, another registered one, or a checker
            that is to compare with the problem's own answers, as `tests`.
        checker: Checker of final answers, where `text` is none.
        plugins: Plug-in files that may define it.

    Raises:
        ConfigError: If there is no such way, or it runs programs and no sandbox holds here.
        RegistryError: If there is no such checker.
    """
    named = parse_spec(text)
    if named.name in CHECKERS:
        source = OutcomeSource(checker=named)
    else:
        source = OutcomeSource(spec=named, checker=parse_spec(checker))
    if source.by_judge:
        return source
    try:
        kind = source.kind()
    except RegistryError as error:
        raise ConfigError(
            f"--outcome {text!r}: {error} Beside them there are {JUDGE!r} and the checkers "
            f"{', '.join(CHECKERS)}."
        ) from error
    built = build_checker(source.checker, plugins)
    _refuse_without_sandbox(built, text)
    compared = built.version
    version = compared if source.spec == _ANSWER else f"{compared} {kind.version}"
    return OutcomeSource(spec=source.spec, checker=source.checker, version=version)


def _refuse_without_sandbox(checker: Checker, text: str) -> None:
    """Raise where a checker runs programs, and nothing here would keep them in."""
    if isinstance(checker, ByTests) and checker.backend is None:
        raise ConfigError(
            f"--outcome {text!r} runs programs, and no sandbox holds here: {tried_containment()}. "
            "Install bubblewrap, or allow programs whatever you may do: 'tests(unsafe=True)'."
        )
