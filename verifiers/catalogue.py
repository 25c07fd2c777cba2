"""The verifiers and checkers that ship, and how any process builds one."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from schemas import Problem, Solution
from verifiers.answers import Answers
from verifiers.arithmetic import Arithmetic
from verifiers.base import Checker, Finding, Graded, Verifier
from verifiers.plugins import PluginSource, load_plugin
from verifiers.registry import Registry
from verifiers.spec import Spec, build

VERIFIERS: Registry[Verifier] = Registry("verifier", group="waymark.verifiers")
"""Checks of steps."""
CHECKERS: Registry[Checker] = Registry("checker", group="waymark.checkers")
"""Checks of final answers."""

VERIFIERS.register("arithmetic")(Arithmetic)
CHECKERS.register("answers")(Answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTask:
    """A call of a verifier that pickles: the function that check pools run."""

    spec: Spec
    """The verifier."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files that it may need."""

    def __call__(self, item: tuple[Problem, Solution]) -> Sequence[Finding]:
        """Return the findings on one solution."""
        return build_verifier(self.spec, self.plugins).check(*item)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeTask:
    """A call of a checker of final answers that pickles."""

    spec: Spec
    """The checker."""
    plugins: tuple[PluginSource, ...] = ()
    """Plug-in files that it may need."""

    def __call__(self, item: tuple[Problem, str]) -> Graded:
        """Return the outcome of one completion's text."""
        return build_checker(self.spec, self.plugins).grade(*item)


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
