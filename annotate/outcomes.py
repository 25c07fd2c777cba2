"""OutcomeSource: how a run tells whether a rollout succeeded. Frozen data."""

from dataclasses import dataclass

from schemas import ConfigError, RegistryError
from verifiers.catalogue import build_checker
from verifiers.outcomes import OUTCOMES, NoOutcome, OutcomeKind
from verifiers.plugins import PluginSource
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
    def by_none(self) -> bool:
        """Whether nothing is compared."""
        return self.spec.name == NoOutcome.name

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
        text: `answer`, `majority(samples=8)`, `judge`, `none`, or another registered one.
        checker: Checker of final answers.
        plugins: Plug-in files that may define it.

    Raises:
        ConfigError: If there is no such way.
        RegistryError: If there is no such checker.
    """
    source = OutcomeSource(spec=parse_spec(text), checker=parse_spec(checker))
    if source.by_judge:
        return source
    try:
        kind = source.kind()
    except RegistryError as error:
        raise ConfigError(f"--outcome {text!r}: {error} Beside them there is {JUDGE!r}.") from error
    compared = build_checker(source.checker, plugins).version
    version = compared if source.spec == _ANSWER else f"{compared} {kind.version}"
    return OutcomeSource(spec=source.spec, checker=source.checker, version=version)
