"""The self-test of a sandbox: attacks it from inside, once per process, before anything is trusted.

Takes some fifty milliseconds. A sandbox that lets one attack through is none.
"""

import functools
import os
import platform
import socket
import tempfile
from pathlib import Path

from verifiers.programs.containment import ENVIRONMENT, Containment, containments
from verifiers.programs.probe import Target
from verifiers.programs.sandbox import (
    ContainmentError,
    Ending,
    Limits,
    run_contained,
)
from verifiers.programs.syscalls import DENIED, MACHINES

_PROBE = Path(__file__).with_name("probe.py")
_LIMITS = Limits(memory_mb=256)
_MISSING = "programs need Linux on x86-64 or aarch64, with Landlock in the kernel or bubblewrap"
_ADDED = ("LC_CTYPE", "PWD")  # an interpreter or bubblewrap sets them by itself
_PASSWORDS = "/etc/passwd"  # everybody may read it, and no program needs it
_MEMORY = "/dev/shm"  # noqa: S108  # nothing is written there: that is what is tested


@functools.cache
def tried_containment() -> Containment | str:
    """Return the best containment of this machine that passes its test, or why there is none."""
    faults = []
    for containment in containments():
        try:
            through = attacks_through(containment)
        except ContainmentError as error:
            faults.append(str(error))
            continue
        if not through:
            return containment
        faults.append(f"{containment.name} does not hold ({through} came through)")
    return "; ".join(faults) or _MISSING


def attacks_through(containment: Containment) -> str:
    """Return what attacks come through a containment, by commas; empty where it holds.

    Raises:
        ContainmentError: If the sandbox does not start, or does not tell.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = Target(
            port=listener.getsockname()[1],
            secrets=(_PASSWORDS, str(Path.home())),
            folders=(tempfile.gettempdir(), _MEMORY, "/", "."),
            parent=os.getpid(),
            memory=_LIMITS.memory_mb << 20,
            variables=(*ENVIRONMENT, *_ADDED),
            syscalls=_denied(),
        )
        ended = run_contained(_PROBE, tuple(target), containment, _LIMITS)
    if ended.ending is not Ending.REPLIED:
        how = f"{ended.ending.name} {ended.status}".strip()
        raise ContainmentError(f"{containment.name} fails its self-test: it ended by {how}")
    return ended.reply.decode("utf-8", "replace")


def _denied() -> tuple[tuple[str, int], ...]:
    column = MACHINES[platform.machine()].column
    return tuple((name, numbers[column]) for name, numbers in DENIED.items())
