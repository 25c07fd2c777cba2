"""Programs: what a completion wrote, run in a sandbox, and graded by tests."""

from verifiers.programs.checker import ByTests
from verifiers.programs.containment import UNSAFE, Containment, containments
from verifiers.programs.extract import extract_program, parse_program
from verifiers.programs.sandbox import (
    ContainmentError,
    Ended,
    Ending,
    Limits,
    run_contained,
)
from verifiers.programs.self_test import attacks_through, tried_containment

__all__ = [
    "UNSAFE",
    "ByTests",
    "Containment",
    "ContainmentError",
    "Ended",
    "Ending",
    "Limits",
    "attacks_through",
    "containments",
    "extract_program",
    "parse_program",
    "run_contained",
    "tried_containment",
]
