"""Errors: one class per boundary, one root, and what each means to a user.

A bad rollout, check or row is data: it becomes a row with an outcome or a reason, never an
exception. What is raised here is the user's to mend (exit code 2): its message is one line that
shows the value, what was expected and what to do. Anything else that escapes is a bug (exit 1).
"""

import difflib
from collections.abc import Iterable


class WaymarkError(Exception):
    """Root of the errors that a user can mend: printed as one line, exit code 2."""


class InvalidArgumentError(WaymarkError):
    """An argument of a function, command or strategy is outside its range."""


class ConfigError(WaymarkError):
    """A configuration file or flag is unknown, of the wrong type, or contradicts another."""


class InputError(WaymarkError):
    """An input cannot be read at all, or holds a bad row while `--strict` is on."""


class RegistryError(WaymarkError):
    """A plug-in is unknown, ambiguous or does not load."""


class StoreError(WaymarkError):
    """A run folder cannot be read or written: missing, corrupt, full, newer, or in use."""


class IdentityError(StoreError):
    """A run folder holds another run: resuming would mix results that differ in kind."""


class ExecutorError(WaymarkError):
    """Workers of an executor could not start, or were lost again and again."""


class PolicyError(WaymarkError):
    """A policy cannot be reached, refuses, or is not set up as its profile says."""


class BudgetError(WaymarkError):
    """The run's budget is spent: what was gathered stays, and a larger budget goes on from it."""


class QueryError(WaymarkError):
    """A query over a run is not valid SQL, or names something that is not there."""


class ExportError(WaymarkError):
    """Labels cannot be written in the format asked for."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest known one, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names) or 'none'}."
