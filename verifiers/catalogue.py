"""The verifiers and checkers that ship, and how any process builds and calls one.

What a check raises on an item is data (`Raised`); what keeps it from being built is an exception.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from schemas import Problem, Solution
from verifiers.answers import Answers
from verifiers.arithmetic import Arithmetic
from verifiers.base import Checker, Finding, Graded, Verifier
from verifiers.outcomes import OUTCOMES
from verifiers.plugins import PluginSource, load_plugin, one_line
from verifiers.programs import ByTests
from verifiers.registry import Registry
from verifiers.spec import Spec, build

VERIFIERS: Registry[Verifier] = Registry("verifier", group="waymark.verifiers")
"""Checks of steps."""
CHECKERS: Registry[Checker] = Registry("checker", group="waymark.checkers")
"""Checks of final answers."""

VERIFIERS.register("arithmetic")(Arithmetic)
CHECKERS.register("answers")(Answers)
CHECKERS.register("tests")(ByTests)


T = TypeVar("T")

_MOST_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A check failed on an item: it raised, or returned something else than it promises."""

    message: str
    """Class and message of the error: one line of at most 200 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTask:
    """A call of a verifier that pickles: the function that check pools run."""

    spec: Spec
    """The verifier."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files that it may need."""

    def __call__(self, item: tuple[Problem, Solution]) -> tuple[Finding, ...] | Raised:
        """Return the findings on one solution."""
        verifier = build_verifier(self.spec, self.plugins)
        return _caught(lambda: _findings(verifier.check(*item)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeTask:
    """A call of a checker of final answers that pickles."""

    spec: Spec
    """The checker."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files that it may need."""

    def __call__(self, item: tuple[Problem, str]) -> Graded | Raised:
        """Return the outcome of one completion's text."""
        checker = build_checker(self.spec, self.plugins)
        return _caught(lambda: _graded(checker.grade(*item)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTask:
    """A call of a way of telling outcomes that pickles."""

    spec: Spec
    """The way."""

    def __call__(self, item: tuple[Problem, tuple[str, ...]]) -> tuple[str, ...] | Raised:
        """Return the answers that completions of a problem are compared with."""
        return _caught(lambda: build(OUTCOMES, self.spec).accepted(*item))


def _caught(check: Callable[[], T]) -> T | Raised:
    try:
        return check()
    except MemoryError:  # the pool's cap: it counts this as a crash of the process
        raise
    except BaseException as error:  # noqa: BLE001  # the check's own fault, SystemExit too
        return Raised(message=one_line(error)[:_MOST_CHARACTERS])


def _findings(found: object) -> tuple[Finding, ...]:
    """Return what a verifier gave as plain findings whose fields have the types they declare."""
    # A text is a sequence too, of none.
    if not isinstance(found, Sequence) or not all(isinstance(one, Finding) for one in found):
        raise TypeError(f"check returned a {_kind(found)}, not a sequence of Finding")
    return _plain(tuple(found), tuple[Finding, ...])


def _graded(found: object) -> Graded:
    if not isinstance(found, Graded):
        raise TypeError(f"grade returned a {_kind(found)}, not a Graded")
    return _plain(found, Graded)


def _plain(value: object, kind: type[T]) -> T:
    # Through bytes and back: annotations alone promise nothing of a plug-in's values, and what
    # does not survive this could not be stored either.
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=kind)


def _kind(value: object) -> str:
    return type(value).__name__


@functools.lru_cache(maxsize=64)
def build_verifier(spec: Spec, plugins: tuple[PluginSource, ...] = ()) -> Verifier:
    """Return a verifier, built once per process."""
    for plugin in plugins:
        load_plugin(plugin)
    return build(VERIFIERS, spec)


@functools.lru_cache(maxsize=64)
def build_checker(spec: Spec, plugins: tuple[PluginSource, ...] = ()) -> Checker:
    """Return a checker of final answers, built once per process."""
    for plugin in plugins:
        load_plugin(plugin)
    return build(CHECKERS, spec)
