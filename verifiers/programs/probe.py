"""Attacks on a sandbox from inside it: each says whether it came through.

Standard library only, as `inside.py`: its source travels compiled. No attack does harm where it
comes through: what is opened is only opened, and a signal is signal 0.
"""

import contextlib
import ctypes
import errno
import os
import socket
from collections.abc import Callable
from typing import NamedTuple

_SECONDS = 0.5
_DESCRIPTORS = 64
_NAME = "waymark-probe"
_WRITE = os.O_WRONLY | os.O_CREAT


class Target(NamedTuple):
    """What the parent has put up to be attacked."""

    port: int
    """A listener on the loopback interface."""
    secrets: tuple[str, ...]
    """Files and folders that this user may read."""
    folders: tuple[str, ...]
    """Folders that this user may write."""
    parent: int
    """Process that started the sandbox."""
    memory: int
    """Bytes beyond the limit."""
    variables: tuple[str, ...]
    """All that the environment may hold."""
    syscalls: tuple[tuple[str, int], ...]
    """Calls that must be denied, with their numbers."""


def run(payload: tuple[object, ...]) -> bytes:
    """Return the names of the attacks that came through, by commas: empty where all failed."""
    target = Target(*payload)  # type: ignore[arg-type]  # marshal keeps values, not the class
    through = [name for name, attack in ATTACKS.items() if attack(target)]
    return ", ".join(through + _calls(target)).encode()


def _connects(target: Target) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", target.port), timeout=_SECONDS).close()
        return True
    return False


def _reads_a_secret(target: Target) -> bool:
    return any(_opens(path, os.O_RDONLY) for path in target.secrets)


def _reads_the_parent(target: Target) -> bool:
    return any(_opens(f"/proc/{target.parent}/{name}", os.O_RDONLY) for name in ("environ", "mem"))


def _reads_its_environment(target: Target) -> bool:
    return any(name not in target.variables for name in os.environ)


def _writes_a_file(target: Target) -> bool:
    through = [path for path in target.folders if _opens(f"{path}/{_NAME}", _WRITE)]
    for path in through:
        with contextlib.suppress(OSError):
            os.unlink(f"{path}/{_NAME}")  # noqa: PTH108  # no pathlib where every import costs
    return bool(through) or any(_opens(path, os.O_WRONLY) for path in target.secrets)


def _signals_the_parent(target: Target) -> bool:
    with contextlib.suppress(OSError):
        os.kill(target.parent, 0)
        return True
    return False


def _forks(_: Target) -> bool:
    with contextlib.suppress(OSError):
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        return True
    return False


def _takes_memory(target: Target) -> bool:
    with contextlib.suppress(MemoryError):
        bytearray(target.memory)
        return True
    return False


def _floods(_: Target) -> bool:
    """Return whether output goes anywhere at all."""
    null = os.fstat(0).st_rdev  # standard input is the null device by now
    return any(os.fstat(number).st_rdev != null for number in (1, 2))


def _inherits(_: Target) -> bool:
    """Return whether more is open than standard descriptors and the pipe of the reply."""
    return sum(map(_is_open, range(3, _DESCRIPTORS))) > 1


def _opens(path: str, flags: int) -> bool:
    with contextlib.suppress(OSError):
        os.close(os.open(path, flags, 0o600))
        return True
    return False


def _is_open(number: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(number)
        return True
    return False


def _calls(target: Target) -> list[str]:
    """Return the system calls that were not denied."""
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    through = []
    for name, number in target.syscalls:
        failed = syscall(number, *[ctypes.c_long(0)] * 6) < 0
        if not failed or ctypes.get_errno() != errno.EPERM:
            through.append(f"system call {name}")
    return through


ATTACKS: dict[str, Callable[[Target], bool]] = {
    "network": _connects,
    "reading another file": _reads_a_secret,
    "reading the parent": _reads_the_parent,
    "reading the environment": _reads_its_environment,
    "writing a file": _writes_a_file,
    "killing the parent": _signals_the_parent,
    "starting a process": _forks,
    "memory": _takes_memory,
    "output": _floods,
    "open descriptors": _inherits,
}
"""By what a message says came through."""
