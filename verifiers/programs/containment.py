"""Containment: what keeps a program in, as this machine can do it. Frozen data.

Two rows: bubblewrap where it is installed (namespaces: no network, no processes, no files but the
interpreter's), else Landlock, which forbids files. Both come with a filter of system calls, limits
and an empty environment; bubblewrap comes with Landlock too where the kernel has it.
"""

import ctypes
import functools
import platform
import shutil
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from verifiers.programs.inside import Fence
from verifiers.programs.syscalls import MACHINES, seccomp_filter

_CREATE_RULESET = 444
_ASK_VERSION = 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""Landlock version -> number of rights to files from then on, each a bit from the lowest."""
_NETWORK_FROM, _SCOPES_FROM = 4, 6
_NETWORK, _SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/nix/store")
"""Where shared libraries lie that the standard library loads."""
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_HARMLESS = (*_DEVICES, "/usr/share/zoneinfo", "/etc/localtime")
_SECONDS = 10

ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
)
"""All that a sandboxed process finds in its environment. One order of sets, so that what a program
does is the same each time; one arena, so that threads fit the memory."""
INTERPRETER = Path(sys.executable).resolve()
"""What runs programs: this interpreter, without the packages of its environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """A way of keeping a program in."""

    name: str
    """Name with version, as findings state their backend."""
    prefix: tuple[str, ...] = ()
    """Command line before the interpreter's own."""
    fence: Fence | None = None
    """What Landlock is told; null without it."""
    syscalls: bytes | None = None
    """Filter of system calls; null without one."""


UNSAFE = Containment(name="unsafe")
"""Limits and an empty environment, and nothing else: the program may do what this user may."""


@functools.cache
def containments() -> tuple[Containment, ...]:
    """Return the ways that this machine has, the best first, untried; empty where it has none."""
    machine = MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return ()
    version = landlock_version()
    fence = _fence(version) if version else None
    syscalls = seccomp_filter(machine)
    found = []
    wrapper = shutil.which("bwrap")
    if wrapper is not None:
        name = f"{_wrapper_version(wrapper)} + seccomp"
        prefix = _wrapped(wrapper)
        found.append(Containment(name=name, prefix=prefix, fence=fence, syscalls=syscalls))
    if fence is not None:
        name = f"landlock {version} + seccomp"
        found.append(Containment(name=name, fence=fence, syscalls=syscalls))
    return tuple(found)


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has, 0 for none."""
    if sys.platform != "linux":
        return 0
    library = ctypes.CDLL(None, use_errno=True)
    return max(0, int(library.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)))


def readable() -> tuple[str, ...]:
    """Return what a program may read: the interpreter, its standard library, shared libraries."""
    # A standard library's folder may hold packages too: they are no secret, and on no path.
    own = {sysconfig.get_path("stdlib"), *_own_libraries()}
    return (*sorted(own), *_LIBRARIES, *_HARMLESS)


def _own_libraries() -> tuple[str, ...]:
    """Return the interpreter's own shared library, where it is one and lies elsewhere."""
    folder, name = sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME")
    return (f"{folder}/{name}",) if folder and name else ()


def _fence(version: int) -> Fence:
    rights = next(count for since, count in reversed(_FILE_RIGHTS.items()) if version >= since)
    handled = [(1 << rights) - 1]
    if version >= _NETWORK_FROM:
        handled.append(_NETWORK)
    if version >= _SCOPES_FROM:
        handled.append(_SCOPES)
    return Fence(
        ruleset=struct.pack(f"={len(handled)}Q", *handled),
        allowed=_READ_FILE | _READ_FOLDER,
        files=_READ_FILE,
        paths=readable(),
    )


def _wrapped(wrapper: str) -> tuple[str, ...]:
    """Return bubblewrap's command line: own namespaces, and a root that holds nothing else."""
    shown = {*readable(), str(INTERPRETER), str(INTERPRETER.parents[1] / "pyvenv.cfg")}
    outermost = {path for path in shown if shown.isdisjoint(map(str, Path(path).parents))}
    binds = (
        word
        for path in sorted(outermost)
        for word in ("--dev-bind-try" if path in _DEVICES else "--ro-bind-try", path, path)
    )
    return (
        *(wrapper, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
        *(word for pair in ENVIRONMENT.items() for word in ("--setenv", *pair)),
        # No `--dev`: its shared memory can be written.
        *("--cap-drop", "ALL", *binds, "--remount-ro", "/", "--chdir", "/", "--"),
    )


def _wrapper_version(wrapper: str) -> str:
    asked = subprocess.run(  # noqa: S603  # the program that is to be used
        [wrapper, "--version"], capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    return asked.stdout.strip() or "bubblewrap"
