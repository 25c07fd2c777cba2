"""Is it right? Checks that need no model: arithmetic, final answers, and the seams for more."""

from verifiers.base import Checker, Finding, Graded, Verifier
from verifiers.catalogue import (
    CHECKERS,
    VERIFIERS,
    GradeTask,
    VerifyTask,
    build_checker,
    build_verifier,
)
from verifiers.plugins import PluginSource, load_plugin, read_plugin
from verifiers.registry import Registry
from verifiers.sandbox import CheckPool, Done, Stopped
from verifiers.spec import Spec, arguments_of, build, parse_spec

__all__ = [
    "CHECKERS",
    "VERIFIERS",
    "CheckPool",
    "Checker",
    "Done",
    "Finding",
    "GradeTask",
    "Graded",
    "PluginSource",
    "Registry",
    "Spec",
    "Stopped",
    "Verifier",
    "VerifyTask",
    "arguments_of",
    "build",
    "build_checker",
    "build_verifier",
    "load_plugin",
    "parse_spec",
    "read_plugin",
]
