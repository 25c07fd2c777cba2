"""Ending: what a process that ran a flow does last."""

import atexit
import os


def end_quietly() -> None:
    """Have stderr closed when Python ends, after all that is ours to tell.

    Prefect's daemon threads keep references to the flow, and through it to DuckDB, whose binding
    then prints pages about leaks.
    """
    atexit.register(_close_stderr)


def _close_stderr() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
