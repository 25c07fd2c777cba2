"""The command line: each command parses, calls one function, and prints. One file per command."""

from annotate.cli.main import main

__all__ = ["main"]
